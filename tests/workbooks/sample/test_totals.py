"""Tests that the workbooks of the sample district sum to the published figures exactly."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from domain.errors import TerminalError
from domain.periods import parse_period
from tests.builders import open_workbook, place_of
from tests.examples import examples
from workbooks.cells.stamp import FigureCellName, VillageCellName, parse_name
from workbooks.sample.apportionment import apportion
from workbooks.sample.inbox import SampleFile, make_sample
from workbooks.sample.keyed_random import KeyedRandom
from workbooks.sample.split import split_area

pytestmark = pytest.mark.long

MAY = parse_period("2025-05")


def corrected(files: Sequence[SampleFile]) -> list[SampleFile]:
    """Return the workbooks that count in the end, with each correction instead of the workbook it corrects."""
    return list({file.path: file for file in files}.values())


def figures_of(data: bytes) -> Mapping[str, object]:
    """Return the values of all named cells of a workbook, by defined name."""
    workbook = open_workbook(data)
    values: dict[str, object] = {}
    for name in workbook.defined_names:
        sheet, _, address = place_of(workbook, name).rpartition("!")
        values[name] = workbook[sheet][address].value
    return values


@pytest.fixture(scope="module")
def may_files(catalog: Catalog) -> list[SampleFile]:
    """Return all sample files of the district for May 2025."""
    return list(make_sample(catalog, "585", [MAY], 1, 0.0))


@pytest.fixture(scope="module")
def sums(may_files: list[SampleFile]) -> Mapping[str, int]:
    """Return sums over the district's workbooks by `<indicator>.<role>`; a village's yes counts as one."""
    totals: dict[str, int] = defaultdict(int)
    for file in corrected(may_files):
        for name, value in figures_of(file.data).items():
            what = parse_name(name)
            if isinstance(what, FigureCellName) and isinstance(value, int):
                totals[f"{what.indicator}.{what.role.value}"] += value
            if isinstance(what, VillageCellName) and value is not None:
                totals[f"{what.what}.answers"] += 1
                totals[f"{what.what}.numerator"] += value == "Có" if isinstance(value, str) else int(str(value))
    return totals


@pytest.mark.parametrize(
    ("indicator", "numerator", "denominator"),
    [
        ("tcnscd_xa", 8, 8),
        ("hddt_dn", 312, 312),
        ("dn_nentangso", 312, 312),
        ("dd_kichhoat", 64406, 68350),
        ("hsskdt", 69586, 91032),
        ("vb_dt", 2957, 3042),
    ],
)
def test_district_sums_to_published_figures(
    sums: Mapping[str, int], indicator: str, numerator: int, denominator: int
) -> None:
    """The sums equal each published pair exactly."""
    assert (sums[f"{indicator}.numerator"], sums[f"{indicator}.denominator"]) == (numerator, denominator)


def test_every_village_has_its_team(sums: Mapping[str, int]) -> None:
    """61 of 61 villages answer yes on the village sheets."""
    assert (sums["tcnscd_thon.numerator"], sums["tcnscd_thon.answers"]) == (61, 61)


def test_tests_name_all_totals_of_the_catalogue(catalog: Catalog) -> None:
    """Every total of the catalogue is tested here."""
    totals = next(area for area in catalog.sample.areas if area.area == "585").totals
    assert {name: (total.numerator, total.denominator) for name, total in totals.items()} == {
        "tcnscd_xa": (8, 8),
        "tcnscd_thon": (61, 61),
        "hddt_dn": (312, 312),
        "dn_nentangso": (312, 312),
        "dd_kichhoat": (64406, 68350),
        "hsskdt": (69586, 91032),
        "vb_dt": (2957, 3042),
    }


def test_eight_communes_and_one_correction(may_files: list[SampleFile]) -> None:
    """Eight workbooks are for the inbox; Ma Nới's correction is stored next to it and was delivered later."""
    assert len([file for file in may_files if not file.is_correction]) == 8
    (correction,) = [file for file in may_files if file.is_correction]
    (wrong,) = [file for file in may_files if file.defects]
    assert wrong.path == correction.path
    assert wrong.path.parts == ("2025-05", "22828 Xã Ma Nới", "BC_22828_2025-05.xlsx")
    assert wrong.delivered_at < correction.delivered_at


def test_wrong_workbook_has_the_stated_defects(may_files: list[SampleFile]) -> None:
    """It has a numerator above its denominator and a text instead of a number; the correction has neither."""
    wrong, correction = (
        figures_of(next(file.data for file in may_files if is_it(file)))
        for is_it in (lambda file: bool(file.defects), lambda file: file.is_correction)
    )
    assert int(str(wrong["TH.dvc_toantrinh.numerator"])) > int(str(wrong["TH.dvc_toantrinh.denominator"]))
    assert wrong["TH.hsskdt.numerator"] == "đang cập nhật"
    moved = {name for name, value in wrong.items() if value != correction[name]}
    assert moved == {"TH.dvc_toantrinh.numerator", "TH.hsskdt.numerator"}


@settings(max_examples=examples(10), deadline=None)
@given(seed=st.integers(0, 2**31))
def test_totals_hold_for_every_seed(catalog: Catalog, seed: int) -> None:
    """For every seed the parts sum to the totals, and no numerator exceeds its denominator."""
    (area,) = catalog.sample.areas
    split = split_area(catalog, area, catalog.sample.typical_figures(), KeyedRandom(seed))
    for indicator, total in area.totals.items():
        whole = split.denominators[catalog.indicators[indicator].denominator_kind]
        parts = split.numerators[indicator]
        assert (sum(parts.values()), sum(whole.values())) == (total.numerator, total.denominator)
        assert all(0 <= part <= whole[unit] for unit, part in parts.items())


@given(
    st.lists(st.tuples(st.integers(1, 500), st.floats(0.01, 1.0)), min_size=1, max_size=12).flatmap(
        lambda parts: st.tuples(st.just(parts), st.integers(0, sum(cap for cap, _ in parts)))
    )
)
def test_parts_sum_to_the_total_within_their_caps(case: tuple[list[tuple[int, float]], int]) -> None:
    """Any total within the caps is divided exactly, and no part exceeds its cap."""
    parts, total = case
    caps = [cap for cap, _ in parts]
    divided = apportion(total, [weight for _, weight in parts], caps)
    assert sum(divided) == total
    assert all(0 <= part <= cap for part, cap in zip(divided, caps, strict=True))


def test_parts_follow_their_weights() -> None:
    """The largest remainders get the remaining units."""
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(10, [0.5, 0.3, 0.2]) == [5, 3, 2]


def test_total_beyond_all_caps_is_refused() -> None:
    """A total that cannot be divided is a fault of the catalogue and raises."""
    with pytest.raises(TerminalError, match="cannot be divided"):
        apportion(10, [1, 1], [4, 5])

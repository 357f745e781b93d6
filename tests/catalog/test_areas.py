"""What a code means as an area: units on either boundary, an officer's own areas, and what to ask for instead."""

from datetime import date
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog, load_catalog
from domain.errors import UsageError
from domain.extents import Overlap, overlaps, weight_of
from domain.periods import parse_period
from domain.rollups import Boundary
from domain.units import Area, Level

FORM = "cds_x_t"
TODAY = date(2026, 5, 14)
VILLAGES, SUCCESSIONS, WEIGHTS = "units/villages_585.csv", "units/successions.yaml", "units/weights.csv"


def _area(catalog: Catalog, code: str, period: str, boundary: Boundary = Boundary.AS_THEN) -> Area:
    return catalog.area(code, FORM, parse_period(period), boundary, TODAY)


def _my_son(catalog: Catalog) -> Overlap:
    """The commune Mỹ Sơn of after, which took in Phước Trung, as a part of the old district."""
    result = overlaps(catalog.units, _area(catalog, "585-cu", "2025-07"), date(2025, 7, 14))
    return next(overlap for overlap in result if overlap.unit.code == "22822")


def _append(root: Path, file: str, text: str) -> None:
    with (root / file).open("a", encoding="utf-8") as end:
        end.write(text)


def _pass_villages(root: Path, pairs: str) -> None:
    (root / "units" / "successions_villages.csv").write_text("old,new,whole,legal_basis\n" + pairs, "utf-8")
    _append(root, SUCCESSIONS, "- {file: successions_villages.csv, effective: 2025-07-01, legal_basis: a test}\n")


def test_as_then_takes_units_by_the_periods_last_day(catalog: Catalog) -> None:
    """58 was Ninh Thuận with its 62 communes."""
    area = _area(catalog, "58", "2025-05")
    assert (area.name, len(area.members), area.boundary_day) == ("Tỉnh Ninh Thuận", 62, date(2025, 5, 14))


def test_as_now_takes_units_by_today(catalog: Catalog) -> None:
    """22810 is the commune Ninh Sơn, also for a period in which the code meant the town Tân Sơn."""
    then, now = (_area(catalog, "22810", "2025-05", boundary) for boundary in (Boundary.AS_THEN, Boundary.AS_NOW))
    assert (then.name, then.boundary_day) == ("Thị trấn Tân Sơn", date(2025, 5, 14))
    assert (now.name, now.boundary_day) == ("Xã Ninh Sơn", TODAY)


@pytest.mark.parametrize("boundary", list(Boundary))
def test_an_officers_area_brings_its_own_line(catalog: Catalog, boundary: Boundary) -> None:
    """The old district goes on with the communes of its last day, whichever boundary is asked for."""
    area = _area(catalog, "585-cu", "2025-08", boundary)
    assert area.members == catalog.units.area("585", date(2025, 6, 30)).members
    assert (area.boundary_day, area.level) == (date(2025, 6, 30), Level.DISTRICT)


def test_all_units_on_the_territory_of_an_officers_area_report_to_it(catalog: Catalog) -> None:
    """Also by the two that lie across its line: whether their figures can be used is another question."""
    owing = catalog.owing_units(FORM, "585-cu", parse_period("2025-07"))
    assert [unit.code for unit in owing] == ["22738", "22810", "22813", "22822", "22828"]


@pytest.mark.parametrize(
    ("code", "period", "boundary", "says"),
    [
        ("585", "2025-07", Boundary.AS_THEN, "to 2025-06-30): use 585-cu (Huyện Ninh Sơn (cũ)) or 56 (Tỉnh Khánh Hòa)"),
        ("585", "2025-05", Boundary.AS_NOW, "no unit has code 585 on 2026-05-14"),
        ("584", "2025-07", Boundary.AS_THEN, "to 2025-06-30): use 56 (Tỉnh Khánh Hòa)"),
        ("58", "2025-07", Boundary.AS_THEN, "Tỉnh Ninh Thuận from 2000-01-01 to 2025-06-30): use 56 (Tỉnh Khánh Hòa)"),
        ("22831", "2025-07", Boundary.AS_THEN, "use 22738 (Phường Đô Vinh)"),
        ("21548", "2025-05", Boundary.AS_THEN, "Đặc khu Lý Sơn from 2025-07-01 to today)"),
        (
            "585-cu",
            "2025-05",
            Boundary.AS_THEN,
            "from 2025-07-01 to today, not on 2025-05-14: use 585 (Huyện Ninh Sơn)",
        ),
        ("585-old", "2025-07", Boundary.AS_THEN, "no area has that id; areas defined here: 585-cu"),
        ("22810-01", "2025-05", Boundary.AS_THEN, "groups no communes"),
    ],
)
def test_error_of_an_ended_code_names_its_period_and_successor(
    catalog: Catalog, code: str, period: str, boundary: Boundary, says: str
) -> None:
    """The message about a unit that has ended names the units that hold its territory now."""
    with pytest.raises(UsageError) as refused:
        _area(catalog, code, period, boundary)
    assert says in str(refused.value)


def test_invalid_officers_area_has_no_reporting_units(catalog: Catalog) -> None:
    """Nor does an undefined id."""
    for code in ("585-cu", "585-old"):
        with pytest.raises(UsageError, match=code):
            catalog.owing_units(FORM, code, parse_period("2025-05"))


def test_without_detail_or_weight_a_part_is_unknown(catalog: Catalog) -> None:
    """No public table says how the people of Mỹ Sơn and Phước Trung are spread."""
    overlap = _my_son(catalog)
    assert overlap.villages is None
    assert all(weight_of(catalog.units, overlap, indicator) is None for indicator in catalog.indicators.values())


def test_villages_that_name_their_old_commune_determine_the_part(root: Path) -> None:
    """Two villages of the new Mỹ Sơn were the old one's, one was Phước Trung's; all links of its communes are kept."""
    _append(root, VILLAGES, "22807-01,Thôn,Một,22807,2000-01-01,2025-06-30,1\n")
    _append(root, VILLAGES, "".join(f"M-{n},Thôn,{n},22822,2025-07-01,,1\n" for n in (1, 2, 3)))
    _pass_villages(root, "22822-01,M-1,1,\n22822-02,M-2,1,\n22807-01,M-3,1,\n22822-03,22822,1,\n")
    overlap = _my_son(load_catalog(root))
    assert (overlap.whole, overlap.villages) == (False, {"M-1", "M-2"})
    assert [link.old for link in overlap.succession_path] == ["22807", "22822"]


def test_villages_that_name_their_new_commune_determine_the_part(root: Path) -> None:
    """Đông Hải is the one commune of Ninh Thuận that was divided: each of its villages went to one of two wards."""
    _append(root, VILLAGES, "".join(f"22768-{n},Khu phố,{n},22768,2000-01-01,2025-06-30,1\n" for n in (1, 2, 3)))
    _pass_villages(root, "22768-1,22780,1,\n22768-2,22888,1,\n22768-3,22780,1,\n")
    catalog = load_catalog(root)
    ward = _area(catalog, "22780", "2025-05", Boundary.AS_NOW)
    results = {overlap.unit.code: overlap for overlap in overlaps(catalog.units, ward, date(2025, 5, 14))}
    assert (results["22768"].whole, results["22768"].villages) == (False, {"22768-1", "22768-3"})
    assert all(item.whole for code, item in results.items() if code != "22768")


def test_one_village_of_unknown_succession_leaves_the_part_unknown(root: Path) -> None:
    """A sum without one village's share is not used as a figure of the old commune."""
    _append(root, VILLAGES, "M-1,Thôn,1,22822,2025-07-01,,1\n")
    assert _my_son(load_catalog(root)).villages is None


def test_the_narrowest_stated_weight_is_used(root: Path) -> None:
    """One for the indicator before one for its denominator kind, before one for all; and its source is told."""
    _append(
        root,
        WEIGHTS,
        "22822,22822,2025-07-01,backward,,,0.75,all\n"
        "22822,22822,2025-07-01,backward,,residents,0.7,by residents\n"
        "22822,22822,2025-07-01,backward,hsskdt,,0.7125,by records\n",
    )
    catalog = load_catalog(root)
    overlap = _my_son(catalog)
    results = {key: weight_of(catalog.units, overlap, item) for key, item in catalog.indicators.items()}
    assert {weight.source for weight in results.values() if weight} == {"all", "by residents", "by records"}
    assert results["hsskdt"] is not None
    assert (str(results["hsskdt"].value), results["hsskdt"].source) == ("0.7125", "by records")


def test_weights_of_different_scopes_are_not_mixed(root: Path) -> None:
    """Where shares of residents are stated of a unit, a share for all does not stand in for the one that is missing."""
    _append(
        root,
        WEIGHTS,
        "22738,22831,2025-07-01,backward,,,0.4,all\n22738,22738,2025-07-01,backward,,residents,0.6,by residents\n",
    )
    catalog = load_catalog(root)
    old = _area(catalog, "585-cu", "2025-07")
    do_vinh = next(
        overlap for overlap in overlaps(catalog.units, old, date(2025, 7, 14)) if overlap.unit.code == "22738"
    )
    by_kind = {
        indicator.denominator_kind: weight_of(catalog.units, do_vinh, indicator)
        for indicator in catalog.indicators.values()
    }
    assert by_kind["residents"] is None
    assert {weight.source for kind, weight in by_kind.items() if weight and kind != "residents"} == {"all"}

"""Units, what became of them, weights and areas: what does not fit is refused with file, line and remedy."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.catalog.catalog import load_catalog
from tests.catalog.edits import Edit, refusal

COMMUNES, PAIRS = "units/communes_until_2025-06-30.csv", "units/successions_2025-07-01.csv"
COUNTRY, DISTRICTS, PROVINCES = "units/country.csv", "units/districts.csv", "units/provinces.csv"
CHANGES_2026, WEIGHTS, AREA = "units/successions_2026-04-30.csv", "units/weights.csv", "areas/585-cu.yaml"

ON_THEIR_LINE = [
    Edit("units/successions.yaml", "effective: 2025-07-01", "effective: 2025-02-30", "is no day of the calendar"),
    Edit(COMMUNES, "22813,Xã,Lâm Sơn,585", "22813,Xã,Lâm Sơn,999", "the parent '999'"),
    Edit(COMMUNES, "22813,Xã,Lâm Sơn,585", "22813,Xã,Lâm Sơn,22810", "is no unit above it"),
    Edit(COMMUNES, "22813,Xã,Lâm Sơn,585,2000-01-01", "22813,Xã,Lâm Sơn,585,2000-13-01", "is no day"),
    Edit(COMMUNES, "22813,Xã,Lâm Sơn,585,2000-01-01", "22813,Xã,Lâm Sơn,585,2025-12-31", "before it begins"),
    Edit(COMMUNES, "22813,Xã,Lâm Sơn,585", ",Xã,Lâm Sơn,585", "needs a code and a name"),
    Edit(COMMUNES, "22816,Xã,Lương Sơn", "22813,Xã,Lương Sơn", "means Xã Lâm Sơn and Xã Lương Sơn on the same day"),
    Edit(
        COMMUNES, "22813,Xã,Lâm Sơn,585,2000-01-01,2025-06-30", "22813,Xã,Lâm Sơn,585,2000-01-01,2026-06-30", "same day"
    ),
    Edit(
        COMMUNES, "22831,Xã,Nhơn Sơn,585,2000-01-01", "22831,Xã,Nhơn Sơn,585,1999-12-31", "unit above it on 1999-12-31"
    ),
    Edit(DISTRICTS, "585,Huyện,Ninh Sơn,58", "585,Huyện,Ninh Sơn,585", "is no unit above it"),
    Edit(PROVINCES, "01,Thành phố,Hà Nội,VN", "01,Thành phố,Hà Nội,02", "is no unit above it"),
    Edit(COUNTRY, "VN,,Việt Nam,,", "VN,,Việt Nam,01,", "a country has no parent"),
    Edit(CHANGES_2026, "25270,25270", "25273,25273", "no unit has code 25273"),
    Edit(CHANGES_2026, "25270,25270", "00004,00004", "would succeed itself"),
    Edit(CHANGES_2026, "25270,25270", "00004,25270", "goes on after 2026-04-29"),
    Edit(CHANGES_2026, "25270,25270", "25270,00004", "began before 2026-04-30"),
    Edit(CHANGES_2026, "25270,25270", "75,25270", "is a province and cannot become the commune"),
    Edit(PAIRS, "22813,22813,1", "22813,22814,1", "no unit has code 22814 on 2025-07-01"),
    Edit(PAIRS, "22813,22813,1", "22814,22813,1", "no unit has code 22814 on 2025-06-30"),
    Edit(PAIRS, "22813,22813,1", "22813,22813,whole", "write 1 for whole, 0 for in part"),
    Edit(PAIRS, "22816,22813,1", "22813,22813,1", "22813 to 22813 is listed here twice"),
    Edit(PAIRS, "22816,22813,1", "22813,22810,1", "passes whole into one unit and also into another"),
]

WEIGHT_ROWS = [
    ("22822,22822,2025-07-01,sideways,,,0.5,s", "one of: forward, backward"),
    ("22822,22822,2025-07-01,backward,,,1.5,s", "a share from 0 to 1"),
    ("22822,22822,2025-07-01,backward,,,0.12345,s", "at most four decimals"),
    ("22822,22822,2025-07-01,backward,,,0.5,", "a text that is not empty"),
    ("22822,22822,2025-02-30,backward,,,0.5,s", "is no day of the calendar"),
    ("22822,22831,2025-07-01,backward,,,0.5,s", "nothing passed from 22831 to 22822"),
    ("22822,22822,2025-07-02,backward,,,0.5,s", "nothing passed from 22822 to 22822 on 2025-07-02"),
    ("22822,22822,2025-07-01,forward,,,0.5,s", "no weight is needed"),
    ("25270,25270,2026-04-30,backward,,,0.5,s", "no weight is needed"),
    ("22822,22822,2025-07-01,backward,hddt,,0.5,s", "indicator 'hddt' is unknown"),
    ("22822,22822,2025-07-01,backward,,firms,0.5,s", "no indicator has the denominator kind 'firms'"),
    ("22822,22822,2025-07-01,backward,hddt_dn,enterprises_active,0.5,s", "are both given"),
]

AREA_EDITS = [
    Edit(AREA, "id: 585-cu", "id: 585/cu", "an id of Latin letters"),
    Edit(AREA, "id: 585-cu", 'id: "585"', "585 is a unit's code"),
    Edit(AREA, "level: district", "level: village", "one of: country, province, district, commune"),
    Edit(AREA, "as_of: 2025-06-30", "as_of: 2025-06-31", "is no day of the calendar"),
    Edit(AREA, "as_of: 2025-06-30", "as_of: 2025-07-01", "no commune has code 22816 on 2025-07-01"),
    Edit(AREA, '"22813"', '"22814"', "no commune has code 22814 on 2025-06-30"),
    Edit(AREA, '"22813"', '"58"', "no commune has code 58"),
    Edit(AREA, '"22813"', '"22810"', "22810 is listed here twice"),
    Edit(AREA, '"22813"', "22813", "a unit's code, in quotes"),
    Edit(AREA, '["22810"', '[] # ["22810"', "at least one commune"),
    Edit(AREA, "valid_to: null", "valid_to: 2025-06-30", "lies before valid_from"),
]


@dataclass(frozen=True)
class Consequence:
    """An edit that makes another row untenable: in which file that row is, and what it begins with."""

    edit: Edit
    file: str
    row: str


ON_ANOTHERS_LINE = [
    Consequence(
        Edit(COMMUNES, "Nhơn Sơn,585,2000-01-01,2025-06-30", "Nhơn Sơn,585,2000-01-01,2025-07-31", "goes on after"),
        PAIRS,
        "22831,22738",
    ),
    Consequence(
        Edit(DISTRICTS, "Ninh Sơn,58,2000-01-01,2025-06-30", "Ninh Sơn,58,2000-01-01,2025-05-31", "on 2025-06-01"),
        COMMUNES,
        "22810,",
    ),
    Consequence(
        Edit(PROVINCES, "58,Tỉnh,Ninh Thuận,VN,2000-01-01", "58,Tỉnh,Ninh Thuận,VN,2020-01-01", "on 2000-01-01"),
        DISTRICTS,
        "582,",
    ),
]


@pytest.mark.parametrize("edit", ON_THEIR_LINE, ids=lambda edit: f"{edit.file}: {edit.says}")
def test_a_broken_row_is_named_with_its_line(root: Path, edit: Edit) -> None:
    """The complaint names the very row that was edited, what is wrong and what to do."""
    line = edit.make(root)
    error = refusal(root)
    assert (error.file, error.line) == (edit.file, line)
    assert edit.says in str(error)
    assert error.remedy


@pytest.mark.parametrize("edit", AREA_EDITS, ids=lambda edit: edit.says)
def test_a_broken_area_is_named_with_its_file_and_a_line(root: Path, edit: Edit) -> None:
    """An area that an officer wrote is refused where it does not fit the units."""
    edit.make(root)
    error = refusal(root)
    assert error.file == AREA
    assert error.line is not None
    assert edit.says in str(error)
    assert error.remedy


@pytest.mark.parametrize("case", ON_ANOTHERS_LINE, ids=lambda case: f"{case.file}: {case.edit.says}")
def test_what_an_edit_leaves_untenable_is_named_with_its_line(root: Path, case: Consequence) -> None:
    """Days that no longer fit are complained of where another row rests on them."""
    case.edit.make(root)
    lines = (root / case.file).read_text("utf-8").splitlines()
    error = refusal(root)
    assert (error.file, error.line) == (
        case.file,
        next(n for n, row in enumerate(lines, 1) if row.startswith(case.row)),
    )
    assert case.edit.says in str(error)
    assert error.remedy


def test_a_village_may_only_go_where_its_commune_went(root: Path) -> None:
    """Mỹ Sơn did not pass into Đô Vinh, so none of its villages did."""
    rows = "old,new,whole,legal_basis\n22822-01,22822,1,\n22822-02,22738,1,\n"
    (root / "units" / "successions_villages.csv").write_text(rows, "utf-8")
    with (root / "units" / "successions.yaml").open("a", encoding="utf-8") as end:
        end.write("- {file: successions_villages.csv, effective: 2025-07-01, legal_basis: a test}\n")
    error = refusal(root)
    assert (error.file, error.line) == ("units/successions_villages.csv", 3)
    assert "village 22822-02 passes into 22738, but its commune 22822 into 22822" in str(error)


@pytest.mark.parametrize(("row", "says"), WEIGHT_ROWS, ids=[says for _, says in WEIGHT_ROWS])
def test_a_weight_that_does_not_fit_is_named_with_its_line(root: Path, row: str, says: str) -> None:
    """A share is for a pair of units that needs one, of things that exist, and has a source."""
    with (root / WEIGHTS).open("a", encoding="utf-8") as end:
        end.write(f"22738,22738,2025-07-01,backward,,,0.5,s\n{row}\n")
    error = refusal(root)
    assert (error.file, error.line) == (WEIGHTS, 3)
    assert says in str(error)
    assert error.remedy


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("22738,22831,2025-07-01,backward,,,0.5001,s", "add up to 1.0001, more than 1"),
        ("22738,22738,2025-07-01,backward,,,0.1,s", "stated already"),
    ],
)
def test_a_unit_is_given_away_once(root: Path, row: str, says: str) -> None:
    """The shares of one unit, for one thing, never exceed the whole."""
    with (root / WEIGHTS).open("a", encoding="utf-8") as end:
        end.write(f"22738,22738,2025-07-01,backward,,,0.5,s\n{row}\n")
    error = refusal(root)
    assert (error.file, error.line) == (WEIGHTS, 3)
    assert says in str(error)


def test_two_areas_may_not_share_an_id(root: Path) -> None:
    """An id names one area."""
    shutil.copy(root / AREA, root / "areas" / "zoo.yaml")
    error = refusal(root)
    assert error.file == "areas/zoo.yaml"
    assert "'585-cu' is already taken" in str(error)


def test_a_catalogue_needs_no_areas(root: Path) -> None:
    """An officer who defines none has none."""
    (root / AREA).unlink()
    assert load_catalog(root).areas == {}

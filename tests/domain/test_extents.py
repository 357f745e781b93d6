"""What an area has of the units of another day: Ninh Sơn through 2025-07-01, renames, trails that break off."""

from datetime import date

import pytest

from domain.catalog.catalog import Catalog
from domain.extents import Overlap, overlaps, unresolved_units
from domain.units import SuccessionKind, UnitRegister

BEFORE, AFTER = date(2025, 5, 14), date(2025, 7, 14)
LAST_DAY, NOW = date(2025, 6, 30), date(2026, 5, 14)


def _of(catalog: Catalog, code: str, boundary: date, on: date) -> dict[str, Overlap]:
    result = overlaps(catalog.units, catalog.units.area(code, boundary), on)
    return {overlap.unit.code: overlap for overlap in result}


def test_on_the_boundary_day_the_members_are_the_portions(units: UnitRegister) -> None:
    """Nothing changed, so nothing is followed."""
    area = units.area("585", BEFORE)
    result = overlaps(units, area, BEFORE)
    assert tuple(overlap.unit for overlap in result) == area.members
    assert all(overlap.whole and overlap.succession_path == () for overlap in result)


def test_old_ninh_son_has_five_successors_two_of_which_cross_its_line(catalog: Catalog) -> None:
    """Ninh Sơn, Lâm Sơn and Anh Dũng lie inside; Mỹ Sơn took in Phước Trung, Đô Vinh has a ward of Phan Rang."""
    result = _of(catalog, "585", LAST_DAY, AFTER)
    assert {code: overlap.whole for code, overlap in result.items()} == {
        "22810": True, "22813": True, "22828": True, "22822": False, "22738": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "inside", "all_of_it"),
    [("22822", ["22822"], ["22807", "22822"]), ("22738", ["22831"], ["22738", "22831"])],
)
def test_unit_across_the_boundary_lists_its_predecessors(
    catalog: Catalog, unit: str, inside: list[str], all_of_it: list[str]
) -> None:
    """All links are given with their legal text, and those that lead inside separately."""
    overlap = _of(catalog, "585", LAST_DAY, AFTER)[unit]
    assert [link.old for link in overlap.succession_path] == all_of_it
    assert [link.old for way in overlap.ways for link in way] == inside
    assert {link.legal_basis for link in overlap.succession_path} == {"1667/NQ-UBTVQH15"}
    assert overlap.villages is None


def test_a_reused_code_is_followed_to_the_unit_it_meant(catalog: Catalog) -> None:
    """The commune Ninh Sơn (22810) is made of Tân Sơn (22810) and Quảng Sơn; the old 22810 alone is less than it."""
    made_of = _of(catalog, "22810", AFTER, BEFORE)
    assert {code: overlap.unit.name for code, overlap in made_of.items()} == {
        "22810": "Thị trấn Tân Sơn",
        "22819": "Xã Quảng Sơn",
    }
    back = _of(catalog, "22810", LAST_DAY, AFTER)
    assert [(overlap.unit.name, overlap.whole) for overlap in back.values()] == [("Xã Ninh Sơn", False)]


def test_a_change_of_kind_leaves_the_unit_whole(catalog: Catalog) -> None:
    """Đồng Nai has the same 95 communes before and after ten of them became phường."""
    for boundary, on in [(date(2026, 4, 29), NOW), (NOW, date(2026, 4, 29))]:
        result = _of(catalog, "75", boundary, on)
        assert len(result) == 95
        assert all(overlap.whole for overlap in result.values())
        kinds = [link.kind for overlap in result.values() for link in overlap.succession_path]
        assert kinds == [SuccessionKind.RENAME] * 10


def test_two_changes_in_a_row_are_followed(catalog: Catalog) -> None:
    """From the phường Long Thành of 2026 to the communes of before 2025-07-01, over both days."""
    result = _of(catalog, "26368", NOW, BEFORE)
    days = [{link.effective for link in overlap.succession_path} for overlap in result.values()]
    assert len(result) > 1
    assert all(each == {date(2025, 7, 1), date(2026, 4, 30)} for each in days)


def test_country_is_whole_but_for_unknown_successions(units: UnitRegister) -> None:
    """Every commune of before belongs to the country of now; only Ba Chẽ's four have no pairs."""
    country = units.area("VN", NOW)
    result = overlaps(units, country, BEFORE)
    assert (len(result), {overlap.whole for overlap in result}) == (10_031, {True})
    assert [unit.name for unit in unresolved_units(units, country, BEFORE)] == ["Xã Ba Chẽ"]
    old = units.area("VN", BEFORE)
    assert [unit.code for unit in unresolved_units(units, old, NOW)] == ["06970", "06973", "06982", "06988"]


def test_a_special_zone_of_an_island_had_no_communes(units: UnitRegister) -> None:
    """Lý Sơn was a district without communes: it has no reporting unit before, and its trail does not break off."""
    zone = units.area("21548", AFTER)
    assert overlaps(units, zone, BEFORE) == ()
    assert unresolved_units(units, zone, BEFORE) == ()

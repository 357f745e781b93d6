"""Units over time: reused codes, names, districts that end, communes that change their kind."""

from datetime import date

import pytest

from domain.errors import TerminalError, UsageError
from domain.units import Level, OrgUnit, UnitRegister

MAY, AFTER = date(2025, 5, 14), date(2025, 7, 14)
NINH_SON = ["22810", "22813", "22816", "22819", "22822", "22825", "22828", "22831"]


def _unit(code: str, first: date, last: date | None = None, parent: str | None = None) -> OrgUnit:
    return OrgUnit(code, f"Xã {code}", "Xã", Level.COMMUNE, parent, first, last)


def test_a_reused_code_means_another_unit_on_another_day(units: UnitRegister) -> None:
    """22810 was the town Tân Sơn and is the commune Ninh Sơn."""
    before, after = units.get("22810", date(2025, 6, 30)), units.get("22810", date(2025, 7, 1))
    assert (before.name, before.parent) == ("Thị trấn Tân Sơn", "585")
    assert (after.name, after.parent) == ("Xã Ninh Sơn", "56")
    assert before.key != after.key


def test_the_sample_district_has_eight_communes(units: UnitRegister) -> None:
    """Ninh Sơn groups one town and seven communes in its last period."""
    area = units.area("585", date(2025, 6, 14))
    assert [unit.code for unit in area.members] == NINH_SON
    assert (area.name, area.level, area.valid_to) == ("Huyện Ninh Sơn", Level.DISTRICT, date(2025, 6, 30))


def test_a_district_does_not_exist_after_its_last_day(units: UnitRegister) -> None:
    """And the message says when it did."""
    with pytest.raises(UsageError, match="2025-06-30"):
        units.area("585", AFTER)


def test_a_commune_is_an_area_of_its_own(units: UnitRegister) -> None:
    """It groups itself, on the day it is asked for."""
    area = units.area("22813", MAY)
    assert [unit.code for unit in area.members] == ["22813"]
    assert (area.level, area.boundary_day) == (Level.COMMUNE, MAY)


def test_a_village_is_no_area(units: UnitRegister) -> None:
    """A rollup area groups communes."""
    with pytest.raises(UsageError, match="name a commune, a district or a province"):
        units.area("22813-01", MAY)


def test_an_unknown_code_means_nothing(units: UnitRegister) -> None:
    """No unit is made up for a code that never was."""
    assert units.find("99999", MAY) is None
    with pytest.raises(UsageError, match="99999"):
        units.get("99999", MAY)


def test_a_province_keeps_its_code_while_its_communes_change(units: UnitRegister) -> None:
    """Hà Nội is one unit throughout; its communes hang on districts before and on itself after."""
    assert units.get("01", MAY) is units.get("01", AFTER)
    assert {unit.level for unit in units.children("01", MAY)} == {Level.DISTRICT}
    assert {unit.level for unit in units.children("01", AFTER)} == {Level.COMMUNE}


def test_a_code_can_pass_to_another_province(units: UnitRegister) -> None:
    """15 was Yên Bái and is Lào Cai."""
    assert [unit.name for unit in units.versions("15")] == ["Tỉnh Yên Bái", "Tỉnh Lào Cai"]


def test_a_commune_that_becomes_a_ward_keeps_its_code(units: UnitRegister) -> None:
    """Long Thành became a phường on 2026-04-30, when Đồng Nai became a city."""
    before, after = (units.get("26368", date(2026, 4, day)) for day in (29, 30))
    assert (before.name, after.name) == ("Xã Long Thành", "Phường Long Thành")
    assert units.get("75", date(2026, 4, 30)).name == "Thành phố Đồng Nai"
    assert len(units.descendants("75", date(2026, 4, 30), Level.COMMUNE)) == 95


@pytest.mark.parametrize("name", ["Xã Hòa Sơn", "hoà sơn", "HÒA SƠN", "Hoà  Sơn"])
def test_a_name_is_found_in_any_spelling(units: UnitRegister, name: str) -> None:
    """With or without its kind, wherever the tone mark stands."""
    results = {unit.code for unit in units.by_name(name, MAY, Level.COMMUNE)}
    assert "22825" in results


def test_a_name_is_no_key(units: UnitRegister) -> None:
    """Two communes called Ninh Sơn stood in what is now one province."""
    assert {unit.code for unit in units.by_name("Ninh Sơn", MAY)} >= {"22531", "585"}
    assert {unit.code for unit in units.by_name("Xã Ninh Sơn", AFTER)} == {"22810"}


def test_names_that_differ_by_a_tone_are_not_confused(units: UnitRegister) -> None:
    """Thành Hải is 22774, Thanh Hải 22868."""
    assert "22868" not in {unit.code for unit in units.by_name("Thành Hải", MAY)}
    assert "22868" in {unit.code for unit in units.by_name("Thanh Hải", MAY)}


def test_the_bare_name_leaves_the_kind_out(units: UnitRegister) -> None:
    """A town's kind has two words."""
    assert units.get("22810", MAY).bare_name == "Tân Sơn"


def test_two_units_of_one_code_may_not_overlap() -> None:
    """A code means one unit on one day."""
    units = [_unit("1", date(2020, 1, 1), date(2025, 7, 1)), _unit("1", date(2025, 7, 1))]
    with pytest.raises(TerminalError, match="overlap"):
        UnitRegister(units)


def test_a_code_may_rest_between_two_units() -> None:
    """Days on which a code means nothing are no contradiction."""
    register = UnitRegister([_unit("1", date(2020, 1, 1), date(2020, 12, 31)), _unit("1", date(2025, 1, 1))])
    assert register.find("1", date(2022, 1, 1)) is None


def test_successors_of_the_sample_district_are_whole(units: UnitRegister) -> None:
    """None of Ninh Sơn's eight communes was split."""
    results = {
        succession.old: (succession.new, succession.whole)
        for succession in units.successions
        if succession.old in NINH_SON
    }
    assert results["22831"] == ("22738", True)
    assert results["22819"] == ("22810", True)
    assert len(results) == 8
    assert all(whole for _, whole in results.values())

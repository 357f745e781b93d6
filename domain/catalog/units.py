"""Builds the register of units from the CSV files of `catalog/units/`, in one pass."""

import gc
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from domain.catalog.files import CatalogError, CatalogFiles, CsvTable
from domain.catalog.successions import load_successions
from domain.catalog.weights import read_weights
from domain.errors import TerminalError
from domain.units import Level, OrgUnit, UnitRegister

_COLUMNS = ("code", "kind", "name", "parent", "valid_from", "valid_to")
_INVENTED = ("invented",)
_LEVEL_OF = {
    "country": Level.COUNTRY,
    "provinces": Level.PROVINCE,
    "districts": Level.DISTRICT,
    "communes": Level.COMMUNE,
    "villages": Level.VILLAGE,
}
_ABOVE = {
    Level.PROVINCE: {Level.COUNTRY},
    Level.DISTRICT: {Level.PROVINCE},
    Level.COMMUNE: {Level.DISTRICT, Level.PROVINCE},
    Level.VILLAGE: {Level.COMMUNE},
}


class _Days(dict[str, date]):
    """Days by their text: thirteen thousand rows name a handful of days."""

    def __missing__(self, text: str) -> date:
        day = self[text] = date.fromisoformat(text)
        return day


def load_units(folder: Path) -> UnitRegister:
    """Read the units of a catalogue's folder and nothing else of it, as `read_units` does."""
    return read_units(CatalogFiles(folder))


def read_units(files: CatalogFiles) -> UnitRegister:
    """Read all units, what became of them, and the weights stated for those that were divided.

    A file's name starts with its level: `country`, `provinces`, `districts`, `communes` or `villages`.

    Raises:
        CatalogError: a row cannot be read, two units of one code overlap, a parent does not hold on all days of
            the unit, or a succession or weight does not fit the units.
    """
    # Tens of thousands of values are made and none is let go: looking for garbage meanwhile costs a third of the time.
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return _read_register(files)
    finally:
        if was_collecting:
            gc.enable()


def _read_register(files: CatalogFiles) -> UnitRegister:
    days = _Days()
    units: list[OrgUnit] = []
    places = _Places()
    for name in files.names("units", ".csv"):
        level = _LEVEL_OF.get(name.removeprefix("units/").split("_")[0].removesuffix(".csv"))
        if level is not None:
            table = files.table(name, _COLUMNS, _INVENTED)
            places.append((len(units), table))
            units.extend(_read_rows(table, level, days))
    try:
        successions = load_successions(files, units)
        register = UnitRegister(units, successions, read_weights(files, successions))
    except TerminalError as problem:
        # Two units of one code upset the successions as well: name the cause rather than what it leads to.
        raise _overlap(units, places) or problem from problem
    _check_parents(register, places)
    return register


def _read_rows(table: CsvTable, level: Level, days: _Days) -> Iterator[OrgUnit]:
    has_invented = len(table.columns) > len(_COLUMNS)
    for number, row in enumerate(table.rows):
        code, kind, name, parent, first, last = row[:6]
        if not code or not name or code != code.strip() or name != name.strip():
            raise table.error(number, "a unit needs a code and a name without outer spaces", "complete the row")
        try:
            valid_from, valid_to = days[first], days[last] if last else None
        except ValueError as problem:
            raise table.error(number, f"{first!r} or {last!r} is no day", "write days as 2025-06-30") from problem
        if valid_to is not None and valid_to < valid_from:
            raise table.error(number, f"{code} ends on {last}, before it begins on {first}", "put the days in order")
        full_name = f"{kind} {name}" if kind else name
        invented = has_invented and row[6] == "1"
        yield OrgUnit(code, full_name, kind, level, parent or None, valid_from, valid_to, invented)


class _Places(list[tuple[int, CsvTable]]):
    """The files of the units, each with the number of units before it."""

    def error(self, number: int, problem: str, remedy: str) -> CatalogError:
        """Return the complaint about the row of a unit, given by its number among all."""
        before, table = next(entry for entry in reversed(self) if entry[0] <= number)
        return table.error(number - before, problem, remedy)


def _overlap(units: list[OrgUnit], places: _Places) -> CatalogError | None:
    """Where two units of one code hold on one day: the later of the two rows; None where no two do."""
    seen: dict[str, list[OrgUnit]] = {}
    for number, unit in enumerate(units):
        for other in seen.setdefault(unit.code, []):
            if unit.holds_on(other.valid_from) or other.holds_on(unit.valid_from):
                problem = f"code {unit.code} means {other.name} and {unit.name} on the same day"
                return places.error(number, problem, "end the earlier one the day before the later one begins")
        seen[unit.code].append(unit)
    return None


def _check_parents(register: UnitRegister, places: _Places) -> None:
    known: dict[tuple[str | None, Level, date, date | None], date | None] = {}
    for number, unit in enumerate(register.units):
        key = (unit.parent, unit.level, unit.valid_from, unit.valid_to)
        if key not in known:
            known[key] = _first_day_without_parent(register, unit)
        day = known[key]
        if day is not None and unit.level is Level.COUNTRY:
            problem = f"a country has no parent, not {unit.parent!r}"
            raise places.error(number, problem, "leave the parent empty")
        if day is not None:
            problem = f"the parent {unit.parent!r} of {unit.code} {unit.name} is no unit above it on {day}"
            remedy = "give the unit a row for each unit it belongs to; a parent holds on every day of the row"
            raise places.error(number, problem, remedy)


def _first_day_without_parent(register: UnitRegister, unit: OrgUnit) -> date | None:
    if unit.level is Level.COUNTRY:
        return None if unit.parent is None else unit.valid_from
    day = unit.valid_from
    while unit.holds_on(day):
        above = register.find(unit.parent or "", day)
        if above is None or above.level not in _ABOVE[unit.level]:
            return day
        if above.valid_to is None:
            return None
        day = above.valid_to + timedelta(days=1)
    return None

"""Reads what became of which unit, and checks every pair against the units of the two days."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from domain.catalog.fields import Day, FileModel, Words
from domain.catalog.files import CatalogFiles, CsvTable
from domain.catalog.shapes import Kind
from domain.units import Level, OrgUnit, Succession, kind_of_succession

_LIST = "units/successions.yaml"
_COLUMNS = ("old", "new", "whole", "legal_basis")
_YES_NO = {"0": False, "1": True}
_DAY = timedelta(days=1)
# An island district had no communes; it passed into a special zone, which is one.
_MAY_BECOME = {Level.DISTRICT: {Level.COMMUNE}, Level.VILLAGE: {Level.COMMUNE}}

_Shares = dict[date, dict[str, dict[str, bool]]]
"""By day and old code: into which new codes it passes, and whether wholly."""


class SuccessionsEntry(FileModel):
    """A file of successions, the day on which they took effect, and their legal basis."""

    file: Annotated[str, Field(pattern=r"^[^/]+\.csv$", description="a CSV file in units/")]
    effective: Day
    legal_basis: Words


SUCCESSIONS = Kind("successions", "Files of successions (units/successions.yaml).", tuple[SuccessionsEntry, ...])


_Pair = tuple[OrgUnit, OrgUnit, date, bool, str]
"""A row: the old and the new unit, the day, whether the old one passed wholly, and the legal basis."""


class _UnitsByDay(dict[date, dict[str, OrgUnit]]):
    """Units by their code on a day; units have few first and last days in common, and few days are asked for."""

    def __init__(self, units: Iterable[OrgUnit]) -> None:
        self._by_span: dict[tuple[date, date | None], dict[str, OrgUnit]] = defaultdict(dict)
        for unit in units:
            self._by_span[unit.valid_from, unit.valid_to][unit.code] = unit

    def __missing__(self, day: date) -> dict[str, OrgUnit]:
        units = self[day] = {}
        for (first, last), by_code in self._by_span.items():
            if first <= day and (last is None or day <= last):
                units.update(by_code)
        return units


def load_successions(files: CatalogFiles, units: Sequence[OrgUnit]) -> tuple[Succession, ...]:
    """All successions of the files that `units/successions.yaml` lists.

    Raises:
        CatalogError: a row cannot be read, names a unit that does not end or begin on the day, makes a unit succeed
            itself, is listed twice, has a unit pass whole into two, or a village go where its commune did not.
    """
    pairs: list[_Pair] = []
    shares: _Shares = {}
    units_on = _UnitsByDay(units)
    tables: list[tuple[int, CsvTable]] = []
    for part in SUCCESSIONS.check_document(files.document(_LIST)):
        table = files.table("units/" + part.file, _COLUMNS)
        tables.append((len(pairs), table))
        pairs.extend(_read_pairs(table, part, units_on, shares.setdefault(part.effective, {})))
    for number, pair in enumerate(pairs):
        if pair[0].level is Level.VILLAGE:
            before, table = next(entry for entry in reversed(tables) if entry[0] <= number)
            _check_home(pair, shares, table, number - before)
    return tuple(_successions(pairs))


def _read_pairs(
    table: CsvTable, part: SuccessionsEntry, units_on: _UnitsByDay, shares: dict[str, dict[str, bool]]
) -> Iterator[_Pair]:
    effective = part.effective
    before = effective - _DAY
    olds, news = units_on[before], units_on[effective]
    for number, (old, new, whole, basis) in enumerate(table.rows):
        if whole not in _YES_NO:
            raise table.error(number, f"whole is {whole!r}", "write 1 for whole, 0 for in part")
        if old not in olds or new not in news:
            code, day = (old, before) if old not in olds else (new, effective)
            remedy = "correct the code, or move the pair to units/successions_exceptions.csv"
            raise table.error(number, f"no unit has code {code} on {day}", remedy)
        old_unit, new_unit, is_whole = olds[old], news[new], _YES_NO[whole]
        wrong = _wrong_ends(old_unit, new_unit, before, effective)
        if wrong:
            raise table.error(number, *wrong)
        beside = shares.setdefault(old, {})
        if new in beside:
            raise table.error(number, f"{old} to {new} is listed here twice", "keep one of the two")
        beside[new] = is_whole
        if len(beside) > 1 and any(beside.values()):
            problem = f"{old} passes whole into one unit and also into another"
            raise table.error(number, problem, "mark both as in part (0), or keep one of the two")
        yield old_unit, new_unit, effective, is_whole, basis or part.legal_basis


def _wrong_ends(old: OrgUnit, new: OrgUnit, before: date, effective: date) -> tuple[str, str] | None:
    """Return what is wrong with a pair of units and what to do, or None."""
    if old is new:
        problem = f"{old.code} {old.name} would succeed itself: it holds before and after {effective}"
        return problem, "give the unit a new row from that day, or take the pair out"
    if old.valid_to != before:
        problem = f"{old.code} {old.name} goes on after {before}"
        return problem, "end it on that day; if it goes on smaller, give it a new row from the next"
    if new.valid_from != effective:
        problem = f"{new.code} {new.name} began before {effective}"
        return problem, "end it the day before and give it a new row from that day: it grew"
    if new.level is not old.level and new.level not in _MAY_BECOME.get(old.level, ()):
        problem = f"{old.code} is a {old.level} and cannot become the {new.level} {new.code}"
        return problem, "name units of one level"
    return None


def _check_home(pair: _Pair, shares: _Shares, table: CsvTable, row: int) -> None:
    """A village goes where its commune went: into one of its successors, or nowhere else."""
    old, new, effective, *_ = pair
    home = old.parent or ""
    new_home = new.parent if new.level is Level.VILLAGE else new.code
    known = shares[effective].get(home, {home: True})
    if new_home not in known:
        problem = f"village {old.code} passes into {new_home}, but its commune {home} into {', '.join(known)}"
        raise table.error(row, problem, "correct the village's pair, or add the commune's own")


def _successions(pairs: list[_Pair]) -> Iterator[Succession]:
    village = Level.VILLAGE
    # Only a unit that keeps its code is a rename or not, by whether others passed into it.
    kept = {(new.code, effective) for old, new, effective, *_ in pairs if old.code == new.code}
    makers = Counter(
        (new.code, effective)
        for old, new, effective, *_ in pairs
        if (old.level is not village or new.level is village) and (new.code, effective) in kept
    )
    for old, new, effective, whole, legal_basis in pairs:
        alone = old.code == new.code and makers[new.code, effective] == 1
        kind = kind_of_succession(old.code, new.code, whole=whole, alone=alone)
        yield Succession(old.code, new.code, effective, whole, legal_basis, kind)

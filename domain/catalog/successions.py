"""Reads what became of which unit, and checks every pair against the units of the two days."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, NamedTuple

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
_MAY_BECOME = {
    Level.COUNTRY: {Level.COUNTRY},
    Level.PROVINCE: {Level.PROVINCE},
    Level.DISTRICT: {Level.DISTRICT, Level.COMMUNE},
    Level.COMMUNE: {Level.COMMUNE},
    Level.VILLAGE: {Level.VILLAGE, Level.COMMUNE},
}

_Shares = dict[tuple[str, date], dict[str, bool]]
"""By old code and day: into which new codes it passes, and whether wholly."""


class SuccessionsEntry(FileModel):
    """A file of successions, the day on which they took effect, and their legal basis."""

    file: Annotated[str, Field(pattern=r"^[^/]+\.csv$", description="a CSV file in units/")]
    effective: Day
    legal_basis: Words


SUCCESSIONS = Kind("successions", "Files of successions (units/successions.yaml).", tuple[SuccessionsEntry, ...])


class _Pair(NamedTuple):
    old: OrgUnit
    new: OrgUnit
    effective: date
    whole: bool
    legal_basis: str
    table: CsvTable
    row: int


def load_successions(files: CatalogFiles, units: Sequence[OrgUnit]) -> tuple[Succession, ...]:
    """All successions of the files that `units/successions.yaml` lists.

    Raises:
        CatalogError: a row cannot be read, names a unit that does not end or begin on the day, makes a unit succeed
            itself, stands twice, has a unit pass whole into two, or a village go where its commune did not.
    """
    pairs: list[_Pair] = []
    shares: _Shares = defaultdict(dict)
    units_on = _UnitsByDay(units)
    for part in SUCCESSIONS.check_document(files.document(_LIST)):
        table = files.table("units/" + part.file, _COLUMNS)
        pairs.extend(_read_pairs(table, part, units_on, shares))
    for pair in pairs:
        if pair.old.level is Level.VILLAGE:
            _check_home(pair, shares)
    return tuple(_successions(pairs))


class _UnitsByDay(dict[date, dict[str, OrgUnit]]):
    """Units by their code on a day; days are few."""

    def __init__(self, units: Iterable[OrgUnit]) -> None:
        self._units = units

    def __missing__(self, day: date) -> dict[str, OrgUnit]:
        units = self[day] = {unit.code: unit for unit in self._units if unit.holds_on(day)}
        return units


def _read_pairs(table: CsvTable, part: SuccessionsEntry, units_on: _UnitsByDay, shares: _Shares) -> Iterator[_Pair]:
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
        pair = _Pair(olds[old], news[new], effective, _YES_NO[whole], basis or part.legal_basis, table, number)
        _check_ends(pair, before)
        beside = shares[old, effective]
        if new in beside:
            raise table.error(number, f"{old} to {new} stands here twice", "keep one of the two")
        beside[new] = pair.whole
        if len(beside) > 1 and any(beside.values()):
            problem = f"{old} passes whole into one unit and also into another"
            raise table.error(number, problem, "mark both as in part (0), or keep one of the two")
        yield pair


def _check_ends(pair: _Pair, before: date) -> None:
    old, new, effective, _, _, table, row = pair
    if old is new:
        problem = f"{old.code} {old.name} would succeed itself: it holds before and after {effective}"
        raise table.error(row, problem, "give the unit a new row from that day, or take the pair out")
    if old.valid_to != before:
        problem = f"{old.code} {old.name} goes on after {before}"
        raise table.error(row, problem, "end it on that day; if it goes on smaller, give it a new row from the next")
    if new.valid_from != effective:
        problem = f"{new.code} {new.name} began before {effective}"
        raise table.error(row, problem, "end it the day before and give it a new row from that day: it grew")
    if new.level not in _MAY_BECOME[old.level]:
        problem = f"{old.code} is a {old.level} and cannot become the {new.level} {new.code}"
        raise table.error(row, problem, "name units of one level")


def _check_home(pair: _Pair, shares: _Shares) -> None:
    """A village goes where its commune went: into one of its successors, or nowhere else."""
    home = pair.old.parent or ""
    new_home = pair.new.parent if pair.new.level is Level.VILLAGE else pair.new.code
    known = shares.get((home, pair.effective), {home: True})
    if new_home not in known:
        problem = f"village {pair.old.code} passes into {new_home}, but its commune {home} into {', '.join(known)}"
        raise pair.table.error(pair.row, problem, "correct the village's pair, or add the commune's own")


def _successions(pairs: list[_Pair]) -> Iterator[Succession]:
    village = Level.VILLAGE
    makers = Counter(
        (pair.new.code, pair.effective) for pair in pairs if pair.old.level is not village or pair.new.level is village
    )
    for old, new, effective, whole, legal_basis, *_ in pairs:
        alone = makers[new.code, effective] == 1
        kind = kind_of_succession(old.code, new.code, whole=whole, alone=alone)
        yield Succession(old.code, new.code, effective, whole, legal_basis, kind)

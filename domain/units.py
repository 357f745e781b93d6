"""Org units over time: codes are reused, so a unit is a code *and* the day from which it holds."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from domain.errors import TerminalError, UsageError
from domain.texts import normalise_name
from domain.weights import Weights

_DAY = timedelta(days=1)


class Level(StrEnum):
    """Level of a unit in the hierarchy; districts ended on 2025-07-01."""

    COUNTRY = "country"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    VILLAGE = "village"


class UnitKey(NamedTuple):
    """Identity of a unit: 22810 was Tân Sơn town until 2025-06-30 and is the commune Ninh Sơn since."""

    code: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class OrgUnit:
    """A unit as it was from `valid_from` to `valid_to` (both included; None: still so).

    `name` is the full official name with its kind ("Xã Lâm Sơn"); `bare_name` leaves the kind out ("Lâm Sơn").
    `invented` marks sample data that no document backs. `key` is code and first day.
    """

    code: str
    name: str
    kind: str
    level: Level
    parent: str | None
    valid_from: date
    valid_to: date | None
    invented: bool = False
    key: UnitKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the key once: a rollup of the country asks for it ten times a unit."""
        object.__setattr__(self, "key", UnitKey(self.code, self.valid_from))

    @property
    def bare_name(self) -> str:
        """The name without its kind."""
        prefix = self.kind + " "
        return self.name[len(prefix) :] if self.name.casefold().startswith(prefix.casefold()) else self.name

    def holds_on(self, day: date) -> bool:
        """Return whether the unit exists in this shape on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class SuccessionKind(StrEnum):
    """Kind of a succession; `kind_of_succession` determines it."""

    WHOLE = "whole"
    PART = "part"
    RENAME = "rename"
    REUSED_CODE = "reused_code"


@dataclass(frozen=True, slots=True)
class Succession:
    """Passing of an old unit, whole or in part, into a new unit on a day, with its legal text.

    The old unit ends on the day before `effective`, the new one begins on it: a unit that loses or gains territory is
    another unit from then on. `whole` states whether all of the old unit passed; `kind` the consequence for its code.
    """

    old: str
    new: str
    effective: date
    whole: bool
    legal_basis: str
    kind: SuccessionKind


def kind_of_succession(old: str, new: str, *, whole: bool, alone: bool) -> SuccessionKind:
    """Return the kind of a succession.

    Under another code a unit passes whole or in part. Under its own code it is a rename when it passes whole and
    no other unit does (`alone`): the same territory gets another name, kind or parent. Otherwise the code is
    reused: it now denotes a unit with other territory.
    """
    if old != new:
        return SuccessionKind.WHOLE if whole else SuccessionKind.PART
    return SuccessionKind.RENAME if whole and alone else SuccessionKind.REUSED_CODE


@dataclass(frozen=True, slots=True)
class Area:
    """A dated grouping of units that a rollup is published for: a legacy district, a province, an officer's own.

    `members` are communes as they are on `boundary_day`: together they define the area's boundary.
    """

    code: str
    name: str
    level: Level
    valid_from: date
    valid_to: date | None
    members: tuple[OrgUnit, ...]
    boundary_day: date


class UnitRegister:
    """All units that were ever valid, looked up by code, name or parent *as of a day*."""

    def __init__(
        self, units: Iterable[OrgUnit], successions: Sequence[Succession] = (), weights: Weights | None = None
    ) -> None:
        """Index the units, their successions, and the weights stated for those that were divided.

        Raises:
            TerminalError: two units of one code are valid on the same day.
        """
        self.units: tuple[OrgUnit, ...] = tuple(units)
        self.successions: tuple[Succession, ...] = tuple(successions)
        self.weights = weights or Weights()
        self._by_code: dict[str, list[OrgUnit]] = defaultdict(list)
        self._above: dict[tuple[str, date], tuple[OrgUnit, ...]] = {}
        for unit in self.units:
            self._by_code[unit.code].append(unit)
        for code, versions in self._by_code.items():
            if len(versions) == 1:
                continue
            versions.sort(key=lambda unit: unit.valid_from)
            for earlier, later in itertools.pairwise(versions):
                if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                    raise TerminalError(f"units of code {code} overlap: {earlier.name} and {later.name}")

    @cached_property
    def _by_old(self) -> dict[tuple[str, date], tuple[Succession, ...]]:
        index: dict[tuple[str, date], list[Succession]] = defaultdict(list)
        for succession in self.successions:
            index[succession.old, succession.effective].append(succession)
        return {key: tuple(units) for key, units in index.items()}

    @cached_property
    def _by_new(self) -> dict[tuple[str, date], tuple[Succession, ...]]:
        index: dict[tuple[str, date], list[Succession]] = defaultdict(list)
        for succession in self.successions:
            # Villages that passed into a commune detail the communes' own successions and add no territory.
            of_village = self.get(succession.old, succession.effective - _DAY).level is Level.VILLAGE
            if not of_village or self.get(succession.new, succession.effective).level is Level.VILLAGE:
                index[succession.new, succession.effective].append(succession)
        return {key: tuple(units) for key, units in index.items()}

    @cached_property
    def _by_parent(self) -> dict[str, list[OrgUnit]]:
        index: dict[str, list[OrgUnit]] = defaultdict(list)
        for unit in self.units:
            if unit.parent is not None:
                index[unit.parent].append(unit)
        return index

    @cached_property
    def _by_name(self) -> dict[str, list[OrgUnit]]:
        index: dict[str, list[OrgUnit]] = defaultdict(list)
        for unit in self.units:
            for name in {normalise_name(unit.name), normalise_name(unit.bare_name)}:
                index[name].append(unit)
        return index

    def versions(self, code: str) -> tuple[OrgUnit, ...]:
        """Return all units that had a code, oldest first."""
        return tuple(self._by_code.get(code, ()))

    def find(self, code: str, on: date) -> OrgUnit | None:
        """Return the unit with a code on a day, or None."""
        return next((unit for unit in self._by_code.get(code, ()) if unit.holds_on(on)), None)

    def get(self, code: str, on: date) -> OrgUnit:
        """Return the unit with a code on a day.

        Raises:
            UsageError: no unit has the code on that day; the message says when one did.
        """
        result = self.find(code, on)
        if result is None:
            spans = "; ".join(
                f"{unit.name} from {unit.valid_from} to {unit.valid_to or 'today'}" for unit in self.versions(code)
            )
            raise UsageError(f"no unit has code {code} on {on}" + (f" (known: {spans})" if spans else ""))
        return result

    def passed_into(self, unit: OrgUnit) -> tuple[Succession, ...]:
        """Return the successions by which a unit ended; none while it is valid, or where its succession is unknown."""
        return () if unit.valid_to is None else self._by_old.get((unit.code, unit.valid_to + _DAY), ())

    def made_from(self, unit: OrgUnit) -> tuple[Succession, ...]:
        """Return the successions by which a unit began, from units of its level or above; none where unknown."""
        return self._by_new.get((unit.code, unit.valid_from), ())

    def by_name(self, name: str, on: date, level: Level | None = None) -> tuple[OrgUnit, ...]:
        """Return units of that name, with or without its kind, valid on a day; spelling variants count as equal."""
        return tuple(
            unit
            for unit in self._by_name.get(normalise_name(name), ())
            if unit.holds_on(on) and (level is None or unit.level is level)
        )

    def children(self, code: str, on: date) -> tuple[OrgUnit, ...]:
        """Return the units directly below a code on a day, by code."""
        if code not in self._by_parent:
            return ()  # most units: those without villages in the register
        below = (unit for unit in self._by_parent[code] if unit.holds_on(on))
        return tuple(sorted(below, key=lambda unit: unit.code))

    def above(self, unit: OrgUnit, on: date) -> tuple[OrgUnit, ...]:
        """Return the units above a unit on a day, nearest first; looked up once for all units of a parent."""
        if unit.parent is None:
            return ()
        key = unit.parent, on
        if key not in self._above:
            parent = self.find(unit.parent, on)
            self._above[key] = () if parent is None else (parent, *self.above(parent, on))
        return self._above[key]

    def descendants(self, code: str, on: date, level: Level) -> tuple[OrgUnit, ...]:
        """Return the units of one level at or below a code on a day, by code."""
        results: list[OrgUnit] = []
        waiting = list(self.children(code, on))
        while waiting:
            unit = waiting.pop()
            if unit.level is level:
                results.append(unit)
            else:
                waiting.extend(self.children(unit.code, on))
        return tuple(sorted(results, key=lambda unit: unit.code))

    def villages(self, unit: OrgUnit, on: date) -> tuple[OrgUnit, ...]:
        """Return the registered villages and quarters of a unit on a day, by code."""
        return self.descendants(unit.code, on, Level.VILLAGE) if unit.code in self._by_parent else ()

    def area(self, code: str, on: date) -> Area:
        """Return the rollup area of a code on a day, with the communes it groups; a commune groups itself.

        Raises:
            UsageError: no unit of that code is valid on the day, or it groups no communes.
        """
        unit = self.get(code, on)
        members = (unit,) if unit.level is Level.COMMUNE else self.descendants(code, on, Level.COMMUNE)
        if not members:
            raise UsageError(
                f"{unit.name} ({code}) groups no communes on {on}: name a commune, a district or a province"
            )
        return Area(unit.code, unit.name, unit.level, unit.valid_from, unit.valid_to, members, on)

"""Units of a day that lie in an area, wholly or in part, where the area's boundary is that of another day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple

from domain.indicators import Indicator
from domain.units import Area, Level, OrgUnit, Succession, UnitKey, UnitRegister
from domain.weights import Direction, StatedWeight

_DAY = timedelta(days=1)
Way = tuple[Succession, ...]
"""Links in the order in which they were followed, from a unit to territory that lies in the area."""


class Overlap(NamedTuple):
    """Overlap of an area and a reporting unit, as that unit is on the requested day.

    `whole` means that its figure belongs to the area wholly. `succession_path` holds the links followed between that
    day and the boundary day, either way, in order of their days; none when the unit is unchanged. Of a unit that
    lies there in part, `villages` are the codes of its villages that lie inside, if of every one it is known (else
    None), `ways` the links that lead inside, and `ways_outside` those that lead outside, if all others lead inside.
    """

    unit: OrgUnit
    whole: bool
    succession_path: tuple[Succession, ...]
    villages: frozenset[str] | None = None
    ways: tuple[Way, ...] = ()
    ways_outside: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    """The stated share of a unit's figure that belongs to an area (at most four decimals), and who states it."""

    value: Decimal
    source: str
    stated: tuple[StatedWeight, ...]


class _Lies(Enum):
    INSIDE = auto()
    OUTSIDE = auto()
    PARTLY = auto()
    UNKNOWN = auto()


def overlaps(register: UnitRegister, area: Area, on: date) -> tuple[Overlap, ...]:
    """Return the communes of a day that lie in an area wholly or in part, by code; those outside are left out."""
    tracer = _Tracer(register, area)
    return tuple(tracer.overlap(unit, on) for unit in territory_of(register, area.members, on))


def territory_of(register: UnitRegister, units: Iterable[OrgUnit], on: date) -> tuple[OrgUnit, ...]:
    """Return the communes of a day that share territory with some units of another day, by code."""
    reached, _ = _reach(register, units, on)
    return tuple(sorted((unit for unit in reached if unit.level is Level.COMMUNE), key=lambda unit: unit.key))


def unresolved_units(register: UnitRegister, area: Area, on: date) -> tuple[OrgUnit, ...]:
    """Return units at which the links from the area's members to a day end: their succession is unknown.

    Where there are any, some territory of the area is in no overlap.
    """
    _, lost = _reach(register, area.members, on)
    return tuple(sorted(lost, key=lambda unit: unit.key))


def weight_of(register: UnitRegister, overlap: Overlap, indicator: Indicator) -> Weight | None:
    """Return the share of a partly inside unit's figure that belongs to the area; None unless stated in full.

    Where nothing of it lies outside, as stated, all lies inside: of a unit that took in land without people, say, all
    people are those of its other parts.
    """
    stated = _stated(register, overlap.unit, overlap.ways, indicator)
    if stated:
        return Weight(_sum_of(stated), _sources(stated), stated)
    outside = _stated(register, overlap.unit, overlap.ways_outside, indicator)
    return Weight(Decimal(1), _sources(outside), outside) if outside and not _sum_of(outside) else None


def _stated(
    register: UnitRegister, unit: OrgUnit, ways: Iterable[Way], indicator: Indicator
) -> tuple[StatedWeight, ...]:
    """Return the weights stated for all these paths; none unless each has its own."""
    stated = [_stated_along(register, unit, way, indicator) for way in ways]
    known = tuple(weight for weight in stated if weight is not None)
    return known if len(known) == len(stated) else ()


def _sum_of(stated: Iterable[StatedWeight]) -> Decimal:
    return sum((weight.value for weight in stated), Decimal(0))


def _sources(stated: Iterable[StatedWeight]) -> str:
    return "; ".join(dict.fromkeys(weight.source for weight in stated))


def _steps(register: UnitRegister, unit: OrgUnit, towards: date) -> list[tuple[Succession, OrgUnit]]:
    """Return the links of a unit towards a day on which it is not valid, and the units at their other ends.

    Each step comes nearer to the day, since a unit ends before its successors begin: no chain can run in a circle.
    """
    if unit.valid_to is not None and unit.valid_to < towards:
        return [
            (successor, register.get(successor.new, successor.effective)) for successor in register.passed_into(unit)
        ]
    return [
        (predecessor, register.get(predecessor.old, predecessor.effective - _DAY))
        for predecessor in register.made_from(unit)
    ]


def _reach(register: UnitRegister, start: Iterable[OrgUnit], day: date) -> tuple[list[OrgUnit], list[OrgUnit]]:
    """Return units of a day that share territory with `start` as far as known, and those of unknown succession."""
    seen: set[UnitKey] = set()
    reached: list[OrgUnit] = []
    lost: list[OrgUnit] = []
    waiting = list(start)
    while waiting:
        unit = waiting.pop()
        if unit.key in seen:
            continue
        seen.add(unit.key)
        if unit.holds_on(day):
            reached.append(unit)
        elif steps := _steps(register, unit, day):
            waiting.extend(other for _, other in steps)
        else:
            lost.append(unit)
    return reached, lost


class _Tracer:
    """Follows units to an area's boundary day; results are cached by unit."""

    def __init__(self, register: UnitRegister, area: Area) -> None:
        self._register = register
        self._day = area.boundary_day
        self._members = {unit.key for unit in area.members}
        self._known: dict[UnitKey, _Lies] = {}

    def overlap(self, unit: OrgUnit, on: date) -> Overlap:
        """Return the overlap of the area and a unit that shares territory with it."""
        succession_path = self._links(unit)
        if self._lies(unit) is _Lies.INSIDE:
            return Overlap(unit, whole=True, succession_path=succession_path)
        return Overlap(
            unit,
            whole=False,
            succession_path=succession_path,
            villages=self._villages(unit, on),
            ways=self._ways(unit, _Lies.INSIDE),
            ways_outside=() if self._may_be_lost(unit) else self._ways(unit, _Lies.OUTSIDE),
        )

    def _lies(self, unit: OrgUnit) -> _Lies:
        if unit.key not in self._known:
            self._known[unit.key] = self._look(unit)
        return self._known[unit.key]

    def _look(self, unit: OrgUnit) -> _Lies:
        if unit.holds_on(self._day):
            return _Lies.INSIDE if self._is_inside(unit) else _Lies.OUTSIDE
        results = {self._lies(other) for _, other in _steps(self._register, unit, self._day)}
        if len(results) > 1:
            return _Lies.PARTLY
        return results.pop() if results else _Lies.UNKNOWN

    def _is_inside(self, unit: OrgUnit) -> bool:
        if unit.level is not Level.VILLAGE:
            return unit.key in self._members
        commune = self._register.find(unit.parent or "", self._day)
        return commune is not None and commune.key in self._members

    def _links(self, unit: OrgUnit) -> tuple[Succession, ...]:
        results: dict[Succession, None] = {}
        waiting = [unit]
        while waiting:
            current = waiting.pop()
            if not current.holds_on(self._day):
                for link, other in _steps(self._register, current, self._day):
                    results[link] = None
                    waiting.append(other)
        return tuple(sorted(results, key=lambda link: (link.effective, link.old, link.new)))

    def _ways(self, unit: OrgUnit, towards: _Lies) -> tuple[Way, ...]:
        """Return the paths inside or outside; each ends at the first unit that lies there wholly."""
        lies = self._lies(unit)
        if lies is towards:
            return ((),)
        if lies is not _Lies.PARTLY:
            return ()
        steps = _steps(self._register, unit, self._day)
        return tuple((link, *rest) for link, other in steps for rest in self._ways(other, towards))

    def _may_be_lost(self, unit: OrgUnit) -> bool:
        """Return whether a path from the unit ends at one whose succession is unknown."""
        lies = self._lies(unit)
        steps = _steps(self._register, unit, self._day) if lies is _Lies.PARTLY else []
        return lies is _Lies.UNKNOWN or any(self._may_be_lost(other) for _, other in steps)

    def _villages(self, unit: OrgUnit, on: date) -> frozenset[str] | None:
        villages = self._register.descendants(unit.code, on, Level.VILLAGE)
        results = {village.code: self._lies(village) for village in villages}
        if not results or not set(results.values()) <= {_Lies.INSIDE, _Lies.OUTSIDE}:
            return None
        return frozenset(code for code, lies in results.items() if lies is _Lies.INSIDE)


def _stated_along(register: UnitRegister, unit: OrgUnit, way: Way, indicator: Indicator) -> StatedWeight | None:
    """Return the one weight that a path needs, if it is stated.

    A weight applies to a whole unit's figure. It cannot be used of a unit further along the path that is more, or
    less, than the territory followed: how that unit's other territory divides is unknown.
    """
    stated_weight: StatedWeight | None = None
    is_all_of_it = True
    for link in way:
        forward = link.old == unit.code and unit.holds_on(link.effective - _DAY)
        new = register.get(link.new, link.effective)
        comes_alone = len(register.made_from(new)) == 1
        if not (link.whole if forward else comes_alone):
            if not is_all_of_it:
                return None
            ends = (link.old, link.new) if forward else (link.new, link.old)
            direction = Direction.FORWARD if forward else Direction.BACKWARD
            stated_weight = register.weights.find(
                ends,
                link.effective,
                direction,
                indicator=indicator.id,
                denominator_kind=indicator.denominator_kind,
                counts_people=indicator.counts_people,
            )
            if stated_weight is None:
                return None
        is_all_of_it = is_all_of_it and link.whole and comes_alone
        unit = new if forward else register.get(link.old, link.effective - _DAY)
    return stated_weight

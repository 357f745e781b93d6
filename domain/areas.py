"""Officers' own areas, and resolving a code to an area on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.errors import UsageError
from domain.extents import territory_of
from domain.texts import Text
from domain.units import Area, Level, OrgUnit, UnitRegister


@dataclass(frozen=True, slots=True)
class NamedArea:
    """An area defined by an officer, such as a district continued past its end: the territory of `members` on `as_of`.

    It can be rolled up for periods whose last day lies in its validity. `level` selects its targets.
    """

    id: str
    name: Text
    level: Level
    as_of: date
    members: tuple[OrgUnit, ...]
    valid_from: date
    valid_to: date | None
    source: str

    def holds_on(self, day: date) -> bool:
        """Return whether the area is valid on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def as_area(self) -> Area:
        """Return the area to roll up; its boundary is that of `as_of`, whatever the period."""
        return Area(
            code=self.id,
            name=self.name.vi,
            level=self.level,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            members=self.members,
            boundary_day=self.as_of,
        )


def find_area(
    register: UnitRegister, named: Mapping[str, NamedArea], code: str, *, closes: date, boundary: date
) -> Area:
    """Return the area that a unit's code or an officer's id denotes.

    Args:
        register: All units.
        named: Officers' areas by id.
        code: A unit's code, or the id of one of these areas.
        closes: The period's last day; an officer's area has to be valid on it.
        boundary: The boundary day for a unit's area; an officer's area has its own.

    Raises:
        UsageError: the code denotes nothing on the day, or the unit groups no communes; the message says when it was
            valid and what to use in its place.
    """
    if code not in named:
        if register.find(code, boundary) is None:
            raise UsageError(_no_unit(register, named, code, boundary))
        return register.area(code, boundary)
    area = named[code]
    if not area.holds_on(closes):
        same = [unit for unit in register.units if unit.holds_on(closes) and _same_ground(register, unit, area)]
        span = f"from {area.valid_from} to {area.valid_to or 'today'}"
        raise UsageError(f"the area {code} holds {span}, not on {closes}" + _or(_names(same)))
    return area.as_area()


def _no_unit(register: UnitRegister, named: Mapping[str, NamedArea], code: str, day: date) -> str:
    versions = register.versions(code)
    if not versions:
        known = ", ".join(named) or "none"
        return f"no unit has code {code}, and no area has that id; areas defined here: {known}"
    spans = "; ".join(f"{unit.name} from {unit.valid_from} to {unit.valid_to or 'today'}" for unit in versions)
    # The version nearest to the day: the last that had ended, or else the first, which had yet to begin.
    nearest = next((unit for unit in reversed(versions) if unit.valid_from <= day), versions[0])
    own = [
        f"{area.id} ({area.name.vi})"
        for area in named.values()
        if area.holds_on(day) and _same_ground(register, nearest, area)
    ]
    return f"no unit has code {code} on {day} (known: {spans})" + _or(
        own + _names(_in_its_place(register, nearest, day))
    )


def _in_its_place(register: UnitRegister, unit: OrgUnit, day: date) -> list[OrgUnit]:
    """Return the units that hold a unit's territory on another day: communes for a commune, else provinces."""
    communes = territory_of(register, _members(register, unit, day), day)
    if unit.level is Level.COMMUNE:
        return list(communes)
    above = {(top.code, top) for commune in communes for top in register.above(commune, day)}
    return [top for _, top in sorted(above, key=lambda ancestor: ancestor[0]) if top.level is Level.PROVINCE]


def _members(register: UnitRegister, unit: OrgUnit, nearest_to: date) -> tuple[OrgUnit, ...]:
    ended = unit.valid_to is not None and unit.valid_to < nearest_to
    on = unit.valid_to if ended and unit.valid_to is not None else unit.valid_from
    return (unit,) if unit.level is Level.COMMUNE else register.descendants(unit.code, on, Level.COMMUNE)


def _same_ground(register: UnitRegister, unit: OrgUnit, area: NamedArea) -> bool:
    if unit.level is not area.level or not unit.holds_on(area.as_of):
        return False
    members = register.descendants(unit.code, area.as_of, Level.COMMUNE)
    return {member.key for member in members} == {other_member.key for other_member in area.members}


def _names(units: Iterable[OrgUnit]) -> list[str]:
    return [f"{unit.code} ({unit.name})" for unit in units]


def _or(choices: list[str]) -> str:
    return ": use " + " or ".join(choices) if choices else ""

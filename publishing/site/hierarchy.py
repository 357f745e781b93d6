"""What lies above an area or unit, in the shape in which a revision counted it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from domain.catalog.catalog import Catalog
from domain.periods import Calendar, Period
from domain.units import Level, OrgUnit
from publishing.site.facts import AreaFacts


@dataclass(frozen=True)
class Hierarchy:
    """Finds units above areas and communes in the catalogue's register."""

    catalog: Catalog
    _groups: dict[tuple[object, ...], tuple[OrgUnit | None, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def last_day(self, form: str, period: Period) -> date:
        """Return the period's last day; of a form that has left the catalogue, its last month's own."""
        if form in self.catalog.forms.by_id:
            return self.catalog.forms.last_day(form, period)
        return Calendar("", None).last_day(period)

    def unit(self, code: str, valid_from: str) -> OrgUnit | None:
        """Return the unit that had a code from a day on; None where it has left the catalogue."""
        return self._by_key.get(f"{code} {valid_from}")

    @cached_property
    def _by_key(self) -> Mapping[str, OrgUnit]:
        """Return the units of the register by the key that facts name them by."""
        return {f"{unit.code} {unit.valid_from}": unit for unit in self.catalog.units.units}

    def above(self, code: str, valid_from: str, day: date) -> tuple[OrgUnit, ...]:
        """Return the units above a unit, nearest first: on a day, or on the nearest one on which it existed."""
        unit = self.unit(code, valid_from)
        return () if unit is None else self.catalog.units.above(unit, _nearest(unit, day))

    def above_area(self, facts: AreaFacts) -> tuple[OrgUnit, ...]:
        """Return the units above an area, nearest first; none above an officer's own."""
        if facts.area in self.catalog.areas:
            return ()
        return self.above(facts.area, facts.area_valid_from, self.last_day(facts.form, facts.period))

    def province(self, facts: AreaFacts) -> OrgUnit | None:
        """Return the province that an area is or lies in; None for the country and officers' own areas."""
        above = self.above_area(facts)
        result = next((unit for unit in above if unit.level is Level.PROVINCE), None)
        if result is not None or not above:
            return result
        own = self.unit(facts.area, facts.area_valid_from)
        return own if own is not None and own.level is Level.PROVINCE else None

    def parents(self, areas: Mapping[str, AreaFacts]) -> dict[str, str]:
        """Return the nearest area above each, among those of one period, by folder names."""
        result: dict[str, str] = {}
        for name, facts in areas.items():
            suffix = name[len(facts.area) :]
            above = (f"{unit.code}{suffix}" for unit in self.above_area(facts))
            parent = next((each for each in above if each in areas), None)
            if parent is not None:
                result[name] = parent
        return result

    def groups(self, facts: AreaFacts) -> tuple[OrgUnit | None, ...]:
        """Return the group of each unit of an area: the highest unit between the two; None where there is none."""
        key = facts.area, facts.area_valid_from, facts.form, facts.boundary, facts.period, facts.number
        if key not in self._groups:
            self._groups[key] = self._find_groups(facts)
        return self._groups[key]

    def _find_groups(self, facts: AreaFacts) -> tuple[OrgUnit | None, ...]:
        day = self.last_day(facts.form, facts.period)
        known: dict[tuple[str | None, date], OrgUnit | None] = {}  # units of one parent lie in one group
        results: list[OrgUnit | None] = []
        for each in facts.units:
            unit = self._by_key.get(each.key)
            if unit is None or unit.code == facts.area:
                results.append(None)
                continue
            place = unit.parent, _nearest(unit, day)
            if place not in known:
                known[place] = _group(self.catalog.units.above(unit, place[1]), facts.area)
            results.append(known[place])
        return tuple(results)

    def is_sample(self, facts: AreaFacts) -> bool:
        """Return whether the register holds invented villages of the area's units."""
        day, register = self.last_day(facts.form, facts.period), self.catalog.units
        units = (self._by_key.get(unit.key) for unit in facts.units)
        return any(
            village.invented
            for unit in units
            if unit is not None
            for village in register.villages(unit, min(day, unit.valid_to or day))
        )


def _nearest(unit: OrgUnit, day: date) -> date:
    """Return the day on which a unit existed that is nearest to a day."""
    return min(max(day, unit.valid_from), unit.valid_to or date.max)


def _group(above: Sequence[OrgUnit], area: str) -> OrgUnit | None:
    """Return the highest unit below an area, or the country, of those above a unit, nearest first."""
    codes = [each.code for each in above]
    between = above[: codes.index(area)] if area in codes else above
    below_country = [each for each in between if each.level is not Level.COUNTRY]
    return below_country[-1] if below_country else None

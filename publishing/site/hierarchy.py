"""What lies above an area or unit, in the shape in which a revision counted it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

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
        first = date.fromisoformat(valid_from)
        return next((unit for unit in self.catalog.units.versions(code) if unit.valid_from == first), None)

    def above(self, code: str, valid_from: str, day: date) -> tuple[OrgUnit, ...]:
        """Return the units above a unit, nearest first: on a day, or on the nearest one on which it existed."""
        unit = self.unit(code, valid_from)
        if unit is None:
            return ()
        return self.catalog.units.above(unit, min(max(day, unit.valid_from), unit.valid_to or date.max))

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
        cache: dict[str, OrgUnit | None] = {}
        results: list[OrgUnit | None] = []
        for unit in facts.units:
            if unit.key not in cache:
                code, valid_from = unit.key.split(" ")
                cache[unit.key] = self._group(code, self.above(code, valid_from, day), facts.area)
            results.append(cache[unit.key])
        return tuple(results)

    def is_sample(self, facts: AreaFacts) -> bool:
        """Return whether the register holds invented villages of the area's units."""
        day, register = self.last_day(facts.form, facts.period), self.catalog.units
        units = (self.unit(*unit.key.split(" ")) for unit in facts.units)
        return any(
            village.invented
            for unit in units
            if unit is not None
            for village in register.villages(unit, min(day, unit.valid_to or day))
        )

    def _group(self, unit: str, above: tuple[OrgUnit, ...], area: str) -> OrgUnit | None:
        if unit == area:
            return None
        codes = [each.code for each in above]
        between = above[: codes.index(area)] if area in codes else above
        below_country = [each for each in between if each.level is not Level.COUNTRY]
        return below_country[-1] if below_country else None

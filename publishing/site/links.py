"""Links between the pages of the site: to periods before and after, areas below, and the pages of units."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.periods import Period
from domain.units import OrgUnit
from publishing.site.facts import AreaFacts, key_of
from publishing.site.hierarchy import Hierarchy
from publishing.site.published_set import Numbers, steps_between

TREND_PERIODS: Final = 24
"""Most periods of a trend, its own included."""
OWN: Final = "units/"
"""Folder of units' pages in that of their area."""
Owners = Mapping[tuple[str, str], Mapping[str, str]]
"""Paths of units' pages below their period, by form and boundary, then by the unit's key."""


@dataclass(frozen=True, slots=True)
class PageLinks:
    """What the pages of an area and period lead to; see `AreaPeriod`."""

    previous: Period | None
    following: Period | None
    trend: tuple[Period, ...]
    children: tuple[str, ...]
    group_areas: frozenset[str]
    unit_pages: tuple[str, ...]
    before_pages: dict[int, str]
    after_pages: dict[int, str]


class LinkFinder:
    """Finds what pages lead to, in the set of newest revisions."""

    def __init__(self, numbers: Numbers, hierarchy: Hierarchy, facts_of: Callable[[Period, str], AreaFacts]) -> None:
        """Link publications of `numbers`, whose facts `facts_of` returns by period and name."""
        self._numbers = numbers
        self._hierarchy = hierarchy
        self._of = facts_of
        self._owners: dict[Period, Owners] = {}
        self._known: dict[tuple[Period, str], PageLinks] = {}
        self._children: dict[Period, dict[str, list[str]]] = {}

    def links_of(self, period: Period, name: str) -> PageLinks:
        """Return what the pages of an area and period lead to."""
        if (period, name) not in self._known:
            self._known[period, name] = self._find_links(period, name)
        return self._known[period, name]

    def _find_links(self, period: Period, name: str) -> PageLinks:
        facts = self._of(period, name)
        owners = self.owners_in(period)[facts.form, facts.boundary]
        pages = [owners[unit.key] for unit in facts.units]
        own = f"{name}/"
        previous, following = (
            other if other and name in self._numbers[other] else None
            for other in (self.beside(period, -1), self.beside(period, 1))
        )
        groups = _names(filter(None, self._hierarchy.groups(facts)), name, facts)
        return PageLinks(
            previous=previous,
            following=following,
            trend=tuple(
                other
                for other in self._same_kind(period)
                if steps_between(other, period) in range(TREND_PERIODS) and name in self._numbers[other]
            ),
            children=tuple(self._children_in(period).get(name, ())),
            group_areas=frozenset(groups & self._numbers[period].keys()),
            unit_pages=tuple(page.removeprefix(own) if page.startswith(own) else f"../{page}" for page in pages),
            before_pages=self._pages_in(previous, facts),
            after_pages=self._pages_in(following, facts),
        )

    def shape(self, period: Period) -> str:
        """Return a hash of a period's areas and units: while it stays, so do links within the period, and names."""
        areas = ((name, self._of(period, name)) for name in sorted(self._numbers[period]))
        return key_of([(name, each.head, [(unit.key, unit.name) for unit in each.units]) for name, each in areas])

    def above(self, period: Period, name: str) -> set[str]:
        """Return the names that areas above an area have, published or not."""
        facts = self._of(period, name)
        return _names(self._hierarchy.above_area(facts), name, facts)

    def _pages_in(self, period: Period | None, facts: AreaFacts) -> dict[int, str]:
        """Return the pages of an area's units in another period, by the unit's place; of those that have one."""
        if period is None:
            return {}
        owners = self.owners_in(period).get((facts.form, facts.boundary), {})
        pages = ((place, owners.get(unit.key)) for place, unit in enumerate(facts.units))
        return {place: f"{period}/{page}" for place, page in pages if page}

    def owners_in(self, period: Period) -> Owners:
        """Return the path of each unit's page: it lies with the smallest area that has the unit.

        Of areas with the same units it is the one that the others lie above.
        """
        if period not in self._owners:
            owners: dict[tuple[str, str], dict[str, str]] = {}
            areas = [(name, self._of(period, name)) for name in self._numbers[period]]
            depth = {name: -len(self._hierarchy.above_area(facts)) for name, facts in areas}
            for name, facts in sorted(areas, key=lambda area: (len(area[1].units), depth[area[0]], area[0])):
                own = owners.setdefault((facts.form, facts.boundary), {})
                for unit, stem in zip(facts.units, facts.stems, strict=True):
                    if unit.key not in own:
                        own[unit.key] = f"{name}/{OWN}{stem}"
            self._owners[period] = owners
        return self._owners[period]

    def _children_in(self, period: Period) -> Mapping[str, list[str]]:
        """Return the areas directly below each area of a period."""
        if period not in self._children:
            children: dict[str, list[str]] = {}
            areas = {name: self._of(period, name) for name in sorted(self._numbers[period])}
            for child, parent in self._hierarchy.parents(areas).items():
                children.setdefault(parent, []).append(child)
            self._children[period] = children
        return self._children[period]

    def _same_kind(self, period: Period) -> list[Period]:
        return [other for other in sorted(self._numbers) if other.frequency is period.frequency]

    def beside(self, period: Period, step: int) -> Period | None:
        """Return the period published before (-1) or after (1) one of its kind; None where it is too far away."""
        order = self._same_kind(period)
        place = order.index(period) + step
        if not 0 <= place < len(order) or abs(steps_between(order[place], period)) >= TREND_PERIODS:
            return None
        return order[place]


def _names(units: Iterable[OrgUnit], name: str, facts: AreaFacts) -> set[str]:
    """Return the names of units' folders, if they are areas of the same form and boundary as an area of that name."""
    suffix = name[len(facts.area) :]
    return {f"{unit.code}{suffix}" for unit in units}


def shown_of_units(facts: AreaFacts, own: Sequence[int], links: PageLinks) -> list[object]:
    """Return all that the pages of an area's own units show: a new revision of a large area changes few of them."""
    return [
        facts.head,
        [(figure.indicator, figure.denominator is None) for figure in facts.figures],
        [unit.key for unit in facts.units],
        [
            (facts.units[place], links.unit_pages[place], links.before_pages.get(place), links.after_pages.get(place))
            for place in own
        ],
    ]

"""What moved revisions reach: the areas of each period whose pages have to be looked at; those of all others stay."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from domain.periods import Period
from publishing.site.facts import key_of
from publishing.site.links import TREND_PERIODS, LinkFinder
from publishing.site.published_set import Numbers, SiteState, other_boundary, steps_between
from publishing.site.quality_pages import AreaQualities


@dataclass(frozen=True)
class Reach:
    """What the revisions reach that moved since a site was made.

    `around` holds for each period that was looked at a hash of its areas and units, and of those of the periods beside
    it: while it stays, areas without a moved revision lead to what they led to.
    """

    before: SiteState
    moved: AbstractSet[tuple[Period, str]]
    numbers: Numbers
    links: LinkFinder
    qualities: AreaQualities
    around: dict[str, str] = field(init=False, default_factory=dict)
    _areas: dict[Period, AbstractSet[str]] = field(init=False, repr=False, default_factory=dict)

    def areas(self, period: Period) -> AbstractSet[str]:
        """Return the areas of a period whose pages may show something else than before."""
        if period not in self._areas:
            self._areas[period] = self.numbers[period].keys() & self._find_areas(period)
        return self._areas[period]

    def is_series(self, name: str, newest: Period) -> bool:
        """Return whether the pages of an area's periods may show something else than before."""
        own = {name, other_boundary(name)}
        return name in self.areas(newest) or any(moved in own for _, moved in self.moved)

    def _find_areas(self, period: Period) -> Collection[str]:
        alike = [(other, name) for other, name in self.moved if other.frequency is period.frequency]
        near = {name for other, name in alike if steps_between(other, period) in range(TREND_PERIODS)}
        previous, following = self.links.beside(period, -1), self.links.beside(period, 1)
        after = [other for other, _ in alike if other > period and (following is None or other <= following)]
        if self.before.key and not near and not after:
            self.around[period.id] = self.before.around[period.id]
            return ()
        names = self.numbers[period]
        shapes = [each and (each.id, self.links.shape(each)) for each in (previous, period, following)]
        around = self.around[period.id] = key_of(shapes, [self.qualities.folder_of(name) for name in names])
        if around != self.before.around.get(period.id):
            return names.keys()
        here = [name for other, name in alike if other == period and name in names]
        return near.union(*(self.links.above(period, name) for name in here))

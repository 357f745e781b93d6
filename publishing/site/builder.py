"""Build the site from the newest revisions in the published folder: what a moved revision reaches is rendered again."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from types import MappingProxyType
from typing import Final

from domain.catalog.catalog import Catalog
from domain.periods import Period
from domain.rollups import Boundary
from domain.stores.store import Store
from publishing.errors import PublicationDamagedError, storage_error
from publishing.site.area_pages import AreaPeriod, area_pages
from publishing.site.commune_pages import commune_pages
from publishing.site.facts import AreaFacts, key_of, read_facts, read_unit_figures
from publishing.site.facts_file import write_facts
from publishing.site.hierarchy import Hierarchy
from publishing.site.indicator_pages import AreaSeries, indicator_pages
from publishing.site.links import OWN, LinkFinder, PageLinks, shown_of_units
from publishing.site.overview_pages import (
    AreaEntry,
    first_pages,
    period_pages,
    province_page,
    province_pages,
    search_index,
    search_pages,
    search_places,
)
from publishing.site.published_set import (
    NO_SITE,
    Consulted,
    PublishedRevisionRef,
    SiteState,
    moved_since,
    newest_numbers,
    newest_periods,
    newness,
    other_boundary,
    read_manifest,
)
from publishing.site.quality_pages import QUALITY, AreaQualities, QualityOf
from publishing.site.reach import Reach
from publishing.site.rendering import LANGS, look_of, search_script, style_sheet
from publishing.site.revision_notes import read_revision_notes
from publishing.site.site_formatter import SiteFormatter
from publishing.storage.folders import PublicationFolder, link_revisions
from publishing.storage.manifest import MANIFEST
from publishing.storage.site_folder import SITE, KeyedPage, Pages, SiteFolder
from warehouse.queries import Revision
from warehouse.queries.desk.reporting_quality import AreaQuality

_STATE: Final = "state.json"
_AREAS: Final = "areas.json"

LoadRevision = Callable[[PublishedRevisionRef], Revision | None]
"""Reads a revision from the warehouse; None: it does not know it."""


@dataclass(frozen=True, slots=True)
class SiteOutcome:
    """How many areas' pages were rendered, and the publications without pages: the warehouse does not know them."""

    rendered: int
    unknown: tuple[str, ...] = ()


def build_site(
    store: Store,
    catalog: Catalog,
    load: LoadRevision,
    consulted: Consulted = MappingProxyType({}),
    quality_of: QualityOf | None = None,
) -> SiteOutcome:
    """Render the pages that a new revision reaches, and switch readers to the new site in one step.

    The site depends on the newest revisions, the consultations in force, the catalogue, and where quality of reporting
    is public (`quality_of`) on that. Where all are as they were, nothing is done. One process at a time may build the
    site of a folder.

    Raises:
        PublicationInterruptedError, PublicationRefusedError: the storage failed; readers see the site before.
    """
    try:
        return _SiteBuilder(SiteFolder(store), catalog, load, consulted, quality_of).build()
    except OSError as error:
        raise storage_error(store.at(SITE), None, error) from error


class _SiteBuilder:
    def __init__(
        self,
        folder: SiteFolder,
        catalog: Catalog,
        load: LoadRevision,
        consulted: Consulted,
        quality_of: QualityOf | None,
    ) -> None:
        numbers = newest_numbers(folder.store)
        self._folder = folder
        self._load = load
        self._catalog = catalog
        # Pages of areas lead to those of quality, or do not.
        self._look = look_of(catalog) if quality_of is None else key_of(look_of(catalog), QUALITY)
        self._hierarchy = Hierarchy(catalog)
        self._formatters = [SiteFormatter(catalog, lang) for lang in LANGS]
        self._numbers = {period: dict(sorted(numbers[period].items())) for period in sorted(numbers)}
        self._state = {period.id: dict(names) for period, names in self._numbers.items()}
        self._consulted = {f"{period}/{name}": day.isoformat() for (period, name), day in sorted(consulted.items())}
        self._facts: dict[tuple[Period, str], AreaFacts] = {}
        self._links = LinkFinder(self._numbers, self._hierarchy, self._of)
        self._rendered: set[tuple[Period, str]] = set()
        self._gathered: dict[tuple[Period, str], AreaPeriod] = {}
        self._before = NO_SITE
        self._reach: Reach
        self._series_parts: dict[str, str] = {}
        self._qualities = AreaQualities({} if quality_of is None else dict(self._read_qualities(quality_of)))

    def build(self) -> SiteOutcome:
        """Build the site, unless the one that readers see was made of the same."""
        folder = self._folder
        if not self._state and folder.current is None:
            return SiteOutcome(0)
        if folder.current == self._key([]):
            folder.sweep()
            return SiteOutcome(0)
        self._before = self._state_before()
        moved = moved_since(self._before, self._numbers, self._consulted)
        unknown = self._leave_out_unknown(moved)
        self._qualities = self._qualities.of(self._names)
        if folder.current == self._key(unknown):
            return SiteOutcome(0, tuple(unknown))
        folder.begin(self._key(unknown))
        self._reach = Reach(self._before, moved, self._numbers, self._links, self._qualities)
        periods = {period: self._period(period) for period in self._numbers}
        series = {name: self._series(name) for name in self._names}
        links = {f"{SITE}/{period.id}": path for period, path in periods.items()}
        links |= {f"{SITE}/areas/{name}": path for name, path in series.items()}
        if quality := self._quality():
            links[f"{SITE}/{QUALITY}"] = quality
        files = self._files(periods)
        state = {"look": self._look, "numbers": self._state, "unknown": unknown, "consulted": self._consulted}
        files[_STATE] = json.dumps({**state, "around": self._reach.around}).encode()
        folder.switch(files, links)
        return SiteOutcome(len(self._rendered), tuple(unknown))

    def _key(self, unknown: Sequence[str]) -> str:
        return key_of(self._look, self._state, unknown, self._consulted, self._qualities.key)

    def _state_before(self) -> SiteState:
        """Return what the present site was made of; nothing of it counts where the catalogue or the program changed."""
        current = self._folder.current
        state = json.loads(self._folder.read(current, _STATE)) if current else {}
        if current is None or state["look"] != self._look:
            return NO_SITE
        unknown = frozenset(state["unknown"])
        return SiteState(current, state["numbers"], unknown, state["consulted"], state["around"])

    def _leave_out_unknown(self, moved: Iterable[tuple[Period, str]]) -> list[str]:
        """Leave out the publications whose facts neither a file nor the warehouse has, and return them."""
        unknown = []
        for period, name in moved:
            if name in self._numbers.get(period, ()) and self._read(period, name) is None:
                unknown.append(f"{period}/{name}")
                del self._numbers[period][name]
                if not self._numbers[period]:
                    del self._numbers[period]
        return sorted(unknown)

    def _read(self, period: Period, name: str) -> AreaFacts | None:
        """Return an area's facts, which are written first where they are missing; None: nothing knows them."""
        number = self._numbers[period][name]
        facts = self._stored_facts(period, name, number)
        if facts is None:
            revision = self._load(read_manifest(self._publication(period, name).open(number)))
            if revision is None:
                return None
            self._folder.write_facts(period.id, name, number, write_facts(revision, self._catalog.forms))
            facts = self._stored_facts(period, name, number)
        if facts is not None:
            self._facts[period, name] = facts
        return facts

    def _stored_facts(self, period: Period, name: str, number: int) -> AreaFacts | None:
        try:
            with self._folder.read_facts(period.id, name, number) as file:
                return read_facts(file)
        except OSError:
            return None

    def _of(self, period: Period, name: str) -> AreaFacts:
        facts = self._facts.get((period, name)) or self._read(period, name)
        if facts is None:
            hidden = self._folder.store.at(self._folder.hidden)
            raise PublicationDamagedError(hidden, f"the facts of {period}/{name} are missing")
        return facts

    def _publication(self, period: Period, name: str) -> PublicationFolder:
        return PublicationFolder(self._folder.store, period.id, name)

    # Parts.

    def _read_qualities(self, quality_of: QualityOf) -> Iterator[tuple[str, AreaQuality]]:
        for name, period in newest_periods(self._numbers).items():
            ref = read_manifest(self._publication(period, name).open(self._numbers[period][name]))
            if ref.boundary == Boundary.AS_THEN and (quality := quality_of(ref)) is not None:
                yield name, quality

    def _quality(self) -> str | None:
        """Return the part of the pages of quality of reporting; None where there are none."""
        entries = {name: self._entry(period, name) for name, period in self._names.items()}
        samples = {name for name in self._qualities.known if self._hierarchy.is_sample(entries[name].facts)}
        return self._qualities.part(self._folder, entries, samples, self._formatters, self._look)

    def _entry(self, period: Period, name: str) -> AreaEntry:
        facts = self._of(period, name)
        return AreaEntry(name, facts, self._hierarchy.province(facts))

    @cached_property
    def _parts_before(self) -> Mapping[str, str]:
        """Return the parts that links of the present site lead to."""
        kept = (name for name, newest in self._names.items() if not self._reach.is_series(name, newest))
        names = [f"{SITE}/{each}" for each in (*self._numbers, *map("areas/{}".format, kept))]
        return self._folder.linked(self._before.key, names) if self._before.key else {}

    def _period(self, period: Period) -> str:
        """Return the part of a period; of areas that no moved revision reaches the parts of before are in it."""
        before, reached = self._parts_before.get(f"{SITE}/{period.id}"), self._reach.areas(period)
        if before and not reached:
            return before
        areas = {name: self._of(period, name) for name in sorted(self._numbers[period])}
        kept = self._folder.linked(before, areas.keys() - reached) if before else {}
        links = {name: kept.get(name) or self._area(period, name) for name in areas}
        entries = [self._entry(period, name) for name in areas]
        listed = [
            [
                each.name,
                each.facts.is_partial,
                *(() if (unit := each.province) is None else (unit.code, unit.valid_from.isoformat())),
            ]
            for each in entries
        ]
        beside = self._links.beside(period, -1), self._links.beside(period, 1)
        key = key_of(self._look, self._numbers[period], links, [each and each.id for each in beside])
        return self._folder.part(
            f"periods/{period}",
            key,
            lambda: (
                *period_pages(period, beside, entries, self._formatters).items(),
                (_AREAS, json.dumps(listed).encode()),
            ),
            links,
        )

    def _area(self, period: Period, name: str) -> str:
        facts, links = self._of(period, name), self._links.links_of(period, name)
        own = [place for place, page in enumerate(links.unit_pages) if page.startswith(OWN)]
        units_key = key_of(self._look, *shown_of_units(facts, own, links))
        units = self._folder.part(
            f"units/{period}/{name}",
            units_key,
            lambda: commune_pages(self._gather(period, name, links), own, self._formatters),
        )
        trend = [(other.id, self._numbers[other][name]) for other in links.trend]
        children = [(child, self._numbers[period][child]) for child in links.children]
        beside = [each and each.id for each in (links.previous, links.following)]
        shared = (self._look, period.id, name, self._numbers[period][name], links.unit_pages, links.before_pages)
        until = self._consulted.get(f"{period}/{name}")
        key = key_of(
            *shared,
            units_key,
            trend,
            beside,
            children,
            sorted(links.group_areas),
            until,
            self._qualities.folder_of(name),
        )
        part = self._folder.part(
            f"areas/{facts.period}/{name}",
            key,
            lambda: self._area_pages(period, name, links),
            {"units": units},
        )
        if period == self._names[name]:
            self._series(name)  # now, while what its pages show as well is gathered
        return part

    def _area_pages(self, period: Period, name: str, links: PageLinks) -> Pages:
        link_revisions(self._publication(period, name))
        return area_pages(self._gather(period, name, links), self._formatters, self._look)

    def _series(self, name: str) -> str:
        """Return the part of an area's periods, which is made once."""
        if name not in self._series_parts:
            self._series_parts[name] = self._parts_before.get(f"{SITE}/areas/{name}") or self._make_series(name)
        return self._series_parts[name]

    def _make_series(self, name: str) -> str:
        newest = self._names[name]
        links = self._links.links_of(newest, name)
        periods = sorted((period for period, names in self._numbers.items() if name in names), key=newness)
        periods.reverse()
        other = other_boundary(name)
        numbers = [(period.id, self._numbers[period][name], self._numbers[period].get(other)) for period in periods]
        children = [(child, self._numbers[newest][child]) for child in links.children]
        return self._folder.part(
            f"series/{name}",
            key_of(self._look, name, numbers, children, links.unit_pages, self._qualities.folder_of(name)),
            lambda: indicator_pages(
                AreaSeries(
                    self._gather(newest, name, links),
                    tuple(self._of(period, name) for period in periods),
                    tuple(self._of(period, other) if other in self._numbers[period] else None for period in periods),
                ),
                self._formatters,
                self._look,
            ),
        )

    def _gather(self, period: Period, name: str, links: PageLinks) -> AreaPeriod:
        """Gather what the pages of an area and period show; that of the last one is kept: its parts come in turn."""
        if (period, name) not in self._gathered:
            self._gathered = {(period, name): self._gather_anew(period, name, links)}
        return self._gathered[period, name]

    def _gather_anew(self, period: Period, name: str, links: PageLinks) -> AreaPeriod:
        facts = self._of(period, name)
        self._rendered.add((period, name))
        province = self._hierarchy.province(facts)
        publication = self._publication(period, name)
        manifest = json.loads(publication.open(facts.number).read(MANIFEST))
        with self._folder.read_facts(period.id, name, facts.number) as file:
            figures = read_unit_figures(file)
        return AreaPeriod(
            name=name,
            facts=facts,
            figures=figures,
            trend=tuple(self._of(other, name) for other in links.trend),
            previous=links.previous,
            following=links.following,
            children=tuple((child, self._of(period, child)) for child in links.children),
            groups=self._hierarchy.groups(facts),
            group_areas=links.group_areas,
            province=None if province is None else (province.name, province_page(province)),
            unit_pages=links.unit_pages,
            before_pages=links.before_pages,
            after_pages=links.after_pages,
            files=tuple(sorted(manifest["files"])),
            revisions=read_revision_notes(publication),
            is_sample=self._hierarchy.is_sample(facts),
            consulted_until=self._consulted.get(f"{period}/{name}"),
            quality_page=self._qualities.folder_of(name),
        )

    @cached_property
    def _names(self) -> Mapping[str, Period]:
        """The newest period of each area that has pages."""
        return newest_periods(self._numbers)

    # The tree's own pages.

    def _files(self, periods: Mapping[Period, str]) -> dict[str, bytes | KeyedPage]:
        folder, formatters = self._folder, self._formatters
        listed = {period: json.loads(folder.read(path, _AREAS)) for period, path in periods.items()}
        newest = [self._entry(period, name) for name, period in sorted(self._names.items())]
        counts = {
            period: (sum(not is_partial for _, is_partial, *_ in areas), len(areas)) for period, areas in listed.items()
        }
        ever: dict[tuple[str, ...], tuple[Period, str]] = {}
        for period in sorted(periods, key=newness):
            for name, _, *province in listed[period]:
                ever[name, *province] = period, name
        by_province = [
            AreaEntry(name, self._of(period, name), self._hierarchy.unit(*province))
            for (_, *province), (period, name) in sorted(ever.items())
            if province
        ]
        return {
            **first_pages(newest, counts, formatters),
            **province_pages(by_province, formatters, self._look),
            **self._search(newest),
            f"{SITE}/search.js": search_script(),
            f"{SITE}/style.css": style_sheet(),
        }

    def _search(self, newest: Sequence[AreaEntry]) -> Mapping[str, KeyedPage]:
        """Return the pages of the search and its names, which stay while there are the same areas and units."""
        pages = cache(partial(self._search_pages, newest))
        around = [self._reach.around[period.id] for period in sorted(set(self._names.values()))]
        key = key_of(self._look, [(name, period.id) for name, period in self._names.items()], around)
        names = self._folder.names_of(self._before.key, key) if self._before.key else []
        return {name: KeyedPage(key, partial(lambda each: pages()[each], name)) for name in names or pages()}

    def _search_pages(self, newest: Sequence[AreaEntry]) -> Mapping[str, bytes]:
        places = search_places(newest, self._formatters[0], self._links.owners_in)
        return search_pages(self._formatters, search_index(places))

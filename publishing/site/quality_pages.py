"""Pages of the quality of reporting of areas, where an office publishes it: unit by unit, month by month."""

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from domain.batches import batched
from domain.quality.reporting import ReportedQuality, ReportingQuality, Share
from publishing.site.facts import key_of
from publishing.site.overview_pages import AreaEntry, province_page
from publishing.site.published_set import PublishedRevisionRef, other_boundary
from publishing.site.rendering import addresses, keyed
from publishing.site.site_formatter import SiteFormatter
from publishing.storage.site_folder import SITE, KeyedPage, SiteFolder
from warehouse.queries.desk.reporting_quality import AreaQuality

QUALITY: Final = "quality"
"""Folder of these pages, and of the part that they lie in."""
_UNITS_ON_A_PAGE: Final = 100

QualityOf = Callable[[PublishedRevisionRef], AreaQuality | None]
"""Returns the quality of reporting of an area, by its newest revision; None: its form has left the catalogue."""

_Cell = tuple[str, tuple[str, ...]]
"""The share of lines that passed, and keys of what else is to be said of the report."""


@dataclass(frozen=True)
class AreaQualities:
    """Quality of reporting by name of areas' folders: of areas on the boundaries of their periods."""

    known: Mapping[str, AreaQuality]

    @cached_property
    def key(self) -> str:
        """Return a hash of all that the pages show, besides texts and names of areas."""
        return key_of([(name, _plain(quality)) for name, quality in sorted(self.known.items())])

    def of(self, names: Container[str]) -> "AreaQualities":
        """Return those of these areas."""
        return AreaQualities({name: quality for name, quality in self.known.items() if name in names})

    def folder_of(self, name: str) -> str:
        """Return the folder of the page that an area's pages lead to, "" for none."""
        return next((each for each in (name, other_boundary(name)) if each in self.known), "")

    def part(
        self,
        folder: SiteFolder,
        entries: Mapping[str, AreaEntry],
        samples: Collection[str],
        formatters: Sequence[SiteFormatter],
        look: str,
    ) -> str | None:
        """Return the part of all pages; where they are public no more, an empty part takes their place, and None.

        `samples` are the areas whose split by commune is invented, which pages have to state.
        """
        if not self.known:
            if folder.current and folder.linked(folder.current, [f"{SITE}/{QUALITY}"]):
                folder.part(QUALITY, key_of(), lambda: ())
            return None
        shown = [(name, entries[name].facts.area_name, entries[name].facts.period.id) for name in sorted(self.known)]
        return folder.part(
            QUALITY,
            key_of(look, self.key, shown, sorted(samples)),
            lambda: (
                page
                for name, quality in sorted(self.known.items())
                for formatter in formatters
                for page in _pages(entries[name], quality, formatter, look, is_sample=name in samples)
            ),
        )


def _pages(
    entry: AreaEntry, quality: AreaQuality, formatter: SiteFormatter, look: str, *, is_sample: bool
) -> Iterator[tuple[str, KeyedPage]]:
    facts, province, lang = entry.facts, entry.province, formatter.lang
    crumbs = [(formatter.area(facts), f"../../areas/{entry.name}/index.{lang}.html")]
    if province is not None and province.code != facts.area:
        crumbs.insert(0, (province.name, f"../../{province_page(province)}.{lang}.html"))
    units = sorted(quality.units, key=lambda row: (row.unit.code, row.unit.valid_from))
    rows = [
        (row.unit.name, row.unit.code, _shares(row.total, formatter), [_cell(each) for each in row.reports])
        for row in units
    ]
    lists = list(batched(rows, _UNITS_ON_A_PAGE)) or [[]]
    for number, listed in enumerate(lists, start=1):
        stem = _stem(number)
        page = keyed(
            look,
            "quality.html.j2",
            formatter,
            addresses(2, stem, lang),
            [*crumbs, (formatter.published("quality_title"), "")],
            area_name=formatter.area(facts),
            form_name=formatter.form(facts.form),
            is_sample=is_sample,
            periods=[formatter.period(period) for period in quality.periods],
            ids=[period.id for period in quality.periods],
            total=_shares(quality.total, formatter),
            by_period=[_shares(each, formatter) for each in quality.by_period],
            rows=listed,
            before=_stem(number - 1) if number > 1 else "",
            after=_stem(number + 1) if number < len(lists) else "",
        )
        yield f"{entry.name}/{stem}.{lang}.html", page


def _stem(number: int) -> str:
    return "index" if number == 1 else f"index-{number}"


def _shares(quality: ReportingQuality, formatter: SiteFormatter) -> list[tuple[str, str]]:
    """Return the three shares in percent, and as counts; empty where there is no whole."""
    return [_share(each, formatter) for each in (quality.passed, quality.on_time, quality.corrected)]


def _share(share: Share, formatter: SiteFormatter) -> tuple[str, str]:
    if share.percent is None:
        return "", ""
    return f"{formatter.report.number(share.percent)}%", formatter.share(share.part, share.whole)


def _cell(report: ReportedQuality | None) -> _Cell | None:
    """Return what stands in a cell; None: no report was due."""
    if report is None:
        return None
    if not report.is_sent:
        return "", ("not_sent",)
    passed = f"{round(Decimal(100 * report.passed) / report.lines)}%" if report.lines else ""
    marks: tuple[str, ...] = ("late",) if report.is_late else ()
    if report.is_returned:
        marks += ("corrected" if report.is_accepted else "returned",)
    return passed, marks


def _plain(quality: AreaQuality) -> tuple[list[str], list[object]]:
    return [period.id for period in quality.periods], [
        (row.unit.code, row.unit.name, [each and astuple(each) for each in row.reports]) for row in quality.units
    ]

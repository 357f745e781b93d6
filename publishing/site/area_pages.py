"""Pages of an area and period: its figures and trend, files, units, and revisions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, Final, NamedTuple

from domain.aggregation import Amount, add_up, percentage
from domain.batches import batched
from domain.periods import Period
from domain.units import OrgUnit
from publishing.site.facts import AreaFacts, FigureFact, UnitFigures, UnitValue, key_of
from publishing.site.rendering import Crumbs, addresses, other, render
from publishing.site.revision_notes import RevisionNote
from publishing.site.site_formatter import SiteFormatter, shown_values
from publishing.site.trends import trend_of
from publishing.storage.folders import revision_link
from publishing.storage.site_folder import KeyedPage

_Texts = Sequence[tuple[str, str] | None]
"""Value and fraction of a figure by unit, as a language shows them."""

MOST_UNITS: Final = 300
"""Most units listed on one page."""
_FILES: Final = ("report.html", "rollup.xlsx", "report.docx", "rollup.csv", "changes.json")
"""A revision's files after its page for leaders, in the order of their readers."""


@dataclass(frozen=True)
class AreaPeriod:
    """An area in a period, and what its pages lead to.

    `trend` are its facts of up to two years, the oldest first and this period's last; `children` the areas directly
    below it in this period, `groups` the part of the area that each unit lies in. `unit_pages` are the addresses of the
    units' pages from the area's page, `before_pages` and `after_pages` those of the periods before and after, by the
    unit's place; all without language and ending. `province` is the page of its province: name and address.
    `is_sample`: the register holds invented units, so the split by commune is invented too, which pages have to state.
    `consulted_until` is the last day, in ISO form, of the consultation about its figures, if there is one.
    `quality_page` is the folder of the page of its quality of reporting, "" where that is not public.
    """

    name: str
    facts: AreaFacts
    figures: UnitFigures
    trend: tuple[AreaFacts, ...]
    previous: Period | None
    following: Period | None
    children: tuple[tuple[str, AreaFacts], ...]
    groups: tuple[OrgUnit | None, ...]
    group_areas: frozenset[str]
    province: tuple[str, str] | None
    unit_pages: tuple[str, ...]
    before_pages: dict[int, str]
    after_pages: dict[int, str]
    files: tuple[str, ...]
    revisions: tuple[RevisionNote, ...]
    is_sample: bool
    consulted_until: str | None
    quality_page: str

    @property
    def before(self) -> AreaFacts | None:
        """Return the facts of the previous period."""
        return next((facts for facts in self.trend if facts.period == self.previous), None)

    @cached_property
    def suffix(self) -> str:
        """Return what the folder's name adds to the area's code."""
        return self.name[len(self.facts.area) :]


class UnitRow(NamedTuple):
    """A unit in the list of an area's page: values and fractions of the headline figures."""

    name: str
    code: str
    href: str
    group: str
    anchor: str
    state: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class GroupRow:
    """A part of a large area in the list of its page."""

    name: str
    code: str
    href: str
    accepted: int
    expected: int
    values: tuple[tuple[str, str], ...]


def area_pages(
    area: AreaPeriod, formatters: Sequence[SiteFormatter], look: str
) -> Iterator[tuple[str, bytes | KeyedPage]]:
    """Render an area's page in each language, and lists of its units where they are too many for it.

    A new revision changes few of these lists, which are keyed for that; `look` is the catalogue's (`look_of`).
    """
    lists = _UnitLists(area, formatters)
    writers = [_AreaPages(area, formatter, lists, order) for order, formatter in enumerate(formatters)]
    for writer in writers:
        yield f"index.{writer.formatter.lang}.html", writer.render()
    for number in range(1, len(lists.places) + 1) if lists.are_long else ():
        key = key_of(look, lists.key(number))
        for writer in writers:
            yield f"units-{number}.{writer.formatter.lang}.html", KeyedPage(key, partial(writer.render_list, number))


def crumbs_of(area: AreaPeriod, formatter: SiteFormatter, up: str) -> list[tuple[str, str]]:
    """Return the pages above the area's page; `up` leads from the page to the folder `site`."""
    return [
        *province_crumbs(area, formatter, up),
        (crumb_of(area, formatter), f"{up}areas/{area.name}/index.{formatter.lang}.html"),
    ]


def province_crumbs(area: AreaPeriod, formatter: SiteFormatter, up: str) -> list[tuple[str, str]]:
    """Return the page of the area's province, if it has one."""
    return [] if area.province is None else [(area.province[0], f"{up}{area.province[1]}.{formatter.lang}.html")]


def crumb_of(area: AreaPeriod, formatter: SiteFormatter) -> str:
    """Name the list of the area's periods in the way to a page; that of a province follows the province's own page."""
    name = formatter.area(area.facts)
    return formatter.text("all_periods") if area.province and area.province[0] == name else name


@dataclass(frozen=True)
class _UnitLists:
    """The units of an area by group, in lists of the most that a page has."""

    area: AreaPeriod
    formatters: Sequence[SiteFormatter]
    _texts: dict[int, Sequence[Sequence[_Texts]]] = field(init=False, repr=False, compare=False, default_factory=dict)

    @cached_property
    def places(self) -> Sequence[Sequence[int]]:
        """Return the places of the units of each list."""
        groups = self.area.groups
        order = sorted(range(len(groups)), key=lambda place: (_code(groups[place]), place))
        return list(batched(order, MOST_UNITS)) or [[]]

    @property
    def are_long(self) -> bool:
        """Return whether the units are too many for the area's page."""
        return len(self.places) > 1

    @cached_property
    def anchors(self) -> Mapping[int, str]:
        """Return the code of each group by the place of its first unit."""
        first: dict[str, int] = {}
        for listed in self.places:
            for place in listed:
                first.setdefault(_code(self.area.groups[place]), place)
        return {place: code for code, place in first.items()}

    @cached_property
    def leads(self) -> Sequence[FigureFact]:
        """Return the headline figures, which are the same in any language."""
        return [theme.lead for theme in self.formatters[0].themes(self.area.facts) if theme.is_headline]

    @cached_property
    def by_group(self) -> Mapping[str, Sequence[int]]:
        """Return the places of the units of each group, by its code."""
        groups: dict[str, list[int]] = {}
        for place, group in enumerate(self.area.groups):
            groups.setdefault(_code(group), []).append(place)
        return groups

    @cached_property
    def accepted(self) -> Mapping[str, int]:
        """Return how many units of each group have an accepted report, by its code."""
        units = self.area.facts.units
        return {code: sum(units[place].is_accepted for place in places) for code, places in self.by_group.items()}

    @cached_property
    def totals(self) -> Mapping[str, Sequence[UnitValue | None]]:
        """Return the headline figures of each group, by its code, which are the same in any language."""
        formatter, figures = self.formatters[0], self.area.figures
        amounts = [(lead, figures.amounts(lead.indicator, formatter.flow(lead.indicator))) for lead in self.leads]
        return {
            code: [total(formatter, lead, [of_lead[at] for at in places if at in of_lead]) for lead, of_lead in amounts]
            for code, places in self.by_group.items()
        }

    def texts(self, number: int) -> Sequence[Sequence[_Texts]]:
        """Return value and fraction of the units of a list, by language and headline figure."""
        if number not in self._texts:
            places, flow, figures = self.places[number - 1], self.formatters[0].flow, self.area.figures
            shown = [
                shown_values(self.formatters, lead, figures.values(lead.indicator, flow(lead.indicator), places))
                for lead in self.leads
            ]
            self._texts[number] = [[of_lead[order] for of_lead in shown] for order in range(len(self.formatters))]
        return self._texts[number]

    def key(self, number: int) -> str:
        """Return a hash of all that a list shows, besides what the catalogue says."""
        area, units = self.area, self.area.facts.units
        figures = [(figure.indicator, figure.denominator is None) for figure in area.facts.figures]
        rows = [
            (units[place], area.unit_pages[place], (group := area.groups[place]) and (group.code, group.name))
            for place in self.places[number - 1]
        ]
        anchors = [self.anchors.get(place) for place in self.places[number - 1]]
        shared = area.name, area.facts.head, area.province, area.is_sample, figures, len(self.places)
        return key_of(shared, number, rows, anchors)


@dataclass(frozen=True)
class _AreaPages:
    area: AreaPeriod
    formatter: SiteFormatter
    lists: _UnitLists
    order: int
    """Place of the language among all."""

    def render(self) -> bytes:
        """Render the area's page."""
        area, formatter = self.area, self.formatter
        facts, lang = area.facts, formatter.lang
        themes = formatter.themes(facts)
        is_long = self.lists.are_long
        before = area.before.by_indicator if area.before else {}
        changes = {figure.indicator: formatter.change(figure, before.get(figure.indicator)) for figure in facts.figures}
        cards = [
            (theme, trend_of(formatter, theme.lead.indicator, area.trend), changes[theme.lead.indicator])
            for theme in themes
            if theme.is_headline
        ]
        return render(
            "area.html.j2",
            formatter,
            addresses(2, "index", lang),
            [*crumbs_of(area, formatter, "../../"), (formatter.period(facts.period), "")],
            area=area,
            themes=themes,
            cards=cards,
            changes=changes,
            files=[(self._file_label(name), name) for name in sorted(area.files, key=self._file_order)],
            headings=self.headings,
            labels=self.labels,
            rows=None if is_long else self._rows(1),
            groups=self._group_rows() if is_long else [],
            revisions=[self._revision(note) for note in area.revisions],
        )

    @property
    def headings(self) -> list[str]:
        return [self.formatter.indicator(lead.indicator) for lead in self.lists.leads]

    @property
    def labels(self) -> list[str]:
        """Return the headings where there is little width."""
        return [theme.name for theme in self.formatter.themes(self.area.facts) if theme.is_headline]

    def render_list(self, number: int) -> bytes:
        """Render a list of units."""
        area, formatter = self.area, self.formatter
        crumbs: Crumbs = [
            *crumbs_of(area, formatter, "../../"),
            (formatter.period(area.facts.period), f"index.{formatter.lang}.html"),
            (formatter.text("page", number=number), ""),
        ]
        return render(
            "units.html.j2",
            formatter,
            addresses(2, f"units-{number}", formatter.lang),
            crumbs,
            area_name=formatter.area(area.facts),
            period_name=formatter.period(area.facts.period),
            is_sample=area.is_sample,
            rows=self._rows(number),
            number=number,
            total=len(self.lists.places),
            labels=self.labels,
            headings=self.headings,
        )

    def _rows(self, number: int) -> list[UnitRow]:
        """Return the units of a list; the first of each group is an anchor."""
        area, lang, anchors = self.area, self.formatter.lang, self.lists.anchors
        absent = self.formatter.published("no_value"), ""
        rows: list[UnitRow] = []
        for place, *values in zip(self.lists.places[number - 1], *self.lists.texts(number)[self.order], strict=True):
            unit, group = area.facts.units[place], area.groups[place]
            rows.append(
                UnitRow(
                    name=unit.name,
                    code=unit.code,
                    href=f"{area.unit_pages[place]}.{lang}.html",
                    group=group.name if group else "",
                    anchor=anchors.get(place, ""),
                    state=unit.state,
                    values=tuple([value or absent for value in values]),
                )
            )
        return rows

    def _group_rows(self) -> list[GroupRow]:
        area, lang, leads, anchors = self.area, self.formatter.lang, self.lists.leads, self.lists.anchors
        numbered = enumerate(self.lists.places, start=1)
        pages = {anchors[place]: number for number, listed in numbered for place in listed if place in anchors}
        rows: list[GroupRow] = []
        for code, places in sorted(self.lists.by_group.items()):
            group = area.groups[places[-1]]
            name = f"{code}{area.suffix}"
            listed = f"units-{pages[code]}.{lang}.html#g-{code}"
            rows.append(
                GroupRow(
                    name=group.name if group else self.formatter.text("ungrouped"),
                    code=code,
                    href=f"../{name}/index.{lang}.html" if name in area.group_areas else listed,
                    accepted=self.lists.accepted[code],
                    expected=len(places),
                    values=tuple(map(self._shown, leads, self.lists.totals[code])),
                )
            )
        return rows

    def _shown(self, figure: FigureFact, value: UnitValue | None) -> tuple[str, str]:
        if value is None:
            return self.formatter.published("no_value"), ""
        counts = self.formatter.fraction(value) if value.denominator is not None else ""
        return self.formatter.amount(figure, value.value), counts

    def _file_label(self, name: str) -> str:
        key = f"site.file_{name.replace('.', '_').replace('-', '_')}"
        texts = self.formatter.catalog.texts
        return texts.text(key, self.formatter.lang) if key in texts.by_key else name

    def _files_of(self, note: RevisionNote) -> frozenset[str]:
        """Return the files that a reader of this page opens: of those in both languages, its own."""
        lang = self.formatter.lang
        elsewhere = {f"leader.{other(lang)}.html", f"report.{other(lang)}.html"}
        return note.files - elsewhere - ({"report.html"} if f"report.{lang}.html" in note.files else set())

    def _file_order(self, name: str) -> tuple[int, str]:
        lang = self.formatter.lang
        order = (f"leader.{lang}.html", f"report.{lang}.html", *_FILES)
        return (order.index(name) if name in order else len(order)), name

    def _revision(self, note: RevisionNote) -> dict[str, Any]:
        folder = f"../../../{self.area.facts.period.id}/{revision_link(self.area.name, note.number)}/"
        files = sorted(self._files_of(note), key=self._file_order)
        return {
            "href": f"{folder}{files[0]}",
            "files": [(self._file_label(name), f"{folder}{name}") for name in files[1:]],
            "number": note.number,
            "published_at": datetime.fromisoformat(note.published_at),
            "lines": [self._move(*move) for move in note.moves],
            "changes_finality": note.changes_finality,
        }

    def _move(self, indicator: str, before: str, after: str, others: int) -> str:
        formatter = self.formatter
        figure = self.area.facts.by_indicator.get(indicator)
        if not indicator or figure is None:
            return formatter.text("revision_others", count=others)
        return formatter.text(
            "revision_move",
            indicator=formatter.indicator(indicator),
            before=formatter.amount(figure, _number(before)),
            after=formatter.amount(figure, _number(after)),
        )


def total(formatter: SiteFormatter, figure: FigureFact, amounts: Sequence[Amount]) -> UnitValue | None:
    """Sum the figures of some units, as the area's own are; None of figures that are not comparable, or of none."""
    if not amounts or figure.status == "not_comparable":
        return None
    sums = add_up(amounts)
    if sums.numerator is None:
        return None
    is_percent = formatter.is_percent(figure)
    value = percentage(sums.numerator, sums.denominator) if is_percent else sums.numerator
    return UnitValue(value, sums.numerator, sums.denominator, "", 0)


def _code(group: OrgUnit | None) -> str:
    return group.code if group else ""


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None

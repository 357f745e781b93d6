"""Pages of an area over all its periods: one that lists them, and one for each indicator, with its units ranked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, cached_property, partial
from typing import Any, Final, TypeVar

from domain.rollups import RollupStatus
from domain.units import OrgUnit
from publishing.site.area_pages import MOST_UNITS, AreaPeriod, crumb_of, province_crumbs, total
from publishing.site.facts import AreaFacts, FigureFact, UnitValue, key_of
from publishing.site.links import TREND_PERIODS
from publishing.site.rendering import Skeleton, addresses, drawing, escaped, hole, render
from publishing.site.site_formatter import SiteFormatter, shown_values
from publishing.site.trends import boundary_names, reasons_of, trend_of
from publishing.storage.site_folder import KeyedPage

_HOLES: Final = (
    *("indicator", "value", "counted", "trend", "trend_text", "reasons"),
    *("over_periods", "periods", "ranking"),
)
_Ranked = tuple[Decimal | None, str, str, str, str]
"""Value, name and address as markup, and the value and its fraction as shown: numbers hold no markup."""
_ShownUnits = tuple[Sequence[tuple[str, int]], Sequence[tuple[str, str] | None]]
"""Rank and place of each unit in the order of their values; value and fraction as a language shows them, by place."""
_Row = TypeVar("_Row", bound=tuple[Decimal | None, str, str, *tuple[Any, ...]])


@dataclass(frozen=True)
class AreaSeries:
    """An area over its periods: facts of all, the newest first, and what its page of the newest one leads to.

    `beside` are the same periods on the other boundaries; None where nothing is published on them.
    """

    newest: AreaPeriod
    periods: tuple[AreaFacts, ...]
    beside: tuple[AreaFacts | None, ...]
    _totals: dict[str, list[UnitValue | None]] = field(init=False, repr=False, compare=False, default_factory=dict)

    @cached_property
    def groups(self) -> Mapping[OrgUnit | None, Sequence[int]]:
        """Return the places of the units of each group."""
        known = {
            id(group): (group, list[int]()) for group in self.newest.groups
        }  # a unit's hash is that of all it holds
        for place, group in enumerate(self.newest.groups):
            known[id(group)][1].append(place)
        return dict(known.values())

    def totals(self, formatter: SiteFormatter, figure: FigureFact) -> Sequence[UnitValue | None]:
        """Return the sum of a figure for each group, which is the same in any language."""
        if figure.indicator not in self._totals:
            amounts = self.newest.figures.amounts(figure.indicator, formatter.flow(figure.indicator))
            self._totals[figure.indicator] = [
                total(formatter, figure, [amounts[place] for place in places if place in amounts])
                for places in self.groups.values()
            ]
        return self._totals[figure.indicator]

    def key(self, indicator: str) -> str:
        """Return a hash of all that the pages of an indicator show, besides what the catalogue says."""
        shown = (*self.periods, *self.beside, *(facts for _, facts in self.newest.children))
        rows = [facts and facts.rows.get(indicator) for facts in shown]
        return key_of(self._shared_key, indicator, self.newest.figures.key(indicator), rows)

    @cached_property
    def _shared_key(self) -> str:
        """Return a hash of what the pages of all indicators show."""
        newest = self.newest
        heads = [facts and facts.head for facts in (*self.periods, *self.beside)]
        children = [(name, facts.head) for name, facts in newest.children]
        units = [(unit.key, unit.name) for unit in newest.facts.units]
        return key_of(newest.name, newest.province, newest.is_sample, heads, children, units, newest.unit_pages)

    def ranked_units(self, formatters: Sequence[SiteFormatter], figure: FigureFact) -> Sequence[_ShownUnits | None]:
        """Rank the units by a figure, once for all languages; None where there is one alone, or too many for a page."""
        newest = self.newest
        if not 1 < len(newest.facts.units) <= MOST_UNITS:
            return [None] * len(formatters)
        places = range(len(newest.facts.units))
        values = newest.figures.values(figure.indicator, formatters[0].flow(figure.indicator), places)
        rows = [
            (value and value.value, escaped(unit.name), f"{page}.", place)
            for place, (unit, page, value) in enumerate(zip(newest.facts.units, newest.unit_pages, values, strict=True))
        ]
        order = [(rank, place) for rank, (_, _, _, place) in _ranked(rows)]
        return [(order, texts) for texts in shown_values(formatters, figure, values)]


def indicator_pages(
    series: AreaSeries, formatters: Sequence[SiteFormatter], look: str
) -> list[tuple[str, bytes | KeyedPage]]:
    """Render the list of an area's periods, and a page for each indicator, in each language.

    Of an area with others below it, whose pages are long, a new revision changes few: they are keyed for that. `look`
    is the catalogue's (`look_of`).
    """
    writers = [_IndicatorPages(series, formatter, order) for order, formatter in enumerate(formatters)]
    pages: list[tuple[str, bytes | KeyedPage]] = [
        (f"index.{writer.formatter.lang}.html", writer.render_list()) for writer in writers
    ]
    for figure in series.newest.facts.figures:
        key = key_of(look, series.key(figure.indicator)) if series.newest.children else None
        units = cache(partial(series.ranked_units, formatters, figure))
        for writer in writers:
            make = partial(writer.render, figure, units)
            pages.append((f"{figure.indicator}.{writer.formatter.lang}.html", KeyedPage(key, make) if key else make()))
    return pages


@dataclass(frozen=True)
class _IndicatorPages:
    series: AreaSeries
    formatter: SiteFormatter
    order: int
    _skeletons: dict[tuple[bool, tuple[str, ...]], Skeleton] = field(init=False, default_factory=dict)

    @property
    def area(self) -> AreaPeriod:
        return self.series.newest

    @cached_property
    def name(self) -> str:
        return self.formatter.area(self.area.facts)

    @cached_property
    def crumbs(self) -> list[tuple[str, str]]:
        return province_crumbs(self.area, self.formatter, "../../")

    @cached_property
    def labels(self) -> tuple[str, str, str]:
        text = self.formatter.published
        return escaped(text("value")), escaped(text("fraction")), escaped(text("units_with_figure"))

    @cached_property
    def headings(self) -> list[tuple[str, str, str]]:
        """Return address, name and remark of each period."""
        formatter, periods = self.formatter, self.series.periods
        rows: list[tuple[str, str, str]] = []
        for facts, older in zip(periods, (*periods[1:], None), strict=True):
            moved = older is not None and older.area_valid_from != facts.area_valid_from
            href = f"../../{facts.period.id}/{self.area.name}/index.{formatter.lang}.html"
            note = formatter.text("boundary_changed") if moved else ""
            rows.append((escaped(href), escaped(formatter.period(facts.period)), escaped(note)))
        return rows

    @cached_property
    def same_kind(self) -> list[tuple[AreaFacts, AreaFacts | None]]:
        """Return the periods as long as the newest one, the oldest first, each on both boundaries."""
        frequency = self.area.facts.period.frequency
        pairs = zip(reversed(self.series.periods), reversed(self.series.beside), strict=True)
        return [(facts, other) for facts, other in pairs if facts.period.frequency is frequency][-TREND_PERIODS:]

    def render_list(self) -> bytes:
        formatter = self.formatter
        themes = formatter.themes(self.area.facts)
        leads = [theme.lead for theme in themes if theme.is_headline]
        return render(
            "series.html.j2",
            formatter,
            addresses(2, "index", formatter.lang),
            [*self.crumbs, (crumb_of(self.area, self.formatter), "")],
            newest=self.area.facts,
            name=self.area.name,
            quality_page=self.area.quality_page,
            headings=[formatter.indicator(lead.indicator) for lead in leads],
            labels=[theme.name for theme in themes if theme.is_headline],
            periods=[
                (facts, [self._amount(facts.by_indicator.get(lead.indicator)) for lead in leads])
                for facts in self.series.periods
            ],
            themes=themes,
        )

    def render(self, figure: FigureFact, units: Callable[[], Sequence[_ShownUnits | None]]) -> bytes:
        formatter, area, lang = self.formatter, self.area, self.formatter.lang
        indicator, period = formatter.indicator(figure.indicator), formatter.period(area.facts.period)
        series, rankings = self._both_boundaries(), self._rankings(figure, units()[self.order])
        trend = trend_of(formatter, figure.indicator, *series)
        shape = trend is not None, tuple(heading for heading, _ in rankings)
        if shape not in self._skeletons:
            self._skeletons[shape] = self._skeleton(*shape)
        markup = {
            "indicator": escaped(indicator),
            "other": escaped(addresses(2, figure.indicator, lang).other),
            "value": escaped(formatter.value(figure)),
            "counted": escaped(formatter.counted(figure.indicator)),
            "trend": drawing(trend, indicator) if trend else "",
            "trend_text": escaped(trend.description) if trend else "",
            "reasons": "".join(
                f'<p class="small reason">✕ {escaped(periods)}: {escaped(reason)}</p>\n'
                for each in series
                for periods, reason in reasons_of(formatter, figure.indicator, each)
            ),
            "over_periods": escaped(
                formatter.text("caption_over_periods", indicator=indicator, area=formatter.area(area.facts))
            ),
            "periods": "".join(self._period_rows(figure)),
            "ranking": escaped(formatter.text("caption_ranking", indicator=indicator, period=period)),
        }
        markup |= {f"ranked{order}": rows for order, (_, rows) in enumerate(rankings)}
        return self._skeletons[shape].fill(markup)

    def _skeleton(self, has_trend: bool, headings: Sequence[str]) -> Skeleton:  # noqa: FBT001 # the parts of a shape
        formatter, area = self.formatter, self.area
        return Skeleton(
            render(
                "indicator.html.j2",
                formatter,
                replace(addresses(2, "", formatter.lang), other=hole("other")),
                [*self.crumbs, (crumb_of(area, formatter), f"index.{formatter.lang}.html"), (hole("indicator"), "")],
                **{name: hole(name) for name in _HOLES},
                area_name=self.name,
                newest_page=f"../../{area.facts.period.id}/{area.name}/index.{formatter.lang}.html",
                is_sample=area.is_sample,
                newest_period=formatter.period(area.facts.period),
                labels=self.labels,
                has_trend=has_trend,
                beside=self.beside_label,
                rankings=[(heading, hole(f"ranked{order}")) for order, heading in enumerate(headings)],
            )
        )

    @cached_property
    def beside_label(self) -> str:
        """Return the name of the other boundaries, where a period has figures on them as well."""
        return boundary_names(self.formatter, self.area.facts.boundary)[1] if any(self.series.beside) else ""

    def _period_rows(self, figure: FigureFact) -> Iterator[str]:
        value, fraction, accepted = self.labels
        rows = zip(self.headings, self.series.periods, self.series.beside, strict=True)
        for (href, period, note), facts, other in rows:
            amount, counts, units = self._counts(facts.by_indicator.get(figure.indicator))
            shown = f' <span class="small muted">{note}</span>' if note else ""
            yield (
                f'<tr><th scope="row"><a href="{href}">{period}</a>{shown}</th>'
                f'<td class="n" data-label="{value}"><strong>{amount}</strong></td>'
                f'<td class="n" data-label="{fraction}">{counts}</td><td class="n" data-label="{accepted}">{units}</td>'
            )
            if self.beside_label:
                name = escaped(self.beside_label)
                yield f'<td class="n" data-label="{name}">{self._beside(other, figure.indicator)}</td>'
            yield "</tr>\n"

    @cached_property
    def _ranked_row(self) -> str:
        """Return the pattern of a row of rank, name, amount and fraction, all markup."""
        labels = escaped(self.formatter.text("rank")), *self.labels[:2]
        rank, value, fraction = (label.replace("%", "%%") for label in labels)
        return (
            f'<tr><td class="n" data-label="{rank}">%s</td><th scope="row">%s</th>'
            f'<td class="n" data-label="{value}"><strong>%s</strong></td>'
            f'<td class="n" data-label="{fraction}">%s</td></tr>\n'
        )

    def _both_boundaries(self) -> tuple[list[AreaFacts], list[AreaFacts | None]]:
        return [facts for facts, _ in self.same_kind], [other for _, other in self.same_kind]

    def _beside(self, facts: AreaFacts | None, indicator: str) -> str:
        """Return the figure on the other boundaries, as markup."""
        figure = facts.by_indicator.get(indicator) if facts else None
        if figure is not None and figure.status == RollupStatus.NOT_COMPARABLE:
            return f"✕ {escaped(self.formatter.published('change_not_comparable'))}"
        amount = self._amount(figure)
        is_partial = figure is not None and figure.accepted < figure.expected
        return (
            f"{amount} ▽ {self.formatter.share(figure.accepted, figure.expected)}"
            if figure is not None and is_partial
            else amount
        )

    def _amount(self, figure: FigureFact | None) -> str:
        return "–" if figure is None else self.formatter.amount(figure, figure.value)

    def _counts(self, figure: FigureFact | None) -> tuple[str, str, str]:
        if figure is None:
            return "–", "–", "–"
        fraction = self.formatter.fraction(figure) if figure.denominator is not None else "–"
        units = self.formatter.share(figure.accepted, figure.expected)
        return self._amount(figure), fraction, units if figure.status == "complete" else f"▽ {units}"

    def _rankings(self, figure: FigureFact, units: _ShownUnits | None) -> list[tuple[str, str]]:
        """Return the areas below ranked, and the units; of a large area their groups: headings, and rows as markup."""
        area, text = self.area, self.formatter.text
        rankings: list[tuple[str, str]] = []
        if area.children:
            below = [
                self._of_area(name, facts, shown, figure.indicator)
                for (name, facts), shown in zip(area.children, self._names_below, strict=True)
            ]
            rankings.append((text("areas_below"), self._ranked_rows(below)))
        if units is not None:
            rankings.append((text("units"), self._unit_rows(figure.indicator, *units)))
        elif len(area.facts.units) > 1:
            totals = self.series.totals(self.formatter, figure)
            groups = [
                self._of_group(name, figure, value) for name, value in zip(self._group_names, totals, strict=True)
            ]
            rankings.append((text("by_group"), self._ranked_rows(groups)))
        return rankings

    def _ranked_rows(self, rows: Sequence[_Ranked]) -> str:
        shown = [
            self._ranked_row % (rank, f'<a href="{href}">{name}</a>' if href else name, amount, fraction)
            for rank, (_, name, href, amount, fraction) in _ranked(rows)
        ]
        return "".join(shown)

    def _unit_rows(
        self, indicator: str, order: Iterable[tuple[str, int]], texts: Sequence[tuple[str, str] | None]
    ) -> str:
        pattern, units, absent = self._ranked_row, self._units, (self.absent, "")
        rows: list[str] = []
        for rank, place in order:
            href, name = units[place]
            rows.append(pattern % (rank, f'<a href="{href}#{indicator}">{name}</a>', *(texts[place] or absent)))
        return "".join(rows)

    def _of_area(self, name: str, facts: AreaFacts, shown: str, indicator: str) -> _Ranked:
        figure = facts.figure(indicator)
        if figure is None:
            return None, shown, f"../{name}/index.{self.formatter.lang}.html", "–", ""
        fraction = self.formatter.fraction(figure) if figure.denominator is not None else ""
        href = f"../{name}/{indicator}.{self.formatter.lang}.html"
        return figure.value, shown, href, self._amount(figure), fraction

    def _of_group(self, name: str, figure: FigureFact, value: UnitValue | None) -> _Ranked:
        if value is None:
            return None, name, "", self.absent, ""
        fraction = self.formatter.fraction(value) if value.denominator is not None else ""
        return value.value, name, "", self.formatter.amount(figure, value.value), fraction

    @cached_property
    def absent(self) -> str:
        return escaped(self.formatter.published("no_value"))

    @cached_property
    def _units(self) -> list[tuple[str, str]]:
        """Return address and name of each unit, as markup."""
        area = self.area
        up = f"../../{area.facts.period.id}/{area.name}/"
        return [
            (escaped(f"{up}{page}.{self.formatter.lang}.html"), escaped(unit.name))
            for unit, page in zip(area.facts.units, area.unit_pages, strict=True)
        ]

    @cached_property
    def _names_below(self) -> list[str]:
        """Return the name of each area directly below, as markup."""
        return [escaped(self.formatter.area(facts)) for _, facts in self.area.children]

    @cached_property
    def _group_names(self) -> list[str]:
        """Return the name of each group of units, as markup."""
        other = self.formatter.text("ungrouped")
        return [escaped(group.name if group else other) for group in self.series.groups]


def _ranked(rows: Iterable[_Row]) -> Iterator[tuple[str, _Row]]:
    """Sort rows of value, name and address, and number them.

    The highest value comes first, those without one come last; equal values share a rank.
    """
    rank, before = 0, None
    order = sorted(rows, key=lambda row: (row[0] is None, -(row[0] or 0), row[1], row[2]))
    for number, row in enumerate(order, start=1):
        if row[0] != before:
            rank, before = number, row[0]
        yield "–" if row[0] is None else str(rank), row

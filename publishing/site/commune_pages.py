"""One page for each commune and period, with an anchor for each indicator."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import repeat
from typing import NamedTuple

from domain.batches import batched
from publishing.figures.formatter import SHORT_HASH
from publishing.site.area_pages import MOST_UNITS, AreaPeriod, crumbs_of
from publishing.site.facts import FigureFact, UnitValue
from publishing.site.rendering import Skeleton, addresses, escaped, hole, render
from publishing.site.site_formatter import SiteFormatter, shown_values


class _Shape(NamedTuple):
    """What pages of the same skeleton have in common; `files`: how many."""

    state: str
    is_accepted: bool
    is_received: bool
    has_before: bool
    has_after: bool
    files: int


class _FigureColumn(NamedTuple):
    """What units' rows of a figure show, each a sequence by unit: value, source cells as markup, texts by language."""

    values: Sequence[UnitValue | None]
    cells: Sequence[str]
    texts: Sequence[Sequence[tuple[str, str] | None]]


def commune_pages(
    area: AreaPeriod, places: Sequence[int], formatters: Sequence[SiteFormatter]
) -> Iterator[tuple[str, bytes]]:
    """Render the pages of the units at these places of an area's list, in each language; yield name and content."""
    writers = [_CommunePages(area, formatter) for formatter in formatters]
    for listed in batched(places, MOST_UNITS):
        columns = {figure.indicator: _column(area, figure, listed, formatters) for figure in area.facts.figures}
        by_unit = list(zip(*(column.values for column in columns.values()), strict=True)) or [()] * len(listed)
        files = [sorted({value.file for value in values if value}) for values in by_unit]
        for order, writer in enumerate(writers):
            for place, rows, of_unit in zip(listed, writer.rows(listed, columns, order), files, strict=True):
                yield f"{area.facts.stems[place]}.{writer.formatter.lang}.html", writer.render(place, rows, of_unit)


def _column(
    area: AreaPeriod, figure: FigureFact, places: Sequence[int], formatters: Sequence[SiteFormatter]
) -> _FigureColumn:
    values = area.figures.values(figure.indicator, formatters[0].flow(figure.indicator), places)
    cells = ["" if value is None else escaped(value.cells) for value in values]
    return _FigureColumn(values, cells, shown_values(formatters, figure, values))


@dataclass(frozen=True)
class _CommunePages:
    """What the pages of an area's communes share in a language is made once: names, patterns of rows, and warnings."""

    area: AreaPeriod
    formatter: SiteFormatter
    _skeletons: dict[_Shape, Skeleton] = field(init=False, default_factory=dict)

    def render(self, place: int, rows: str, files: Sequence[int]) -> bytes:
        """Render a unit's page of its rows as markup, and the numbers of the files they come from."""
        area, formatter = self.area, self.formatter
        unit, lang, stem = area.facts.units[place], formatter.lang, area.facts.stems[place]
        before, after = area.before_pages.get(place), area.after_pages.get(place)
        shape = _Shape(
            unit.state, unit.is_accepted, unit.received_at is not None, bool(before), bool(after), len(files)
        )
        if shape not in self._skeletons:
            self._skeletons[shape] = self._skeleton(shape)
        markup = {
            "name": escaped(unit.name),
            "code": escaped(formatter.text("code", code=unit.code)),
            "received": escaped(formatter.time(unit.received_at)) if unit.received_at else "",
            "before": escaped(f"../../../{before}.{lang}.html"),
            "after": escaped(f"../../../{after}.{lang}.html"),
            "other": escaped(addresses(3, stem, lang).other),
            "caption": escaped(formatter.text("caption_unit", unit=unit.name, period=self.period)),
            "rows": rows,
        }
        for order, number in enumerate(files):
            name, sha256 = area.figures.files[number]
            markup[f"file{order}"], markup[f"sha256{order}"] = escaped(name), sha256[:SHORT_HASH]
        return self._skeletons[shape].fill(markup)

    def rows(self, places: Sequence[int], columns: Mapping[str, _FigureColumn], order: int) -> Iterator[str]:
        """Return the rows of each unit's page as markup; the language is that of this order in the columns."""
        lines: list[Iterable[str]] = []
        for theme, figures in self.themes:
            lines.append(repeat(f'<tr class="theme"><th colspan="4" scope="colgroup">{theme}</th></tr>\n', len(places)))
            for figure, heading in figures:
                column = columns[figure.indicator]
                lines.append(self._figure_rows(figure, heading, places, column, column.texts[order]))
        return map("".join, zip(*lines, strict=True)) if lines else repeat("", len(places))

    def _figure_rows(
        self,
        figure: FigureFact,
        heading: str,
        places: Sequence[int],
        column: _FigureColumn,
        texts: Sequence[tuple[str, str] | None],
    ) -> Iterator[str]:
        """Return the row of a figure in each unit's page: value, counts, and source with warnings."""
        pattern, counted_from = self._row_pattern(figure, heading), self.counted_from.get(figure.indicator, "")
        warnings = self.warnings.get(figure.indicator, {})
        is_beside = figure.indicator in self.area.figures.beside
        for place, value, cells, shown in zip(places, column.values, column.cells, texts, strict=True):
            source = self._beside(figure, place, value) if is_beside else ""
            if shown is None:
                yield pattern % (self.absent, "", source)
                continue
            if warnings:
                source = warnings.get(self.area.facts.units[place].code, "") + source
            yield pattern % (*shown, cells + counted_from + source)

    def _row_pattern(self, figure: FigureFact, heading: str) -> str:
        """Return the pattern of a figure's row: value, counts, and source as markup."""
        value, counts, source = self.labels
        start = f'<tr id="{escaped(figure.indicator)}">{heading}<td class="n" data-label="{value}"><strong>'
        between = f'</strong></td><td class="n" data-label="{counts}">'
        before_source = f'</td><td class="small" data-label="{source}"><span>'
        return "%s".join(part.replace("%", "%%") for part in (start, between, before_source, "</span></td></tr>\n"))

    def _skeleton(self, shape: _Shape) -> Skeleton:
        area, formatter, lang = self.area, self.formatter, self.formatter.lang
        return Skeleton(
            render(
                "commune.html.j2",
                formatter,
                replace(addresses(3, "", lang), other=hole("other")),
                [*self.crumbs, (hole("name"), "")],
                name=hole("name"),
                code=hole("code"),
                caption=hole("caption"),
                state=shape.state,
                is_accepted=shape.is_accepted,
                is_sample=area.is_sample,
                period=self.period,
                area_name=self.area_name,
                area_href=f"../index.{lang}.html",
                received=hole("received") if shape.is_received else "",
                before=hole("before") if shape.has_before else "",
                before_period=formatter.period(area.previous) if area.previous else "",
                after=hole("after") if shape.has_after else "",
                after_period=formatter.period(area.following) if area.following else "",
                labels=self.labels,
                rows=hole("rows"),
                files=[(hole(f"file{order}"), hole(f"sha256{order}")) for order in range(shape.files)],
            )
        )

    def _beside(self, figure: FigureFact, place: int, counted: UnitValue | None) -> str:
        """Say what the unit reported of a figure in forms that do not count."""
        period = self.area.facts.period
        return "".join(
            f'<br><span class="muted">{escaped(self.formatter.beside(figure, each, counted, period))}</span>'
            for each in self.area.figures.beside.get(figure.indicator, ())
            if each.unit == place
        )

    @cached_property
    def period(self) -> str:
        return self.formatter.period(self.area.facts.period)

    @cached_property
    def area_name(self) -> str:
        return self.formatter.area(self.area.facts)

    @cached_property
    def crumbs(self) -> list[tuple[str, str]]:
        return [
            *crumbs_of(self.area, self.formatter, "../../../"),
            (self.period, f"../index.{self.formatter.lang}.html"),
        ]

    @cached_property
    def labels(self) -> tuple[str, str, str]:
        text = self.formatter.published
        return escaped(text("value")), escaped(text("fraction")), escaped(text("source_cell"))

    @cached_property
    def absent(self) -> str:
        return f'<span class="bad">{escaped(self.formatter.published("no_value"))}</span>'

    @cached_property
    def counted_from(self) -> Mapping[str, str]:
        formatter, counted = self.formatter, self.area.figures.counted_forms
        return {
            indicator: f" · {escaped(formatter.text('counted_from', form=formatter.form(form)))}"
            for indicator, form in counted.items()
        }

    @cached_property
    def themes(self) -> list[tuple[str, list[tuple[FigureFact, str]]]]:
        themes = self.formatter.themes(self.area.facts)
        return [
            (escaped(theme.name), [(figure, self._heading(figure)) for figure in theme.figures]) for theme in themes
        ]

    @cached_property
    def warnings(self) -> Mapping[str, Mapping[str, str]]:
        """Return the warnings of each figure by the unit's code, as markup."""
        by_figure: dict[str, dict[str, list[str]]] = {}
        formatter = self.formatter
        for warning in self.area.figures.warnings:
            title = formatter.catalog.issue_title(warning.issue, formatter.lang)
            state = formatter.text("answered" if warning.is_answered else "unanswered")
            shown = f'<br><span class="bad">? {escaped(title)} ({escaped(state)})</span>'
            by_figure.setdefault(warning.indicator, {}).setdefault(warning.unit, []).append(shown)
        return {
            indicator: {unit: "".join(dict.fromkeys(shown)) for unit, shown in by_unit.items()}
            for indicator, by_unit in by_figure.items()
        }

    def _heading(self, figure: FigureFact) -> str:
        href = f"../../../areas/{self.area.name}/{figure.indicator}.{self.formatter.lang}.html"
        name = escaped(self.formatter.indicator(figure.indicator))
        return f'<th scope="row"><a href="{escaped(href)}">{name}</a></th>'

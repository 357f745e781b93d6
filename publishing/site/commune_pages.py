"""One page for each commune and period, with an anchor for each indicator."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from publishing.figures.formatter import SHORT_HASH
from publishing.site.area_pages import AreaPeriod, crumbs_of
from publishing.site.facts import FigureFact, UnitValue
from publishing.site.rendering import Skeleton, addresses, escaped, hole, render
from publishing.site.site_formatter import SiteFormatter


class _Shape(NamedTuple):
    """What pages of the same skeleton have in common; `files`: how many."""

    state: str
    is_accepted: bool
    is_received: bool
    has_before: bool
    has_after: bool
    files: int


def commune_pages(
    area: AreaPeriod, places: Sequence[int], formatters: Sequence[SiteFormatter]
) -> Iterator[tuple[str, bytes]]:
    """Render the pages of the units at these places of an area's list, in each language; yield name and content."""
    for formatter in formatters:
        writer = _CommunePages(area, formatter)
        for place in places:
            yield f"{area.facts.stems[place]}.{formatter.lang}.html", writer.render(place)


@dataclass(frozen=True)
class _CommunePages:
    """What the pages of an area's communes share is made once: names, values by unit, and warnings."""

    area: AreaPeriod
    formatter: SiteFormatter
    _skeletons: dict[_Shape, Skeleton] = field(init=False, default_factory=dict)

    def render(self, place: int) -> bytes:
        area, formatter = self.area, self.formatter
        unit, lang, stem = area.facts.units[place], formatter.lang, area.facts.stems[place]
        before, after = area.before_pages.get(place), area.after_pages.get(place)
        files = sorted({value.file for values in self.values.values() if (value := values.get(place))})
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
        }
        for order, number in enumerate(files):
            name, sha256 = area.figures.files[number]
            markup[f"file{order}"], markup[f"sha256{order}"] = escaped(name), sha256[:SHORT_HASH]
        for figure in area.facts.figures:
            markup.update(zip(self._holes[figure.indicator], self._row(figure, place), strict=True))
        return self._skeletons[shape].fill(markup)

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
                themes=[
                    (
                        name,
                        [
                            (figure.indicator, heading, *map(hole, self._holes[figure.indicator]))
                            for figure, heading in rows
                        ],
                    )
                    for name, rows in self.themes
                ],
                files=[(hole(f"file{order}"), hole(f"sha256{order}")) for order in range(shape.files)],
            )
        )

    @cached_property
    def _holes(self) -> Mapping[str, tuple[str, str, str]]:
        return {
            figure.indicator: (f"{figure.indicator}.value", f"{figure.indicator}.counts", f"{figure.indicator}.source")
            for figure in self.area.facts.figures
        }

    def _row(self, figure: FigureFact, place: int) -> tuple[str, str, str]:
        """Return a figure's value, counts, and source with warnings, as markup."""
        value = self.values[figure.indicator].get(place)
        beside = self._beside(figure, place)
        if value is None:
            return self.absent, "", beside
        counts = "" if value.denominator is None else self.formatter.fraction(value)
        code = self.area.facts.units[place].code
        warnings = self.warnings.get((code, figure.indicator), "")
        amount = self.formatter.amount(figure, value.value)
        source = escaped(value.cells) + self.counted_from.get(figure.indicator, "")
        return amount, counts, source + warnings + beside

    def _beside(self, figure: FigureFact, place: int) -> str:
        """Say what the unit reported of a figure in forms that do not count."""
        counted, period = self.values[figure.indicator].get(place), self.area.facts.period
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
    def values(self) -> Mapping[str, Mapping[int, UnitValue]]:
        formatter, figures = self.formatter, self.area.figures
        return {
            figure.indicator: figures.values(figure.indicator, formatter.flow(figure.indicator))
            for figure in self.area.facts.figures
        }

    @cached_property
    def themes(self) -> list[tuple[str, list[tuple[FigureFact, str]]]]:
        themes = self.formatter.themes(self.area.facts)
        return [
            (escaped(theme.name), [(figure, self._heading(figure)) for figure in theme.figures]) for theme in themes
        ]

    @cached_property
    def warnings(self) -> Mapping[tuple[str, str], str]:
        by_figure: dict[tuple[str, str], list[str]] = defaultdict(list)
        formatter = self.formatter
        for warning in self.area.figures.warnings:
            title = formatter.catalog.issue_title(warning.issue, formatter.lang)
            state = formatter.text("answered" if warning.is_answered else "unanswered")
            shown = f'<br><span class="bad">? {escaped(title)} ({escaped(state)})</span>'
            by_figure[warning.unit, warning.indicator].append(shown)
        return {key: "".join(dict.fromkeys(shown)) for key, shown in by_figure.items()}

    def _heading(self, figure: FigureFact) -> str:
        href = f"../../../areas/{self.area.name}/{figure.indicator}.{self.formatter.lang}.html"
        name = escaped(self.formatter.indicator(figure.indicator))
        return f'<th scope="row"><a href="{escaped(href)}">{name}</a></th>'

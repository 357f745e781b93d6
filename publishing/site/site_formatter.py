"""Formats what the pages of the site show, in one language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from domain.catalog.catalog import Catalog
from domain.indicators import Flow, Measure
from domain.periods import Period
from domain.rollups import RollupStatus
from domain.texts import Lang
from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import (
    format_counts,
    format_number,
    format_percent,
    format_quantity,
    format_share,
    in_language,
)
from publishing.figures.row_notes import RowNotes
from publishing.site.facts import AreaFacts, BesideValue, FigureFact, UnitValue

_ABSENT = "–"


@dataclass(frozen=True)
class ThemeFacts:
    """The figures of a theme on an area's page: `lead` is the first rate, or the first figure."""

    name: str
    is_headline: bool
    figures: tuple[FigureFact, ...]
    lead: FigureFact


@dataclass(frozen=True)
class TargetVerdict:
    """Whether a target is met, in words; `kind` is good, poor, or empty where nothing is judged."""

    kind: str
    text: str


@dataclass(frozen=True)
class SiteFormatter:
    """Texts of `messages/site.yaml` and numbers in one language."""

    catalog: Catalog
    lang: Lang
    _plain: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    @cached_property
    def report(self) -> ReportFormatter:
        """Return the formatter of the report's page."""
        return ReportFormatter(self.catalog, self.lang)

    def text(self, key: str, /, **facts: object) -> str:
        """Return a text of `messages/site.yaml`, by its key without the prefix `site.`."""
        return self._text(f"site.{key}", facts)

    def published(self, key: str, /, **facts: object) -> str:
        """Return a text of `messages/publishing.yaml`, by its key without the prefix `publishing.`."""
        return self._text(f"publishing.{key}", facts)

    def _text(self, key: str, facts: dict[str, object]) -> str:
        if facts:
            return self.catalog.texts.text(key, self.lang, **format_counts(facts, self.lang))
        if key not in self._plain:  # a page has dozens of them, a run writes thousands of pages
            self._plain[key] = self.catalog.texts.text(key, self.lang)
        return self._plain[key]

    def indicator(self, indicator: str) -> str:
        """Name an indicator; one that has left the catalogue by its code."""
        known = self.catalog.indicators.get(indicator)
        return known.name.get(self.lang) if known else indicator

    def counted(self, indicator: str) -> str:
        """Say what numerator and denominator of an indicator count; empty where it has left the catalogue."""
        known = self.catalog.indicators.get(indicator)
        if known is None:
            return ""
        parts = [known.numerator, *([known.denominator] if known.denominator else [])]
        return " / ".join(part.get(self.lang) for part in parts)

    def is_percent(self, figure: FigureFact) -> bool:
        """Return whether the value is a percentage."""
        known = self.catalog.indicators.get(figure.indicator)
        return known.measure is Measure.RATIO if known else figure.denominator is not None

    def flow(self, indicator: str) -> Flow:
        """Return how the indicator behaves over time."""
        known = self.catalog.indicators.get(indicator)
        return known.flow if known else Flow.STOCK

    def value(self, figure: FigureFact) -> str:
        """Format the area's figure with its unit, or what stands in place of one that is not comparable."""
        if in_place := self.in_place(figure):
            return in_place
        known = self.catalog.indicators.get(figure.indicator)
        if figure.value is None or self.is_percent(figure) or known is None:
            return self.amount(figure, figure.value)
        return format_quantity(figure.value, known.unit.get(self.lang), self.lang)

    def amount(self, figure: FigureFact, number: Decimal | None) -> str:
        """Format a value of the figure's indicator; None as a dash."""
        if number is None:
            return _ABSENT
        return format_percent(number, self.lang) if self.is_percent(figure) else format_number(number, self.lang)

    def fraction(self, counts: FigureFact | UnitValue | BesideValue) -> str:
        """Format numerator / denominator, or the numerator alone."""
        if counts.numerator is None:
            return _ABSENT
        above = format_number(counts.numerator, self.lang)
        return above if counts.denominator is None else f"{above} / {format_number(counts.denominator, self.lang)}"

    def share(self, part: int, total: int) -> str:
        """Format how many of a number of units."""
        return format_share(part, total, self.lang)

    def form(self, form: str) -> str:
        """Name a form by its number, and the office that reports it, if one does; unknown ones by their id."""
        known = self.catalog.forms.by_id.get(form)
        if known is None:
            return form
        return known.number if known.reporter is None else f"{known.number} ({known.reporter.get(self.lang)})"

    def beside(self, figure: FigureFact, beside: BesideValue, counted: UnitValue | None, period: Period) -> str:
        """Say what a unit reported in a form that does not count, and how far that is from what counts."""
        facts = {
            "form": self.form(beside.form),
            "value": self.amount(figure, beside.value),
            "fraction": self.fraction(beside),
            "cells": beside.cells,
            "file": beside.file_name,
        }
        shown = self.text("beside", **facts)
        if beside.period != period.id:
            return f"{beside.period}: {shown}"
        if counted is None or counted.value is None or beside.value is None:
            return shown
        is_equal = (counted.numerator, counted.denominator) == (beside.numerator, beside.denominator)
        difference = self.difference(figure, beside.value - counted.value)
        return f"{shown} {self.text('beside_equal') if is_equal else self.text('beside_differs', change=difference)}"

    def difference(self, figure: FigureFact, difference: Decimal) -> str:
        """Format a difference of two values of a figure, with its sign."""
        sign = "+" if difference > 0 else "−" if difference < 0 else "±"
        number = format_number(abs(difference), self.lang, 2 if self.is_percent(figure) else None)
        return self.text("points", number=f"{sign}{number}") if self.is_percent(figure) else f"{sign}{number}"

    def change(self, figure: FigureFact, before: FigureFact | None) -> str:
        """Format the difference to the figure of another period; empty where they cannot be compared."""
        if before is None or figure.value is None or before.value is None:
            return ""
        if figure.denominator_kind != before.denominator_kind:
            return ""
        return self.difference(figure, figure.value - before.value)

    def target(self, figure: FigureFact) -> str:
        """Format the target; one without a document is marked as assumed."""
        if figure.target is None:
            return _ABSENT
        shown = format_number(figure.target, self.lang) + ("%" if self.is_percent(figure) else "")
        return f"{shown} {self.published('assumed')}" if figure.target_assumed else shown

    def verdict(self, figure: FigureFact) -> TargetVerdict:
        """Judge the figure against a target that has a document; an assumed one gives no verdict."""
        if figure.target is None or figure.target_assumed or figure.attained is None:
            return TargetVerdict("", "")
        text = self.published("attained" if figure.attained else "not_attained")
        if figure.status != RollupStatus.COMPLETE:
            text = self.text("verdict_on_partial", verdict=text)
        return TargetVerdict("good" if figure.attained else "poor", text)

    def in_place(self, figure: FigureFact) -> str:
        """Return between what a figure that is not comparable lies, else that it is not; empty of any other."""
        if figure.status != RollupStatus.NOT_COMPARABLE:
            return ""
        return self._notes.bounds(figure.notes) or self.report.status(RollupStatus.NOT_COMPARABLE)

    def redefinition(self, figure: FigureFact) -> str:
        """Say that a figure counts something else since its period; empty of any other."""
        return self._notes.redefinition(figure.notes)

    def notes(self, figure: FigureFact) -> str:
        """Say why a figure is not comparable, and which units are missing from it."""
        return self._notes.shown(figure.notes)

    def reasons(self, notes: str) -> str:
        """Say of a figure's notes why it is not comparable, and which units that is about."""
        return self._notes.reasons(notes)

    @cached_property
    def _notes(self) -> RowNotes:
        return RowNotes.of(self.catalog, self.lang)

    def state(self, state: str) -> str:
        """Name the reporting status of a unit."""
        return self.published(f"state_{state}")

    def time(self, moment: datetime | str | None) -> str:
        """Format a moment in Vietnam's time; None as a dash."""
        return self.report.time(datetime.fromisoformat(moment) if isinstance(moment, str) else moment)

    def day(self, day: str) -> str:
        """Format a day of an ISO form."""
        return self.report.day(date.fromisoformat(day))

    def period(self, period: Period) -> str:
        """Name a period."""
        return self.report.period_name(period)

    def area(self, facts: AreaFacts) -> str:
        """Name an area: one of the catalogue in the reader's language, a unit by its name of that time."""
        named = self.catalog.areas.get(facts.area)
        name = facts.area_name if named is None else named.name.get(self.lang)
        extra = [self.published("boundary_as_now")] if facts.boundary == "as_now" else []
        if facts.form != next(iter(self.catalog.forms.by_id)):
            extra.append(self.report.form(facts.form))
        return f"{name} ({'; '.join(extra)})" if extra else name

    def themes(self, facts: AreaFacts) -> tuple[ThemeFacts, ...]:
        """Return the figures by theme, in the catalogue's order; figures that have left it come last."""
        by_theme: dict[str, list[FigureFact]] = {theme: [] for theme in self.catalog.themes}
        for figure in facts.figures:
            known = self.catalog.indicators.get(figure.indicator)
            by_theme.setdefault(known.theme if known else "", []).append(figure)
        return tuple(self._theme(theme, figures) for theme, figures in by_theme.items() if figures)

    def _theme(self, theme: str, figures: list[FigureFact]) -> ThemeFacts:
        known = self.catalog.themes.get(theme)
        return ThemeFacts(
            name=known.name.get(self.lang) if known else self.published("further_themes"),
            is_headline=known.headline if known else False,
            figures=tuple(figures),
            lead=next((figure for figure in figures if self.is_percent(figure)), figures[0]),
        )


def shown_values(
    formatters: Sequence[SiteFormatter], figure: FigureFact, values: Iterable[UnitValue | None]
) -> list[list[tuple[str, str] | None]]:
    """Format units' figures of an indicator for each formatter: value, and fraction, empty without a denominator.

    Each number is formatted once for all languages. None stays None.
    """
    as_value = format_percent if formatters[0].is_percent(figure) else format_number
    english: list[tuple[str, str] | None] = []
    for each in values:
        if each is None:
            english.append(None)
            continue
        value, numerator, denominator, *_ = each
        shown = _ABSENT if value is None else as_value(value, "en")
        if denominator is None:
            english.append((shown, ""))
        else:
            english.append((shown, f"{format_number(numerator, 'en')} / {format_number(denominator, 'en')}"))
    return [
        english
        if formatter.lang == "en"
        else [each and (in_language(each[0], formatter.lang), in_language(each[1], formatter.lang)) for each in english]
        for formatter in formatters
    ]

"""Notes of a published row, in sentences: missing units and why, late reports, units without a stated share."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final, TypeVar

from domain.aggregation import Amount
from domain.catalog.catalog import Catalog
from domain.comparisons.territory_bounds import TerritoryBounds
from domain.extents import Weight
from domain.indicators import SeriesBreak, SumOver
from domain.texts import with_decimal_mark
from domain.units import OrgUnit, Succession
from domain.vietnam_time import day_in_vietnam
from domain.waivers import OpenWarning
from warehouse.models.exact import canonical
from warehouse.rollups.contributions import BesideAmount, FigureInputs
from warehouse.rollups.coverage import CoverageGap
from warehouse.rollups.scope import ExpectedReport, RollupScope

_NAMES_SHOWN = 20
_NOTES_LANGUAGE: Final = "vi"
_DAY = timedelta(days=1)
# Items with commas of their own need another separator.
_SEPARATORS = dict.fromkeys(("beside", "crossing", "parts_missing", "by_weight", "unanswered", "answered"), "; ")
_DAY_FORMAT = "%d/%m/%Y"
_NO_AMOUNT: Final = "–"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class NoteWriter:
    """Writer of the notes of a rollup's rows, in Vietnamese."""

    catalog: Catalog
    scope: RollupScope

    def of(
        self,
        inputs: FigureInputs,
        *,
        has_no_share: bool,
        bounds: TerritoryBounds | None = None,
        is_share: bool = True,
        redefined: SeriesBreak | None = None,
    ) -> str:
        """Write why there is no figure, if so, and which units' figures are missing, late or counted in part.

        Args:
            inputs: what the row is made from.
            has_no_share: whether its denominators sum to zero.
            bounds: between what a figure that is not comparable lies.
            is_share: whether it is a share, in percent, or a count.
            redefined: since when the indicator counts something else, if that is since the row's period.
        """
        coverage = inputs.coverage
        sentences = [
            *self._each("lost", self.scope.unresolved, _named),
            *self._each("crossing", inputs.crossing, self._crossing),
            *self._bounded(bounds, is_share=is_share),
            *self._not_summed(inputs.not_summed),
            *self._redefined(redefined),
            *self._each("counted_from", self._other_forms(inputs), str),
            *self._each("parts_missing", inputs.missing_parts, self._indicator),
            *self._each("not_delivered", coverage.not_delivered, self._gap),
            *self._each("refused", coverage.refused, self._gap),
            *self._each("left_blank", coverage.left_blank, self._gap),
            *self._each("divided", coverage.divided, self._gap),
            *self._each("not_applicable", coverage.not_applicable, self._gap),
            *self._each("late", coverage.late, self._gap),
            *self._each("by_village", inputs.by_village, self._by_village),
            *self._each("by_weight", inputs.by_weight, self._weighted),
            *self._each("fallen", inputs.decreasing, self._gap),
            *self._each("beside", [each for each in inputs.beside if each.amount != each.counted], self._beside),
            *self._each("unanswered", self._unanswered(inputs.open_warnings), str),
            *self._each("answered", self._answered(inputs.open_warnings), str),
        ]
        if has_no_share:
            sentences.append(self._text("zero_denominator"))
        return " ".join(sentences)

    def _each(self, name: str, units: Sequence[_T], describe: Callable[[_T], str]) -> Iterator[str]:
        """Yield the sentence about some units, naming the first of them; nothing without units."""
        if units:
            shown = [describe(unit) for unit in units[:_NAMES_SHOWN]]
            if len(units) > len(shown):
                shown.append(self._text("and_more", count=len(units) - len(shown)))
            yield self._text(name, units=_SEPARATORS.get(name, ", ").join(shown))

    def _bounded(self, bounds: TerritoryBounds | None, *, is_share: bool) -> Iterator[str]:
        """Yield the sentence that says between what a figure lies, rounded outwards."""
        if bounds is not None:
            low, high = _bound(floor, bounds.low, is_share=is_share), _bound(ceil, bounds.high, is_share=is_share)
            yield self._text("bounded", units=self._text("bounded_between", low=low, high=high))

    def _not_summed(self, reason: SumOver | SeriesBreak | None) -> Iterator[str]:
        """Yield the sentence that says why the reports do not add up; nothing where they do."""
        if isinstance(reason, SeriesBreak):
            yield self._text("redefined", units=reason.reason.get(_NOTES_LANGUAGE))
        elif reason is not None:
            yield self._text(f"not_summed_over_{reason}")

    def _redefined(self, since: SeriesBreak | None) -> Iterator[str]:
        """Yield the sentence that says that the row begins to count something else, and why."""
        if since is not None:
            yield self._text("redefined_since", units=since.reason.get(_NOTES_LANGUAGE))

    def _indicator(self, indicator: str) -> str:
        return self.catalog.indicators[indicator].name.get(_NOTES_LANGUAGE)

    def _other_forms(self, inputs: FigureInputs) -> tuple[str, ...]:
        """Return the numbers of other forms that the figure is counted from, with the base periods if not all."""
        forms: dict[str, list[str]] = {}
        for period, form in sorted(inputs.counted_forms.items()):
            forms.setdefault(form, []).append(period.id)
        return tuple(self.catalog.forms.form(form).number + self._periods(ids) for form, ids in forms.items())

    def _beside(self, beside: BesideAmount) -> str:
        number = self.catalog.forms.form(beside.report.key.form).number
        counted = _NO_AMOUNT if beside.counted is None else _counts(beside.counted)
        return f"{self._expected_periods(beside.report)} ({counted} ≠ {number} {_counts(beside.amount)})"

    def _gap(self, gap: CoverageGap) -> str:
        return _named(gap.unit) + self._periods([period.id for period in gap.periods])

    def _expected_periods(self, expected_report: ExpectedReport) -> str:
        return _named(expected_report.unit) + self._periods([expected_report.key.period.id])

    def _by_village(self, expected_report: ExpectedReport) -> str:
        count = len(expected_report.overlap.villages or ())
        return self._text("villages_inside", unit=self._expected_periods(expected_report), count=count)

    def _weighted(self, weighted: tuple[ExpectedReport, Weight]) -> str:
        expected_report, weight = weighted
        return f"{self._expected_periods(expected_report)} × {weight.value} ({weight.source})"

    def _crossing(self, expected_report: ExpectedReport) -> str:
        """Name the unit, its successions, and the legal texts that state them."""
        links = "; ".join(dict.fromkeys(map(self._link, expected_report.overlap.succession_path)))
        texts = "; ".join(dict.fromkeys(link.legal_basis for link in expected_report.overlap.succession_path))
        return self._text("crossing_unit", unit=self._expected_periods(expected_report), links=links, texts=texts)

    def _unanswered(self, open_warnings: Sequence[tuple[ExpectedReport, OpenWarning]]) -> tuple[str, ...]:
        """Return the units with unanswered warnings about the figure, each with their titles."""
        titles: dict[str, list[str]] = {}
        for report, warning in open_warnings:
            if warning.waiver is None:
                titles.setdefault(self._expected_periods(report), []).append(self._title(warning))
        return tuple(f"{unit} ({', '.join(dict.fromkeys(names))})" for unit, names in titles.items())

    def _answered(self, open_warnings: Sequence[tuple[ExpectedReport, OpenWarning]]) -> tuple[str, ...]:
        """Return the answered warnings: unit, title, reason, author, day and last day in force."""
        return tuple(
            dict.fromkeys(
                self._text(
                    "answered_unit",
                    unit=self._expected_periods(report),
                    title=self._title(warning),
                    reason=warning.waiver.reason,
                    by=warning.waiver.by,
                    day=f"{day_in_vietnam(warning.waiver.at):{_DAY_FORMAT}}",
                    until=f"{warning.waiver.until:{_DAY_FORMAT}}",
                )
                for report, warning in open_warnings
                if warning.waiver is not None
            )
        )

    def _title(self, warning: OpenWarning) -> str:
        return self.catalog.issue_title(warning.issue, _NOTES_LANGUAGE)

    def _link(self, link: Succession) -> str:
        old = self.catalog.units.get(link.old, link.effective - _DAY)
        new = self.catalog.units.get(link.new, link.effective)
        return f"{_named(old)} → {_named(new)}"

    def _periods(self, periods: Sequence[str]) -> str:
        """Name the base periods concerned; nothing where the row itself is about a base period."""
        if periods == [self.scope.rollup_key.period.id]:
            return ""
        return f" ({', '.join(periods)})"

    def _text(self, name: str, **facts: object) -> str:
        return self.catalog.texts.text(f"warehouse.{name}", _NOTES_LANGUAGE, **facts)


def _bound(rounded: Callable[[Fraction], int], bound: Fraction, *, is_share: bool) -> str:
    """Write a bound with the decimals of published figures: a percentage with two, or a whole count."""
    if not is_share:
        return str(rounded(bound))
    return with_decimal_mark(f"{Decimal(rounded(bound * 10_000)).scaleb(-2):f}", _NOTES_LANGUAGE) + "%"


def _counts(amount: Amount) -> str:
    numbers = (amount.numerator,) if amount.denominator is None else (amount.numerator, amount.denominator)
    return "/".join(str(canonical(number)) for number in numbers)


def _named(unit: OrgUnit) -> str:
    return f"{unit.code} {unit.name}"

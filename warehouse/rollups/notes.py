"""The notes of a published row, in sentences: who is missing and why, who was late, what could not be told apart."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from domain.catalog.catalog import Catalog
from domain.extents import Weight
from domain.units import OrgUnit, Succession
from domain.vietnam_time import day_in_vietnam
from domain.waivers import OpenWarning
from warehouse.rollups.contributions import FigureInputs
from warehouse.rollups.coverage import CoverageGap
from warehouse.rollups.scope import ExpectedReport, RollupScope

_NAMES_SHOWN = 20
_NOTES_LANGUAGE: Final = "vi"
_DAY = timedelta(days=1)
# What has commas of its own.
_BETWEEN = {"crossing": "; ", "by_weight": "; ", "unanswered": "; ", "answered": "; "}
_DAY_FORMAT = "%d/%m/%Y"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class NoteWriter:
    """Writes the notes of one cell's rows, in Vietnamese."""

    catalog: Catalog
    scope: RollupScope

    def of(self, inputs: FigureInputs, *, has_no_share: bool) -> str:
        """Why there is no figure, if there is none, and whose figures are missing, late, or counted in part."""
        coverage = inputs.coverage
        sentences = [
            *self._each("lost", self.scope.lost, _named),
            *self._each("crossing", inputs.crossing, self._crossing),
            *self._each("not_delivered", coverage.not_delivered, self._gap),
            *self._each("refused", coverage.refused, self._gap),
            *self._each("left_blank", coverage.left_blank, self._gap),
            *self._each("not_applicable", coverage.not_applicable, self._gap),
            *self._each("late", coverage.late, self._gap),
            *self._each("by_village", inputs.by_village, self._by_village),
            *self._each("by_weight", inputs.by_weight, self._weighed),
            *self._each("fallen", inputs.fallen, self._gap),
            *self._each("unanswered", self._unanswered(inputs.asked), str),
            *self._each("answered", self._answered(inputs.asked), str),
        ]
        if has_no_share:
            sentences.append(self._text("zero_denominator"))
        return " ".join(sentences)

    def _each(self, name: str, units: Sequence[_T], say: Callable[[_T], str]) -> Iterator[str]:
        """The sentence about some units, the first of them by name; none about none."""
        if units:
            shown = [say(unit) for unit in units[:_NAMES_SHOWN]]
            if len(units) > len(shown):
                shown.append(self._text("and_more", count=len(units) - len(shown)))
            yield self._text(name, units=_BETWEEN.get(name, ", ").join(shown))

    def _gap(self, gap: CoverageGap) -> str:
        return _named(gap.unit) + self._periods([period.id for period in gap.periods])

    def _expected_periods(self, expected_report: ExpectedReport) -> str:
        return _named(expected_report.unit) + self._periods([expected_report.slot.period.id])

    def _by_village(self, expected_report: ExpectedReport) -> str:
        count = len(expected_report.overlap.villages or ())
        return self._text("villages_inside", unit=self._expected_periods(expected_report), count=count)

    def _weighed(self, weighed: tuple[ExpectedReport, Weight]) -> str:
        result, weight = weighed
        return f"{self._expected_periods(result)} × {weight.value} ({weight.source})"

    def _crossing(self, expected_report: ExpectedReport) -> str:
        """The unit, what became of it or what it was made from, and the legal texts that say so."""
        links = "; ".join(dict.fromkeys(map(self._link, expected_report.overlap.through)))
        texts = "; ".join(dict.fromkeys(link.legal_basis for link in expected_report.overlap.through))
        return self._text("crossing_unit", unit=self._expected_periods(expected_report), links=links, texts=texts)

    def _unanswered(self, open_warnings: Sequence[tuple[ExpectedReport, OpenWarning]]) -> tuple[str, ...]:
        """The units about whose figure a question is open, each with what is asked."""
        titles: dict[str, list[str]] = {}
        for report, question in open_warnings:
            if question.waiver is None:
                titles.setdefault(self._expected_periods(report), []).append(self._title(question))
        return tuple(f"{unit} ({', '.join(dict.fromkeys(names))})" for unit, names in titles.items())

    def _answered(self, open_warnings: Sequence[tuple[ExpectedReport, OpenWarning]]) -> tuple[str, ...]:
        """What was asked of which unit, and what whom answered when, and until when."""
        return tuple(
            dict.fromkeys(
                self._text(
                    "answered_unit",
                    unit=self._expected_periods(report),
                    title=self._title(question),
                    reason=question.waiver.reason,
                    by=question.waiver.by,
                    day=f"{day_in_vietnam(question.waiver.at):{_DAY_FORMAT}}",
                    until=f"{question.waiver.until:{_DAY_FORMAT}}",
                )
                for report, question in open_warnings
                if question.waiver is not None
            )
        )

    def _title(self, question: OpenWarning) -> str:
        return self.catalog.issue_title(question.issue, _NOTES_LANGUAGE)

    def _link(self, link: Succession) -> str:
        old = self.catalog.units.get(link.old, link.effective - _DAY)
        new = self.catalog.units.get(link.new, link.effective)
        return f"{_named(old)} → {_named(new)}"

    def _periods(self, periods: Sequence[str]) -> str:
        """The base periods that are meant; nothing where the row is about one itself."""
        if periods == [self.scope.cell.period.id]:
            return ""
        return f" ({', '.join(periods)})"

    def _text(self, name: str, **facts: object) -> str:
        return self.catalog.text(f"warehouse.{name}", _NOTES_LANGUAGE, **facts)


def _named(unit: OrgUnit) -> str:
    return f"{unit.code} {unit.name}"

"""How a report's figures are put into words, the same on the page and in the workbook."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain.catalog.catalog import Catalog
from domain.rollups import RollupStatus
from domain.texts import Lang
from domain.waivers import Waiver
from publishing.figures.formatting import format_day, format_number, format_percent, format_quantity, format_time
from publishing.figures.report import CommuneFigure, PublishedFigure, Report, UnitLine

_NAMES_SHOWN = 12
_ABSENT = "–"


@dataclass(frozen=True, slots=True)
class ReportFormatter:
    """The catalogue's texts in one language, and numbers as people of that language write them."""

    catalog: Catalog
    lang: Lang

    def text(self, key: str, /, **facts: object) -> str:
        """A text of `messages/publishing.yaml`, by its key without the room."""
        return self.catalog.text(f"publishing.{key}", self.lang, **facts)

    def number(self, number: Decimal | None) -> str:
        """A count, or a dash."""
        return _ABSENT if number is None else format_number(number, self.lang)

    def amount(self, figure: PublishedFigure, number: Decimal | None) -> str:
        """A value or target of an indicator, in its unit."""
        if number is None:
            return _ABSENT
        return format_percent(number, self.lang) if figure.is_percent else format_number(number, self.lang)

    def quantity(self, figure: PublishedFigure) -> str:
        """A figure's value as it stands alone: a percentage, or a count with its unit."""
        if figure.row.value is None or figure.is_percent:
            return self.amount(figure, figure.row.value)
        return format_quantity(figure.row.value, figure.unit, self.lang)

    def fraction(self, figure: PublishedFigure | CommuneFigure) -> str:
        """Numerator / denominator, or the numerator alone where there is no denominator."""
        numbers = figure.row if isinstance(figure, PublishedFigure) else figure
        if numbers.denominator is None:
            return self.number(numbers.numerator)
        return f"{self.number(numbers.numerator)} / {self.number(numbers.denominator)}"

    def target(self, figure: PublishedFigure) -> str:
        """The target, marked where it is only assumed."""
        if figure.row.target is None:
            return _ABSENT
        # A promise is a round number: unlike a measured rate it has no decimals to keep.
        shown = format_number(figure.row.target, self.lang) + ("%" if figure.is_percent else "")
        return f"{shown} {self.text('assumed')}" if figure.row.target_assumed else shown

    def attainment(self, figure: PublishedFigure) -> str:
        """Whether the target is reached."""
        if figure.row.target is None:
            return self.text("no_target")
        if figure.row.attained is None:
            return self.text("not_judged")
        return self.text("attained" if figure.row.attained else "not_attained")

    def coverage(self, figure: PublishedFigure) -> str:
        """How many of the units' figures are in."""
        return f"{figure.row.units_accepted}/{figure.row.units_expected}"

    def status(self, status: RollupStatus) -> str:
        """Complete, partial or not comparable."""
        return self.text(f"status_{status}")

    def denominator_kind(self, kind: str) -> str:
        """What a share is a share of; a kind that has left the catalogue is shown by its code."""
        key = f"domain.denominator_kind.{kind}"
        return self.catalog.text(key, self.lang) if key in self.catalog.texts else kind

    def state(self, unit: UnitLine) -> str:
        """Where a unit stands."""
        return self.text(f"state_{unit.state}")

    def submission_state(self, state: str) -> str:
        """Where a submission stands."""
        return self.catalog.text(f"domain.state.{state}", self.lang)

    def kilobytes(self, size: int) -> str:
        """The size of a file, from bytes."""
        return f"{format_number(Decimal(-(-size // 1024)), self.lang)} KB"

    def form(self, form: str | None) -> str:
        """Number and title of a form; one that has left the catalogue is shown by its code, none as nothing."""
        known = self.catalog.forms.get(form or "")
        return f"{known.number} – {known.title.get(self.lang)}" if known else form or ""

    def answer(self, waiver: Waiver) -> str:
        """What a person answered to a warning, with who, when and until which day it counts."""
        results = {"reason": waiver.reason, "by": waiver.by, "at": self.time(waiver.at)}
        return self.text("question_answered", until=self.day(waiver.until), **results)

    def day(self, day: date) -> str:
        """A day."""
        return format_day(day, self.lang)

    def time(self, moment: datetime | None) -> str:
        """A moment in Vietnam's time, or a dash."""
        return _ABSENT if moment is None else format_time(moment, self.lang)

    def period_days(self, report: Report) -> str:
        """From which day to which the period runs."""
        return self.text("period_days", first=self.day(report.first_day), last=self.day(report.last_day))

    def completeness(self, report: Report) -> str:
        """How many of the units have an accepted report."""
        return self.text("coverage", accepted=len(report.accepted), expected=len(report.units), kinds=report.kinds)

    def absent_names(self, report: Report) -> str:
        """Who is missing, each with the reason, the first dozen by name."""
        named = [f"{unit.name} ({self.state(unit).lower()})" for unit in report.absent[:_NAMES_SHOWN]]
        rest = len(report.absent) - len(named)
        return ", ".join([*named, self.text("and_more", count=rest)] if rest else named)

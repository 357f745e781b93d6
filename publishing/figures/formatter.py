"""Formatting of a report's figures and texts, the same on the page and in the workbook."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain.catalog.catalog import Catalog
from domain.periods import Frequency, Period
from domain.rollups import RollupStatus
from domain.texts import Lang
from domain.waivers import Waiver
from publishing.editions import EDITION, SECOND_EDITION
from publishing.figures.formatting import (
    format_counts,
    format_day,
    format_number,
    format_percent,
    format_quantity,
    format_time,
    month_name,
)
from publishing.figures.report import CommuneFigure, ProvinceFigure, PublishedFigure, Report, UnitLine

SHORT_HASH = 12
"""Digits of a sha256 that tables show."""
_NAMES_SHOWN = 12
_ABSENT = "–"


@dataclass(frozen=True, slots=True)
class ReportFormatter:
    """Formats the catalogue's texts, and numbers, days and times, in one language.

    Since the third edition counts of units have thousands separators as well.
    """

    catalog: Catalog
    lang: Lang
    edition: int = EDITION

    def text(self, key: str, /, **facts: object) -> str:
        """Return a text of `messages/publishing.yaml`, by its key without the prefix `publishing.`."""
        if facts and self.edition > SECOND_EDITION:
            facts = format_counts(facts, self.lang)
        return self.catalog.texts.text(f"publishing.{key}", self.lang, **facts)

    def number(self, number: Decimal | None) -> str:
        """Format a count; None as a dash."""
        return _ABSENT if number is None else format_number(number, self.lang)

    def amount(self, figure: PublishedFigure, number: Decimal | None) -> str:
        """Format a value or target of an indicator in the indicator's unit."""
        if number is None:
            return _ABSENT
        return format_percent(number, self.lang) if figure.is_percent else format_number(number, self.lang)

    def quantity(self, figure: PublishedFigure) -> str:
        """Format a figure's value with its unit: a percentage, or a count; else what stands in place of a value."""
        if figure.row.value is None and figure.in_place:
            return figure.in_place
        if figure.row.value is None or figure.is_percent:
            return self.amount(figure, figure.row.value)
        return format_quantity(figure.row.value, figure.unit, self.lang)

    def fraction(self, figure: PublishedFigure | CommuneFigure | ProvinceFigure) -> str:
        """Format numerator / denominator, or the numerator alone where there is no denominator."""
        numbers = figure.row if isinstance(figure, PublishedFigure) else figure
        if numbers.denominator is None:
            return self.number(numbers.numerator)
        return f"{self.number(numbers.numerator)} / {self.number(numbers.denominator)}"

    def commune_rows(self, figure: PublishedFigure) -> Iterator[tuple[str, ...]]:
        """Format the figure of each report: name, value, fraction, cells, file and the beginning of its sha256."""
        for commune in figure.communes:
            counts, cells = self.fraction(commune), commune.addresses
            file = commune.file_name, commune.sha256[:SHORT_HASH]
            yield commune.name, self.amount(figure, commune.value), counts, cells, *file

    def target(self, figure: PublishedFigure) -> str:
        """Format the target, marked if it is only assumed."""
        if figure.row.target is None:
            return _ABSENT
        # Targets are round numbers: unlike measured rates they have no decimals to keep.
        shown = format_number(figure.row.target, self.lang) + ("%" if figure.is_percent else "")
        return f"{shown} {self.text('assumed')}" if figure.row.target_assumed else shown

    def attainment(self, figure: PublishedFigure) -> str:
        """Tell whether the target is attained; of partial data, that it is by the figures so far."""
        if figure.row.target is None:
            return self.text("no_target")
        if figure.attained is None:
            return self.text("not_judged" if figure.row.attained is None else "target_is_assumed")
        verdict = "attained" if figure.attained else "not_attained"
        return self.text(f"{verdict}_so_far" if figure.is_provisional else verdict)

    def change(self, change: Decimal, *, is_percent: bool) -> str:
        """Format a change with its sign: of a percentage in percentage points."""
        signed = self.signed(change, 2 if is_percent else None)
        return self.text("change_points", change=signed) if is_percent else signed

    def signed(self, change: Decimal, decimals: int | None) -> str:
        """Format a change with its sign; `decimals` None keeps its own."""
        number = format_number(abs(change), self.lang, decimals)
        return f"{'−' if change < 0 else '+' if change > 0 else ''}{number}"  # the minus sign

    def coverage(self, figure: PublishedFigure) -> str:
        """Format how many of the expected units have an accepted figure."""
        return self.share(figure.row.units_accepted, figure.row.units_expected)

    def count(self, count: int) -> str:
        """Format a number of units or lines."""
        return str(count) if self.edition <= SECOND_EDITION else format_number(Decimal(count), self.lang)

    def share(self, part: int, total: int) -> str:
        """Format how many of a number of units."""
        return f"{self.count(part)}/{self.count(total)}"

    def status(self, status: RollupStatus) -> str:
        """Name a status: complete, partial or not comparable."""
        return self.text(f"status_{status}")

    def denominator_kind(self, kind: str) -> str:
        """Name the denominator's kind; one that has left the catalogue by its code."""
        key = f"domain.denominator_kind.{kind}"
        return self.catalog.texts.text(key, self.lang) if key in self.catalog.texts.by_key else kind

    def state(self, unit: UnitLine) -> str:
        """Name the reporting status of a unit."""
        return self.text(f"state_{unit.state}")

    def submission_state(self, state: str) -> str:
        """Name the state of a submission."""
        return self.catalog.texts.text(f"domain.state.{state}", self.lang)

    def kilobytes(self, size: int) -> str:
        """Format the size of a file, given in bytes."""
        return f"{format_number(Decimal(-(-size // 1024)), self.lang)} KB"

    def form(self, form: str | None) -> str:
        """Format number and title of a form; one that has left the catalogue by its code, None as an empty text."""
        known = self.catalog.forms.by_id.get(form or "")
        return f"{known.number} – {known.title.get(self.lang)}" if known else form or ""

    def answer(self, waiver: Waiver) -> str:
        """Format the answer to a warning, with its author, its time and the last day on which it counts."""
        facts = {"reason": waiver.reason, "by": waiver.by, "at": self.time(waiver.at)}
        return self.text("question_answered", until=self.day(waiver.until), **facts)

    def day(self, day: date) -> str:
        """Format a day."""
        return format_day(day, self.lang)

    def time(self, moment: datetime | None) -> str:
        """Format a moment in Vietnam's time; None as a dash."""
        return _ABSENT if moment is None else format_time(moment, self.lang)

    def received(self, unit: UnitLine) -> str:
        """Format when a unit's report came: its first file, and the file that is shown where that is a later one."""
        if unit.first_received_at is None or unit.first_received_at == unit.received_at or unit.received_at is None:
            return self.time(unit.received_at)
        return self.text(
            "received_corrected", first=self.time(unit.first_received_at), corrected=self.time(unit.received_at)
        )

    def period_name(self, period: Period) -> str:
        """Format a period: Tháng 5/2025, Quý 2/2025, 6 tháng đầu năm 2025, Năm 2025."""
        year = period.year
        match period.frequency:
            case Frequency.MONTH:
                month, name = period.last_month, month_name(period.last_month, self.lang)
                return self.text("period_month", month=month, month_name=name, year=year)
            case Frequency.QUARTER:
                return self.text("period_quarter", quarter=period.last_month // 3, year=year)
            case Frequency.HALF_YEAR:
                half = "first" if period.last_month == 6 else "second"
                return self.text(f"period_{half}_half", year=year)
            case Frequency.YEAR:
                return self.text("period_year", year=year)

    def period_days(self, report: Report) -> str:
        """Format the first and last day of the period."""
        return self.text("period_days", first=self.day(report.first_day), last=self.day(report.last_day))

    def completeness(self, report: Report) -> str:
        """Tell how many of the expected units have an accepted report."""
        return self.text("coverage", accepted=len(report.accepted), expected=len(report.units), kinds=report.kinds)

    def absent_names(self, report: Report) -> str:
        """Name the first dozen units without an accepted report, each with its status, and count the rest."""
        named = [f"{unit.name} ({self.state(unit).lower()})" for unit in report.absent[:_NAMES_SHOWN]]
        rest = len(report.absent) - len(named)
        return ", ".join([*named, self.text("and_more", count=rest)] if rest else named)

"""Fields of the written report: what a template may name between `{{` and `}}`, formatted for a reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import roman
from publishing.figures.office import IssuingOffice, in_sentence, office_of
from publishing.figures.papers import before_and_after, change_in_number, change_in_words, target, verdict
from publishing.figures.report import FigureMove, PublishedFigure, Report, UnitLine

MOST_LISTED = 60
"""Most units, and most corrected figures, that the document lists: the workbook has them all."""


@dataclass(frozen=True, slots=True)
class FigureField:
    """A figure: `lead` marks the main figure of its theme, `assumed` a target without a document.

    `change` and `change_last_year` compare it with the preceding period and with the same one a year before, and are
    empty where those have no figure; `change_number` is the change since the preceding period as a bare number.
    """

    number: str
    name: str
    name_in_sentence: str
    unit: str
    value: str
    fraction: str
    target: str
    verdict: str
    verdict_in_sentence: str
    change: str
    change_last_year: str
    change_number: str
    coverage: str
    lead: bool
    assumed: bool
    has_target: bool
    partial: bool


@dataclass(frozen=True, slots=True)
class ThemeField:
    """A theme and its figures, the main one first; `number` is Roman, `order` the same in digits."""

    number: str
    order: str
    name: str
    headline: bool
    figures: tuple[FigureField, ...]


@dataclass(frozen=True, slots=True)
class UnitField:
    """A unit that reports, the status of its report, and by how many days it is late; empty where it is not."""

    number: str
    name: str
    code: str
    state: str
    days_late: str


@dataclass(frozen=True, slots=True)
class CorrectionField:
    """A figure that moved since the revision before: its value before and after, what else moved, the files."""

    number: str
    name: str
    before: str
    after: str
    details: str
    files: str


@dataclass(frozen=True, slots=True)
class ReportFields:
    """All fields of a document. `late`, `absent` and `corrections` hold the first lines, `…_more` the number of others.

    `headlines` are the main figures of the headline themes. `period` and `area_in_sentence` are as inside a sentence;
    `published_utc` is the moment for the document's properties (ISO 8601).
    """

    office: IssuingOffice
    area: str
    area_in_sentence: str
    title: str
    period: str
    first_day: str
    last_day: str
    revision: str
    published_at: str
    published_utc: str
    standpoint: str
    kinds: str
    accepted: str
    expected: str
    late: tuple[UnitField, ...]
    late_more: int
    absent: tuple[UnitField, ...]
    absent_more: int
    has_incomplete: bool
    has_assumed: bool
    is_first: bool
    is_sample: bool
    target_documents: tuple[str, ...]
    headlines: tuple[FigureField, ...]
    themes: tuple[ThemeField, ...]
    corrections: tuple[CorrectionField, ...]
    corrections_more: int


def fields_of(report: Report, formatter: ReportFormatter) -> ReportFields:
    """Return the fields of a report."""
    themes = tuple(_theme_fields(report, formatter))
    figures = [figure for theme in report.themes for figure in theme.figures]
    late = [unit for unit in report.units if unit.state == "late"]
    moves = [move for move in report.moves if move.value or move.counts]
    documents = {figure.target_document: None for figure in figures if _is_documented(figure)}
    return ReportFields(
        office=office_of(report, formatter),
        area=report.area_name,
        area_in_sentence=in_sentence(report.area_name, formatter.lang),
        title=report.form_title,
        period=in_sentence(report.period_name, formatter.lang),
        first_day=formatter.day(report.first_day),
        last_day=formatter.day(report.last_day),
        revision=str(report.revision),
        published_at=formatter.time(report.published_at),
        published_utc=f"{report.published_at:%Y-%m-%dT%H:%M:%SZ}",
        standpoint=report.standpoint,
        kinds=report.kinds,
        accepted=formatter.count(len(report.accepted)),
        expected=formatter.count(len(report.units)),
        late=_unit_fields(late[:MOST_LISTED], formatter),
        late_more=max(0, len(late) - MOST_LISTED),
        absent=_unit_fields(report.absent[:MOST_LISTED], formatter),
        absent_more=max(0, len(report.absent) - MOST_LISTED),
        has_incomplete=bool(report.incomplete),
        has_assumed=any(figure.row.target_assumed for figure in figures),
        is_first=report.revision == 1,
        is_sample=report.is_sample,
        target_documents=tuple(documents),
        headlines=tuple(figure for theme in themes if theme.headline for figure in theme.figures if figure.lead),
        themes=themes,
        corrections=tuple(
            _correction(move, number, report, formatter) for number, move in enumerate(moves[:MOST_LISTED], 1)
        ),
        corrections_more=max(0, len(moves) - MOST_LISTED),
    )


def _is_documented(figure: PublishedFigure) -> bool:
    return bool(figure.target_document) and not figure.row.target_assumed


def _theme_fields(report: Report, formatter: ReportFormatter) -> Iterable[ThemeField]:
    numbers = count(1)
    for order, theme in enumerate(report.themes, 1):
        figures = (theme.lead, *theme.others)
        yield ThemeField(
            number=roman(order),
            order=str(order),
            name=theme.name,
            headline=theme.headline,
            figures=tuple(
                _figure_field(figure, next(numbers), formatter, report.edition, lead=figure is theme.lead)
                for figure in figures
            ),
        )


def _figure_field(
    figure: PublishedFigure, number: int, formatter: ReportFormatter, edition: int, *, lead: bool
) -> FigureField:
    shown = verdict(figure, formatter)
    return FigureField(
        number=str(number),
        name=figure.name,
        name_in_sentence=in_sentence(figure.name, formatter.lang),
        unit=figure.unit,
        value=formatter.quantity(figure),
        fraction=formatter.fraction(figure) if figure.is_percent else "–",
        target=target(figure, formatter),
        verdict=shown,
        verdict_in_sentence=shown[:1].lower() + shown[1:],
        change=change_in_words(figure, figure.change_from_last, formatter),
        change_last_year=change_in_words(figure, figure.change_from_last_year, formatter),
        change_number=change_in_number(figure, formatter, edition),
        coverage=formatter.coverage(figure),
        lead=lead,
        assumed=bool(figure.row.target_assumed),
        has_target=figure.row.target is not None,
        partial=figure.row.status != "complete" and not figure.in_place,
    )


def _unit_fields(units: Iterable[UnitLine], formatter: ReportFormatter) -> tuple[UnitField, ...]:
    return tuple(
        UnitField(
            number=str(number),
            name=unit.name,
            code=unit.code,
            state=formatter.state(unit),
            days_late=str(unit.days_late or ""),
        )
        for number, unit in enumerate(units, 1)
    )


def _correction(move: FigureMove, number: int, report: Report, formatter: ReportFormatter) -> CorrectionField:
    before, after = before_and_after(move, report, formatter)
    return CorrectionField(
        number=str(number),
        name=move.name,
        before=before,
        after=after,
        details="; ".join(f"{change.column_name}: {change.before} → {change.after}" for change in move.counts),
        files=", ".join(name for name, _ in move.files),
    )

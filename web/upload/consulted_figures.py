"""Figures that a link's unit is consulted about, and what it answers."""

from collections.abc import Mapping
from datetime import date, datetime

from domain.aggregation import percentage
from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.indicators import Measure
from domain.officers.consultations import ConsultationAnswerKind
from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import format_number, format_percent
from warehouse.queries.uploads import UploadLinkRecord
from warehouse.rollups.consultations import ConsultedFigure, UnitConsultation, consultations_of_unit, write_answer
from warehouse.store.engine import Engine, Session, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.withdrawal import Decision
from web.upload.asked_warnings import covers


def consultations_of_link(
    session: Session, catalog: Catalog, link: UploadLinkRecord, today: date
) -> tuple[UnitConsultation, ...]:
    """Return the consultations about figures of a link's unit in which it may answer today."""
    return tuple(
        each
        for each in consultations_of_unit(session, link.link.unit)
        if today <= each.consultation.last_day
        and covers(catalog, link, ReportKey(each.key, each.consultation.form, each.consultation.period))
    )


def find_consultation(
    engine: Engine, catalog: Catalog, link: UploadLinkRecord, number: str, today: date
) -> UnitConsultation | None:
    """Return the consultation that a form names by its number; None: the link's unit is not consulted in it today."""
    with reading(engine) as session:
        listed = consultations_of_link(session, catalog, link, today)
    return next((each for each in listed if str(each.consultation.id) == number), None)


def keep_position(
    engine: Engine, consulted: UnitConsultation, fields: Mapping[str, str], at: datetime, link: int
) -> None:
    """Keep whether the unit agrees or objects.

    Raises:
        UsageError: it says neither, or a name or the reason of an objection is missing.
    """
    kind = fields.get("position", "")
    if kind not in {ConsultationAnswerKind.AGREE, ConsultationAnswerKind.OBJECT}:
        raise UsageError(f"{kind!r} is neither to agree nor to object")
    answer = Decision(DecisionReason(fields.get("text", ""), fields.get("name", "")), at)
    with transaction(engine) as session:
        write_answer(session, consulted.consultation, consulted.key, ConsultationAnswerKind(kind), answer, link=link)


def shown_figure(catalog: Catalog, formatter: ReportFormatter, figure: ConsultedFigure) -> tuple[str, str, str]:
    """Return the name of a figure, what the unit gave, and the area's figure, as they are shown."""
    indicator = catalog.indicators.get(figure.indicator)
    is_share = indicator.measure is Measure.RATIO if indicator else figure.denominator is not None
    name = indicator.name.get(formatter.lang) if indicator else figure.indicator
    write = format_percent if is_share else format_number
    total = "–" if figure.total is None else write(figure.total, formatter.lang)
    if figure.numerator is None:
        return name, "–", total
    if figure.denominator is None:
        return name, formatter.number(figure.numerator), total
    share = percentage(figure.numerator, figure.denominator)
    counts = f"{formatter.number(figure.numerator)} / {formatter.number(figure.denominator)}"
    return name, counts if share is None else f"{counts} = {format_percent(share, formatter.lang)}", total

"""Consultations about an area's figures for a period: begin and end them, and keep what units answer.

A unit is consulted about the figures of its own reports, which are read beside those of its area.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Select, select, true

from domain.errors import UsageError
from domain.officers.consultations import (
    ConsultationAnswer,
    ConsultationAnswerKind,
    ConsultationOutcome,
    ConsultedUnit,
    Position,
)
from domain.periods import Period, parse_period
from domain.rollups import Boundary
from domain.units import UnitKey
from warehouse.archive.reading import archived_contributions
from warehouse.models import (
    CONTRIBUTED,
    ConsultationAnswerRow,
    ConsultationRow,
    RollupFigureRow,
    RollupRevisionRow,
    RollupUnitRow,
)
from warehouse.rollups.closings import RollupKeyColumns, has_key, key_columns
from warehouse.rollups.revision_rows import newest_revision
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session, serialise
from warehouse.store.reference import unit_names
from warehouse.submissions.withdrawal import Decision

LONGEST_ANSWER: Final = 4000
LONGEST_ACTOR: Final = 200
_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Consultation:
    """A consultation in force: about which figures, who began it and why, and its last day in Vietnam.

    `partial`: at the end the period is closed although reports are missing.
    """

    id: int
    area: str
    area_valid_from: date
    area_name: str
    form: str
    period: Period
    boundary: Boundary
    opened_at: datetime
    opened_by: str
    reason: str
    last_day: date
    partial: bool

    @property
    def key(self) -> RollupKeyColumns:
        """The key of the figures."""
        return RollupKeyColumns(self.area, self.area_valid_from, self.form, self.period.id, self.boundary)


def consultations(session: Session) -> tuple[Consultation, ...]:
    """Return all consultations in force, ordered by area and period."""
    return tuple(_read(session, _in_force()))


def consultation_of(session: Session, rollup_key: RollupKey) -> Consultation | None:
    """Return the consultation in force about a rollup; None: there is none."""
    return next(_read(session, _in_force().where(*has_key(key_columns(rollup_key)))), None)


def begin_consultation(
    session: Session, rollup_key: RollupKey, last_day: date, decision: Decision, *, partial: bool
) -> Consultation:
    """Begin a consultation about the newest figures of a rollup, which may be closed.

    Raises:
        UsageError: there is one already, or there are no figures.
    """
    serialise(session)
    known = consultation_of(session, rollup_key)
    if known is not None:
        raise UsageError(
            f"units are consulted about {_label(known)} already, until {known.last_day}; cancel that one first to set "
            "another day"
        )
    head = _newest_head(session, key_columns(rollup_key))
    session.add(
        ConsultationRow(
            revision_id=head.id,
            opened_at=decision.at,
            opened_by=decision.reason.actor,
            reason=decision.reason.note,
            last_day=last_day,
            partial=partial,
        )
    )
    session.flush()
    return require_consultation(session, rollup_key)


def require_consultation(session: Session, rollup_key: RollupKey) -> Consultation:
    """Return the consultation in force about a rollup.

    Raises:
        UsageError: there is none.
    """
    result = consultation_of(session, rollup_key)
    if result is None:
        area = rollup_key.area
        raise UsageError(f"units are not consulted about {rollup_key.period} of {area.name} ({area.code})")
    return result


def end_consultation(session: Session, key: RollupKeyColumns, outcome: ConsultationOutcome, decision: Decision) -> None:
    """End the consultation in force about figures, if there is one."""
    for result in _read(session, _in_force().where(*has_key(key))):
        row = session.get_one(ConsultationRow, result.id)
        row.ended_at, row.ended_by = decision.at, decision.reason.actor
        row.end_reason, row.outcome = decision.reason.note, outcome


def write_answer(
    session: Session,
    consultation: Consultation,
    unit: UnitKey,
    kind: ConsultationAnswerKind,
    decision: Decision,
    *,
    link: int | None = None,
) -> None:
    """Keep what is answered for a unit about its newest figures; `link` is the number of an upload link.

    Raises:
        UsageError: text or name is missing or too long, the unit is not consulted, or has no objection to settle.
    """
    serialise(session)
    text, actor = decision.reason.note.strip(), decision.reason.actor.strip()
    needs_text = kind is not ConsultationAnswerKind.AGREE
    if not actor or (needs_text and not text) or len(text) > LONGEST_ANSWER or len(actor) > LONGEST_ACTOR:
        raise UsageError(
            f"an answer needs a name of at most {LONGEST_ACTOR} characters, "
            f"an objection or decision a reason of {LONGEST_ANSWER}"
        )
    units = {UnitKey(each.code, each.valid_from): each for each in consulted_units(session, consultation)}
    consulted = units.get(unit)
    if consulted is None:
        raise UsageError(f"{unit.code} is not consulted about {_label(consultation)}")
    if kind is ConsultationAnswerKind.SETTLE and consulted.position is not Position.OBJECTED:
        raise UsageError(f"{unit.code} has no open objection to {_label(consultation)}")
    session.add(
        ConsultationAnswerRow(
            consultation_id=consultation.id,
            revision_id=_newest_head(session, consultation.key).id,
            unit_code=unit.code,
            unit_valid_from=unit.valid_from,
            kind=kind,
            at=decision.at,
            actor=actor,
            text=text,
            link_id=link,
        )
    )


def consulted_units(session: Session, consultation: Consultation) -> tuple[ConsultedUnit, ...]:
    """Return the units of a consultation with their answers, by code."""
    newest = _newest_head(session, consultation.key)
    reports = _reports_of(session, [newest.id])[newest.id]
    names = unit_names(session, reports)
    answers = _answers(session, consultation, reports)
    return tuple(
        ConsultedUnit(unit.code, unit.valid_from, names[unit], tuple(answers[unit])) for unit in sorted(reports)
    )


def units_to_consult(session: Session, rollup_key: RollupKey) -> tuple[UnitKey, ...]:
    """Return the units that are consulted, or would be, about the newest figures of a rollup.

    Raises:
        UsageError: there are no figures.
    """
    newest = _newest_head(session, key_columns(rollup_key))
    return tuple(sorted(_reports_of(session, [newest.id])[newest.id]))


def require_no_objection(session: Session, rollup_key: RollupKey, today: date) -> None:
    """Raise unless a rollup may be closed for all that its units answered, or had time to answer.

    Raises:
        UsageError: units object, or the consultation goes on and units have not answered.
    """
    consultation = consultation_of(session, rollup_key)
    if consultation is None:
        return
    units = consulted_units(session, consultation)
    objecting = [each for each in units if each.position is Position.OBJECTED]
    if objecting:
        names = ", ".join(f"{each.code} {each.name}" for each in objecting[:_NAMED])
        raise UsageError(
            f"{len(objecting)} units object to {_label(consultation)} ({names}): decide about each objection first, "
            "with tonghop consultation settle or at the desk"
        )
    silent = sum(each.position is Position.SILENT for each in units)
    if silent and today <= consultation.last_day:
        raise UsageError(
            f"units are consulted about {_label(consultation)} until {consultation.last_day}, and {silent} have not "
            "answered: it can be closed from the day after on, when silence counts as agreed"
        )


_Pair = tuple[ConsultationRow, RollupRevisionRow]


def _in_force() -> Select[_Pair]:
    return (
        select(ConsultationRow, RollupRevisionRow)
        .join(RollupRevisionRow, RollupRevisionRow.id == ConsultationRow.revision_id)
        .where(ConsultationRow.ended_at.is_(None))
        .order_by(RollupRevisionRow.area_code, RollupRevisionRow.period, ConsultationRow.id)
    )


def _read(session: Session, statement: Select[_Pair]) -> Iterator[Consultation]:
    for row, head in session.execute(statement).tuples().all():
        yield Consultation(
            id=row.id,
            area=head.area_code,
            area_valid_from=head.area_valid_from,
            area_name=head.area_name,
            form=head.form,
            period=parse_period(head.period),
            boundary=head.boundary,
            opened_at=row.opened_at,
            opened_by=row.opened_by,
            reason=row.reason,
            last_day=row.last_day,
            partial=row.partial,
        )


def _newest_head(session: Session, key: RollupKeyColumns) -> RollupRevisionRow:
    result = newest_revision(session, key)
    if result is None:
        raise UsageError(f"there are no figures of {key.period} of {key.area}: run tonghop nightly first")
    return result


_Reports = dict[UnitKey, frozenset[tuple[str, int | None]]]
"""Of each unit the submissions that stand for it, by period."""


def _reports_of(session: Session, revisions: Sequence[int]) -> Mapping[int, _Reports]:
    row = RollupUnitRow
    rows = session.execute(
        select(row.revision_id, row.unit_code, row.unit_valid_from, row.period, row.submission_id).where(
            row.revision_id.in_(revisions)
        )
    )
    results: dict[int, dict[UnitKey, set[tuple[str, int | None]]]] = {each: defaultdict(set) for each in revisions}
    for revision, code, valid_from, period, submission in rows:
        results[revision][UnitKey(code, valid_from)].add((period, submission))
    return {
        revision: {unit: frozenset(reports) for unit, reports in units.items()} for revision, units in results.items()
    }


def _answers(
    session: Session, consultation: Consultation, newest: _Reports
) -> Mapping[UnitKey, list[ConsultationAnswer]]:
    row = ConsultationAnswerRow
    rows = session.scalars(select(row).where(row.consultation_id == consultation.id).order_by(row.id)).all()
    seen = _reports_of(session, sorted({each.revision_id for each in rows}))
    results: dict[UnitKey, list[ConsultationAnswer]] = defaultdict(list)
    for each in rows:
        unit = UnitKey(each.unit_code, each.unit_valid_from)
        is_current = seen[each.revision_id].get(unit) == newest.get(unit)
        results[unit].append(ConsultationAnswer(each.kind, each.text, each.actor, each.at, is_current))
    return results


def _label(consultation: Consultation) -> str:
    return f"{consultation.period} of {consultation.area_name} ({consultation.area})"


@dataclass(frozen=True, slots=True)
class ConsultedFigure:
    """A figure of a unit's report of a base period, beside that of the area (`total`); None: the unit gave none."""

    indicator: str
    period: str
    numerator: Decimal | None
    denominator: Decimal | None
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class UnitConsultation:
    """A consultation in force about figures of a unit, at which revision, and what was answered."""

    consultation: Consultation
    revision: int
    unit: ConsultedUnit
    figures: tuple[ConsultedFigure, ...]

    @property
    def key(self) -> UnitKey:
        """The unit's key."""
        return UnitKey(self.unit.code, self.unit.valid_from)


def consultations_of_unit(session: Session, code: str) -> tuple[UnitConsultation, ...]:
    """Return the consultations in force about figures of a unit's code, the newest period first."""
    results = (_of_unit(session, each, code) for each in consultations(session))
    known = [each for each in results if each is not None]
    return tuple(sorted(known, key=lambda each: each.consultation.period.id, reverse=True))


def _of_unit(session: Session, consultation: Consultation, code: str) -> UnitConsultation | None:
    unit = next((each for each in consulted_units(session, consultation) if each.code == code), None)
    if unit is None:
        return None
    head, key = RollupRevisionRow, consultation.key
    columns = (head.area_code, head.area_valid_from, head.form, head.period, head.boundary)
    conditions = [column == value for column, value in zip(columns, key, strict=True)]
    revision, number = session.execute(
        select(head.id, head.number).where(*conditions).order_by(head.number.desc()).limit(1)
    ).one()
    return UnitConsultation(consultation, number, unit, tuple(_figures(session, revision, unit)))


def _figures(session: Session, revision: int, unit: ConsultedUnit) -> Iterable[ConsultedFigure]:
    figure, amount, row = RollupFigureRow, CONTRIBUTED.c, RollupUnitRow
    of_unit = (amount.unit_code == unit.code) & (amount.unit_valid_from == unit.valid_from)
    periods = (
        select(row.period)
        .where(row.revision_id == revision, row.unit_code == unit.code, row.unit_valid_from == unit.valid_from)
        .subquery()
    )
    rows = session.execute(
        select(figure.indicator, periods.c.period, amount.numerator, amount.denominator, figure.value)
        .select_from(figure)
        .join(periods, true())
        .outerjoin(
            CONTRIBUTED,
            (amount.revision_id == figure.revision_id)
            & (amount.indicator == figure.indicator)
            & (amount.period == periods.c.period)
            & of_unit,
        )
        .where(figure.revision_id == revision)
        .order_by(periods.c.period, figure.position)
    )
    archived = {
        (each.indicator, each.period): (each.numerator, each.denominator)
        for each in archived_contributions(session, [revision], units=[unit.code])
        if each.unit_valid_from == unit.valid_from
    }
    return [
        ConsultedFigure(indicator, period, *archived.get((indicator, period), (numerator, denominator)), total)
        for indicator, period, numerator, denominator, total in rows
    ]

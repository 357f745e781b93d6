"""Snapshots of the files of a form and period, now or as of an earlier moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.periods import Period
from domain.submissions import MoveReason, SubmissionState
from domain.units import UnitKey
from warehouse.models import DeliveryRow, PlacementRow, SubmissionEventRow, SubmissionRow
from warehouse.store.engine import Session
from warehouse.submissions.arrivals import DELIBERATE

_OUTCOMES = (SubmissionState.ACCEPTED, SubmissionState.QUARANTINED, SubmissionState.HELD)
_MOST_CODES = 2000
_REINSTATED_FROM = (SubmissionState.SUPERSEDED, SubmissionState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class SubmissionSnapshot:
    """A submission assigned to a unit, with its state as of a moment.

    `received_at` is its first delivery, `landed_at` when its bytes were first landed; `judgement` counts its
    judgements, the last of them at `judged_at`.
    """

    id: int
    unit: UnitKey
    sha256: str
    file_name: str
    version: int | None
    state: SubmissionState
    received_at: datetime
    landed_at: datetime
    judgement: int
    judged_at: datetime | None


def submission_snapshots(
    session: Session,
    form: str,
    period: Period,
    as_of: datetime | None = None,
    *,
    unit_codes: Collection[str] | None = None,
) -> tuple[SubmissionSnapshot, ...]:
    """Read the placed files of a form and base period, in the order in which they were first landed.

    `unit_codes` are the units whose files are wanted; None: all of the country. Of many units all files are read, so
    that the statement stays within the parameters that a database takes; the caller picks its units' files.

    As of a moment, a file has the state of its last event until then, the unit of its last reading and the deliveries
    landed by then: exactly what was visible at that moment.
    """
    codes = unit_codes if unit_codes is not None and len(unit_codes) <= _MOST_CODES else None
    result = session.execute(_now(form, period, codes) if as_of is None else _then(form, period, as_of, codes)).tuples()
    files = [
        SubmissionSnapshot(
            key, UnitKey(code, valid_from), sha256, name, version, state, received, landed, judgement, judged
        )
        for key, code, valid_from, sha256, name, version, state, received, landed, judgement, judged in result
    ]
    return tuple(sorted(files, key=lambda file: (file.landed_at, file.received_at, file.id)))


_Columns = tuple[int, str, date, str, str, int | None, SubmissionState, datetime, datetime, int, datetime | None]


def _now(form: str, period: Period, codes: Collection[str] | None) -> Select[_Columns]:
    row = SubmissionRow
    return select(
        row.id,
        row.unit_code,
        row.unit_valid_from,
        row.sha256,
        row.file_name,
        row.version,
        row.state,
        row.received_at,
        row.landed_at,
        row.judgement,
        row.judged_at,
    ).where(row.form == form, row.period == period.id, row.version.is_not(None), *_of_units(row.unit_code, codes))


def _then(form: str, period: Period, as_of: datetime, codes: Collection[str] | None) -> Select[_Columns]:
    event, delivery, placement = SubmissionEventRow, DeliveryRow, PlacementRow
    of_units = _of_units(placement.unit_code, codes)
    ever_placed = select(placement.submission_id).where(
        placement.form == form, placement.period == period.id, *of_units
    )
    placed = (
        select(placement.submission_id, func.max(placement.id).label("last"))
        .where(placement.submission_id.in_(ever_placed), placement.at <= as_of)
        .group_by(placement.submission_id)
        .subquery()
    )
    moved = (
        select(
            event.submission_id,
            func.max(event.id).label("last"),
            func.sum(case((_is_outcome(), 1), else_=0)).label("judgement"),
            func.max(case((_is_outcome(), event.at))).label("judged_at"),
        )
        .where(event.submission_id.in_(ever_placed), event.at <= as_of)
        .group_by(event.submission_id)
        .subquery()
    )
    delivered = (
        select(DELIBERATE.label("made_of"), func.min(delivery.delivered_at).label("received_at"))
        .where(delivery.landed_at <= as_of)
        .group_by(DELIBERATE)
        .subquery()
    )
    row = SubmissionRow
    return (
        select(
            row.id,
            placement.unit_code,
            placement.unit_valid_from,
            row.sha256,
            row.file_name,
            placement.version,
            event.to_state,
            delivered.c.received_at,
            row.landed_at,
            moved.c.judgement,
            moved.c.judged_at,
        )
        .join(placed, placed.c.submission_id == row.id)
        .join(placement, placement.id == placed.c.last)
        .join(moved, moved.c.submission_id == row.id)
        .join(event, event.id == moved.c.last)
        .join(delivered, delivered.c.made_of == row.delivery_id)
        .where(placement.form == form, placement.period == period.id, placement.version.is_not(None), *of_units)
    )


def _of_units(code: InstrumentedAttribute[Any], codes: Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
    return () if codes is None else (code.in_(codes),)


def _is_outcome() -> ColumnElement[bool]:
    """Return SQL for events that end a judgement; reinstating a version is none, nor is finding the same again."""
    event = SubmissionEventRow
    is_judged = or_(event.from_state.is_(None), event.from_state.not_in(_REINSTATED_FROM))
    is_the_same = event.reason.is_not_distinct_from(MoveReason.FINDINGS_UNCHANGED)
    return and_(event.to_state.in_(_OUTCOMES), is_judged, not_(is_the_same))

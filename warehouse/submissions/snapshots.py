"""The files of a form and period as they stand now, or as they stood at any earlier moment."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from domain.periods import Period
from domain.submissions import SubmissionState
from domain.units import UnitKey
from warehouse.models import DeliveryRow, PlacementRow, SubmissionEventRow, SubmissionRow
from warehouse.store.engine import Session

_VERDICTS = (SubmissionState.ACCEPTED, SubmissionState.QUARANTINED)
_BROUGHT_BACK = (SubmissionState.SUPERSEDED, SubmissionState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class SubmissionSnapshot:
    """A file that was placed: its submission, the unit it speaks for, and what is known of it at a moment.

    `received_at` is its first delivery, `landed_at` when its bytes were first seen; `judgement` counts how often it was
    judged, the last time at `judged_at`.
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
    session: Session, form: str, period: Period, as_of: datetime | None = None
) -> tuple[SubmissionSnapshot, ...]:
    """The placed files of a form and base period, in the order in which they were first seen.

    As of a moment, a file's state is that of its last move until then, its place that of its last reading, its
    deliveries those that had landed: exactly what a look at that moment found.
    """
    result = session.execute(_now(form, period) if as_of is None else _then(form, period, as_of)).tuples()
    files = [
        SubmissionSnapshot(
            key, UnitKey(code, valid_from), sha256, name, version, state, received, landed, judgement, judged
        )
        for key, code, valid_from, sha256, name, version, state, received, landed, judgement, judged in result
    ]
    return tuple(sorted(files, key=lambda file: (file.landed_at, file.received_at, file.id)))


_Columns = tuple[int, str, date, str, str, int | None, SubmissionState, datetime, datetime, int, datetime | None]


def _now(form: str, period: Period) -> Select[_Columns]:
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
    ).where(row.form == form, row.period == period.id, row.version.is_not(None))


def _then(form: str, period: Period, as_of: datetime) -> Select[_Columns]:
    event, delivery, place = SubmissionEventRow, DeliveryRow, PlacementRow
    ever_here = select(place.submission_id).where(place.form == form, place.period == period.id)
    placed = (
        select(place.submission_id, func.max(place.id).label("last"))
        .where(place.submission_id.in_(ever_here), place.at <= as_of)
        .group_by(place.submission_id)
        .subquery()
    )
    moved = (
        select(
            event.submission_id,
            func.max(event.id).label("last"),
            func.sum(case((_is_verdict(), 1), else_=0)).label("judgement"),
            func.max(case((_is_verdict(), event.at))).label("judged_at"),
        )
        .where(event.submission_id.in_(ever_here), event.at <= as_of)
        .group_by(event.submission_id)
        .subquery()
    )
    delivered = (
        select(delivery.submission_id, func.min(delivery.delivered_at).label("received_at"))
        .where(delivery.submission_id.in_(ever_here), delivery.landed_at <= as_of)
        .group_by(delivery.submission_id)
        .subquery()
    )
    row = SubmissionRow
    return (
        select(
            row.id,
            place.unit_code,
            place.unit_valid_from,
            row.sha256,
            row.file_name,
            place.version,
            event.to_state,
            delivered.c.received_at,
            row.landed_at,
            moved.c.judgement,
            moved.c.judged_at,
        )
        .join(placed, placed.c.submission_id == row.id)
        .join(place, place.id == placed.c.last)
        .join(moved, moved.c.submission_id == row.id)
        .join(event, event.id == moved.c.last)
        .join(delivered, delivered.c.submission_id == row.id)
        .where(place.form == form, place.period == period.id, place.version.is_not(None))
    )


def _is_verdict() -> ColumnElement[bool]:
    """Moves that end a judgement; a version that is brought back is not judged again."""
    event = SubmissionEventRow
    return and_(event.to_state.in_(_VERDICTS), or_(event.from_state.is_(None), event.from_state.not_in(_BROUGHT_BACK)))

"""Records of submissions: state, issues and newest delivery."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select

from domain.issues import Issue
from domain.periods import parse_period
from domain.submissions import SubmissionState
from domain.units import UnitKey
from domain.waivers import OpenWarning
from warehouse.models import DeliveryRow, SubmissionEventRow, SubmissionRow
from warehouse.queries.files import file_ref, issues_of
from warehouse.queries.read_models import SubmissionRecord
from warehouse.store.engine import Session
from warehouse.store.reference import unit_names
from warehouse.submissions.arrivals import deliveries_of
from warehouse.submissions.lifecycle import find_all
from warehouse.submissions.open_warnings import open_warnings_of


def submission_issues(session: Session, submission_id: int) -> tuple[Issue, ...]:
    """Return the issues of a submission's last judgement, gravest first.

    Raises:
        UsageError: there is no such submission.
    """
    return issues_by_submission(session, [submission_id])[submission_id]


def issues_by_submission(session: Session, submission_ids: Iterable[int]) -> dict[int, tuple[Issue, ...]]:
    """Return the issues of each submission's last judgement, gravest first.

    Raises:
        UsageError: there is no such submission.
    """
    return issues_of(session, find_all(session, submission_ids).values())


def submission_warnings(
    session: Session, submission_ids: Collection[int], at: datetime
) -> dict[int, tuple[OpenWarning, ...]]:
    """Return warnings of submissions with the answers in force at a moment; submissions without any are absent.

    Raises:
        UsageError: there is no such submission.
    """
    rows = find_all(session, submission_ids)
    return open_warnings_of(session, {row.id: row.judgement for row in rows.values()}, at)


def submission_record(session: Session, submission_id: int) -> SubmissionRecord:
    """Return a submission's current record, with its newest delivery.

    Raises:
        UsageError: there is no such submission.
    """
    return submission_records(session, [submission_id])[submission_id]


def submission_records(session: Session, submission_ids: Iterable[int]) -> dict[int, SubmissionRecord]:
    """Return the current records of submissions, each with its newest delivery.

    Raises:
        UsageError: there is no such submission.
    """
    return records_of(session, find_all(session, submission_ids))


def records_of(session: Session, rows: Mapping[int, SubmissionRow]) -> dict[int, SubmissionRecord]:
    """Return the current records of submissions that were read, by number."""
    deliveries = deliveries_of(session, rows)
    names = unit_names(session, filter(None, map(_unit_of, rows.values())))
    return {key: _record_of(row, deliveries[key][-1], names) for key, row in rows.items()}


def _unit_of(row: SubmissionRow) -> UnitKey | None:
    return UnitKey(row.unit_code, row.unit_valid_from) if row.unit_code and row.unit_valid_from else None


def _record_of(row: SubmissionRow, delivery: DeliveryRow, names: Mapping[UnitKey, str]) -> SubmissionRecord:
    unit = _unit_of(row)
    return SubmissionRecord(
        file=file_ref(row),
        state=row.state,
        unit=row.unit_code,
        unit_name=names[unit] if unit else None,
        form=row.form,
        period=parse_period(row.period) if row.period else None,
        layout_version=row.layout_version,
        reason=row.reason,
        connector=delivery.connector,
        path=delivery.path,
        sender=delivery.sender,
        delivered_at=delivery.delivered_at,
        landed_at=delivery.landed_at,
        superseded_by=row.superseded_by,
    )


def submission_of(session: Session, sha256: str) -> SubmissionRecord | None:
    """Return the newest submission with these bytes, or None."""
    row = session.scalar(select(func.max(SubmissionRow.id)).where(SubmissionRow.sha256 == sha256))
    return None if row is None else submission_record(session, row)


def last_delivery(session: Session) -> int:
    """Return the number of the last delivery; 0 before the first."""
    return session.scalar(select(func.max(DeliveryRow.id))) or 0


def came_again(session: Session, after: int, state: SubmissionState) -> tuple[str, ...]:
    """Return names of files redelivered after a given delivery whose submission is, and stays, in a state."""
    rows = session.scalars(
        select(DeliveryRow.file_name)
        .join(SubmissionRow, SubmissionRow.delivery_id == DeliveryRow.repeats_id)
        .where(DeliveryRow.id > after, SubmissionRow.state == state)
        .order_by(DeliveryRow.id)
    )
    return tuple(rows)


def restored_files(session: Session, after: int) -> tuple[str, ...]:
    """Return the paths of files that came after a given delivery with so many others that they change no version."""
    rows = session.scalars(
        select(DeliveryRow.path).where(DeliveryRow.id > after, DeliveryRow.restored).order_by(DeliveryRow.id)
    )
    return tuple(rows)


def refused_in(session: Session, run_id: str) -> tuple[int, ...]:
    """Return the submissions that a run refused, in the order of events."""
    moved = SubmissionEventRow.to_state == SubmissionState.QUARANTINED
    rows = session.scalars(
        select(SubmissionEventRow.submission_id)
        .where(SubmissionEventRow.run_id == run_id, moved)
        .order_by(SubmissionEventRow.id)
    )
    return tuple(dict.fromkeys(rows))

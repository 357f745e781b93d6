"""Feedback on submissions: sender and time, outcome, findings, and other versions of the report."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, union

from domain.issues import Issue, Repair
from domain.submissions import PENDING_STATES, MoveReason
from domain.waivers import OpenWarning
from warehouse.models import SubmissionEventRow, SubmissionRow, WaiverRow
from warehouse.queries.files import issues_of, repairs_of
from warehouse.queries.history import MoveRecord, ReportVersion, histories, moves_of
from warehouse.queries.read_models import SubmissionRecord
from warehouse.queries.records import records_of
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.submissions.lifecycle import find_all
from warehouse.submissions.open_warnings import open_warnings_of
from warehouse.submissions.report_keys import report_key_of


@dataclass(frozen=True, slots=True)
class SubmissionFeedback:
    """A settled submission with all that may be shown to its sender.

    `issues` are those of the last judgement, gravest first, without those of shadow rules; `asked` the
    warnings among them with their answers; `repairs` those of the parser. `versions` are all of the same unit, form
    and period, itself included; none where it could not be identified. `last_move` is its last change of state.
    """

    record: SubmissionRecord
    judged_at: datetime | None
    issues: tuple[Issue, ...]
    asked: tuple[OpenWarning, ...]
    repairs: tuple[Repair, ...]
    versions: tuple[ReportVersion, ...]
    last_move: MoveRecord


class LogPosition(NamedTuple):
    """A position in the log: the last event of a submission, and the last answer to a warning."""

    event: int = 0
    waiver: int = 0


def feedback_of(session: Session, submission_ids: Iterable[int], at: datetime) -> tuple[SubmissionFeedback, ...]:
    """Return the feedback on submissions at a moment, in the order of their numbers.

    Raises:
        UsageError: there is no such submission.
    """
    rows = find_all(session, submission_ids)
    judgements = {key: row.judgement for key, row in rows.items()}
    records, issues = records_of(session, rows), issues_of(session, rows.values())
    result, repairs = open_warnings_of(session, judgements, at), repairs_of(session, judgements)
    versions = _versions(session, rows.values())
    # A placed submission's moves are read with its versions.
    last_moves = {version.submission_id: version.moves[-1] for of in versions.values() for version in of}
    last_moves |= {key: moves[-1] for key, moves in moves_of(session, rows.keys() - last_moves.keys()).items()}
    return tuple(
        SubmissionFeedback(
            record=records[key],
            judged_at=row.judged_at,
            issues=issues[key],
            asked=result.get(key, ()),
            repairs=repairs[key],
            versions=versions[key],
            last_move=last_moves[key],
        )
        for key, row in sorted(rows.items())
    )


def moved_since(session: Session, seen: LogPosition) -> tuple[tuple[int, ...], LogPosition]:
    """Return settled submissions whose feedback has changed since that mark, and the present mark.

    Those that moved or whose warnings were answered, and the other versions of the same report; not those that were
    judged again with the same findings. A mark beyond the log belongs to another warehouse: then all have changed.
    """
    newest = LogPosition(
        session.scalar(select(func.max(SubmissionEventRow.id))) or 0,
        session.scalar(select(func.max(WaiverRow.id))) or 0,
    )
    since = seen if seen.event <= newest.event and seen.waiver <= newest.waiver else LogPosition()
    moved = union(
        select(SubmissionEventRow.submission_id).where(
            SubmissionEventRow.id > since.event,
            SubmissionEventRow.reason.is_distinct_from(MoveReason.FINDINGS_UNCHANGED),
        ),
        select(WaiverRow.submission_id).where(WaiverRow.id > since.waiver),
    )
    row = SubmissionRow
    place, is_settled = (row.unit_code, row.unit_valid_from, row.form, row.period), row.state.not_in(PENDING_STATES)
    is_placed = row.version.is_not(None)
    places = set(session.execute(select(*place).where(row.id.in_(moved), is_placed)).tuples())
    results = set(session.scalars(select(row.id).where(row.id.in_(moved), is_settled)))
    for chunk in in_chunks(code for code, *_ in places if code is not None):
        beside = session.execute(select(row.id, *place).where(row.unit_code.in_(chunk), is_placed, is_settled))
        results |= {key for key, *where in beside if tuple(where) in places}
    return tuple(sorted(results)), newest


def _versions(session: Session, rows: Iterable[SubmissionRow]) -> dict[int, tuple[ReportVersion, ...]]:
    """Return all settled versions of each submission's report; none where it could not be placed."""
    places = {row.id: report_key_of(row) for row in rows}
    result = histories(session, filter(None, places.values()))
    return {
        key: tuple(version for version in result[place].versions if version.state not in PENDING_STATES)
        if place
        else ()
        for key, place in places.items()
    }

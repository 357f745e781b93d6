"""Lifecycle of a submission up to its judgement: pending, parsed, checked, or quarantined before the rules ran."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy import ColumnElement, func, or_, select

from domain.issues import Issue
from domain.submissions import PENDING_STATES, MoveReason, ParsedReport, SubmissionState
from warehouse.models import DeliveryRow, PlacementRow, SubmissionRow
from warehouse.store.bulk import add_rows, in_chunks, table_of
from warehouse.store.engine import Session, serialise
from warehouse.submissions.arrivals import (
    DELIBERATE,
    Arrival,
    cursor_of,
    keep_cursor,
    known_files,
    known_fingerprints,
    receive,
    receive_new,
)
from warehouse.submissions.findings import keep_findings
from warehouse.submissions.lifecycle import MoveLog, find, find_all, log_again, move
from warehouse.submissions.rivals import RivalResolution, requeue_unrivalled, settle_rivals

__all__ = [
    "Arrival",
    "Pending",
    "RivalResolution",
    "cursor_of",
    "in_states",
    "keep_cursor",
    "known_files",
    "known_fingerprints",
    "pending",
    "quarantine",
    "receive",
    "receive_new",
    "record_checked",
    "record_parsed",
    "requeue_unrivalled",
    "settle_rivals",
]

_READ_AGAIN = frozenset(
    {
        SubmissionState.PARSED,
        SubmissionState.CHECKED,
        SubmissionState.QUARANTINED,
        SubmissionState.REPLACED_BEFORE_CHECK,
    }
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A submission waiting to be judged.

    `path` and `delivered_at` are those of its newest delivery; `folders` are the path's, outermost first: hints of unit
    and period. `state` is where an earlier run left it; `quarantined` for a refused one to be judged once more. `part`
    is the part of a file of many units that it is of, None: the whole file.
    """

    id: int
    sha256: str
    path: str
    file_name: str
    folders: tuple[str, ...]
    delivered_at: datetime
    state: SubmissionState
    part: str | None = None


def pending(session: Session) -> tuple[Pending, ...]:
    """Return all submissions waiting to be judged, in the order of delivery: new ones and leftovers of killed runs."""
    is_pending = or_(SubmissionRow.state.in_(PENDING_STATES), SubmissionRow.asked_again)
    return tuple(submission for _, submission in _newest_deliveries(session, is_pending))


def in_states(session: Session, states: Collection[SubmissionState]) -> Iterator[tuple[SubmissionRow, Pending]]:
    """Yield all submissions in these states as pending ones, in the order of delivery."""
    return _newest_deliveries(session, SubmissionRow.state.in_(states))


def _newest_deliveries(session: Session, condition: ColumnElement[bool]) -> Iterator[tuple[SubmissionRow, Pending]]:
    newest = (
        select(
            DeliveryRow,
            DELIBERATE.label("made_of"),
            func.row_number()
            .over(
                partition_by=DELIBERATE,
                order_by=(DeliveryRow.landed_at.desc(), DeliveryRow.delivered_at.desc(), DeliveryRow.id.desc()),
            )
            .label("age"),
        )
    ).subquery()
    rows = session.execute(
        select(SubmissionRow, newest.c.path, newest.c.file_name, newest.c.delivered_at)
        .join(newest, newest.c.made_of == SubmissionRow.delivery_id)
        .where(newest.c.age == 1, condition)
        .order_by(newest.c.delivered_at, SubmissionRow.id)
    )
    for row, path, file_name, delivered_at in rows:
        yield (
            row,
            Pending(
                id=row.id,
                sha256=row.sha256,
                path=path,
                file_name=file_name,
                folders=PurePosixPath(path).parts[:-1],
                delivered_at=delivered_at,
                state=row.state,
                part=row.part,
            ),
        )


def record_parsed(
    session: Session, reports: Mapping[int, ParsedReport], at: datetime, run_id: str | None = None
) -> None:
    """Record what reading identified of submissions: unit, form, period, layout. A file read again is placed again.

    Args:
        session: Of the transaction that the records become part of.
        reports: What was read of each submission, by its number.
        at: When it was read.
        run_id: The run that read it.

    Raises:
        IllegalMoveError: one is accepted, superseded or withdrawn, so that its content is settled.
    """
    serialise(session)
    submissions = find_all(session, reports)
    versions, moves = _LastVersions(session, reports.values()), MoveLog(session, at, run_id)
    placements: list[dict[str, object]] = []
    for submission_id, report in reports.items():
        submission = submissions[submission_id]
        if submission.state not in _READ_AGAIN:
            moves.move(submission, SubmissionState.PARSED)
        placements += _place(submission, report, versions, at)
    moves.write()
    add_rows(session, table_of(PlacementRow), placements)


def record_checked(session: Session, submission_ids: Iterable[int], at: datetime, run_id: str | None = None) -> None:
    """Record that the rules were run on these submissions; leave those alone that are checked already.

    Raises:
        IllegalMoveError: one of them cannot be checked in its state.
    """
    serialise(session)
    moves = MoveLog(session, at, run_id)
    for submission in find_all(session, submission_ids).values():
        if submission.state is not SubmissionState.CHECKED:
            moves.move(submission, SubmissionState.CHECKED)
    moves.write()


def quarantine(
    session: Session,
    submission_id: int,
    issues: Sequence[Issue],
    at: datetime,
    run_id: str | None = None,
    *,
    report: ParsedReport | None = None,
) -> None:
    """Quarantine a submission that the rules cannot be run on, and keep the issues that say why.

    `report`, where reading came that far, has what is known of unit, form and period, and the repairs.

    Raises:
        IllegalMoveError: it is accepted, superseded or withdrawn.
    """
    serialise(session)
    submission = find(session, submission_id)
    if submission.state is not SubmissionState.QUARANTINED:
        move(session, submission, SubmissionState.QUARANTINED, at, run_id, reason=MoveReason.NOT_JUDGEABLE)
    else:
        log_again(session, submission, at, run_id, reason=MoveReason.NOT_JUDGEABLE)
    if report is not None:
        placement = _place(submission, report, _LastVersions(session, [report]), at)
        add_rows(session, table_of(PlacementRow), placement)
    keep_findings(session, submission, issues, report.repairs if report else (), at)


def _place(
    submission: SubmissionRow, report: ParsedReport, versions: "_LastVersions", at: datetime
) -> list[dict[str, object]]:
    """Place a submission, and return what is to be recorded of it: nothing where it stays where it was."""
    before, version = _place_of(submission), submission.version
    submission.unit_code = report.unit.code if report.unit else None
    submission.unit_valid_from = report.unit.valid_from if report.unit else None
    submission.form = report.form
    submission.period = report.period.id if report.period else None
    submission.layout_version = report.layout_version
    if not report.is_placeable:
        submission.version = None
    elif submission.version is None or _place_of(submission) != before:
        submission.version = versions.next(submission)
    if (_place_of(submission), submission.version) == (before, version):
        return []
    return [
        {
            "submission_id": submission.id,
            "at": at,
            "unit_code": submission.unit_code,
            "unit_valid_from": submission.unit_valid_from,
            "form": submission.form,
            "period": submission.period,
            "version": submission.version,
        }
    ]


def _place_of(submission: SubmissionRow) -> tuple[object, ...]:
    return submission.unit_code, submission.unit_valid_from, submission.form, submission.period


class _LastVersions:
    """Numbers of the last versions of the reports that are placed, read in one go and kept up to date."""

    def __init__(self, session: Session, reports: Iterable[ParsedReport]) -> None:
        """Read the last versions of these reports."""
        row = SubmissionRow
        place = (row.unit_code, row.unit_valid_from, row.form, row.period)
        self._last: Counter[tuple[object, ...]] = Counter()
        for chunk in in_chunks({report.unit.code for report in reports if report.unit}):
            last = select(*place, func.max(row.version)).where(row.unit_code.in_(chunk), row.version.is_not(None))
            for *of_report, version in session.execute(last.group_by(*place)):
                self._last[tuple(of_report)] = version

    def next(self, submission: SubmissionRow) -> int:
        """Return the next version of a submission's report, and count it."""
        self._last[_place_of(submission)] += 1
        return self._last[_place_of(submission)]

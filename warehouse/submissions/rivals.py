"""Choose which of several submissions of one report that arrive together is judged: the last one, or none."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_

from domain.issues import Issue, Severity
from domain.submissions import MoveReason, SubmissionState
from warehouse.models import DeliveryRow, SubmissionRow
from warehouse.store.engine import Session, serialise
from warehouse.submissions.arrivals import is_delivery_of
from warehouse.submissions.findings import keep_findings
from warehouse.submissions.lifecycle import move

NO_ORDER = "two_deliveries_no_order"
_REPORT = ("unit_code", "unit_valid_from", "form", "period")


@dataclass(frozen=True, slots=True)
class RivalResolution:
    """Submissions not to be judged: `replaced` by a later one, or `undecided` and therefore quarantined."""

    replaced: tuple[int, ...]
    undecided: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Rival:
    row: SubmissionRow
    delivered_at: datetime


def settle_rivals(
    session: Session, at: datetime, run_id: str | None = None, *, unauthorised: Collection[int] = frozenset()
) -> RivalResolution:
    """Decide which of the parsed submissions of one unit, form and period is to be judged.

    The one delivered last is; earlier ones are recorded as replaced before check, and so are copies of the same bytes.
    When two share the last moment of delivery both are quarantined, and the sender has to say which is meant.
    Submissions that came by an `unauthorised` way are rivals of one another alone: they replace no others.
    """
    serialise(session)
    replaced: list[int] = []
    undecided: list[int] = []
    for rivals in _groups(session, unauthorised):
        last = max(rival.delivered_at for rival in rivals)
        newest = list({rival.row.sha256: rival.row for rival in rivals if rival.delivered_at == last}.values())
        for rival in rivals:
            if rival.row not in newest:
                rival.row.superseded_by = newest[0].id if len(newest) == 1 else None
                replaced_by = MoveReason.REPLACED_BY_LATER_DELIVERY
                move(session, rival.row, SubmissionState.REPLACED_BEFORE_CHECK, at, run_id, reason=replaced_by)
                replaced.append(rival.row.id)
        if len(newest) > 1:
            _quarantine(session, newest, last, at, run_id)
            undecided.extend(row.id for row in newest)
    return RivalResolution(tuple(replaced), tuple(undecided))


def requeue_unrivalled(session: Session, present: Mapping[str, Collection[str]]) -> tuple[int, ...]:
    """Queue submissions that were refused for want of an order, once the other file is gone from its source.

    `present` holds the paths that lie at each connector now; reports with a file of another connector are left alone.

    Returns:
        The submissions queued.
    """
    serialise(session)
    tied: dict[tuple[object, ...], list[SubmissionRow]] = defaultdict(list)
    no_order = SubmissionRow.reason == MoveReason.TWO_DELIVERIES_NO_ORDER
    refused = select(SubmissionRow).where(SubmissionRow.state == SubmissionState.QUARANTINED, no_order)
    for row in session.scalars(refused.order_by(SubmissionRow.id)):
        tied[_report_of(row)].append(row)
    queued: list[SubmissionRow] = []
    for report, rows in tied.items():
        of_report = tuple(getattr(SubmissionRow, name) for name in _REPORT)
        newest = session.scalar(select(func.max(SubmissionRow.version)).where(tuple_(*of_report) == report))
        rivals = [row for row in rows if row.judged_at == rows[-1].judged_at]
        deliveries = {row.id: session.get_one(DeliveryRow, row.delivery_id) for row in rivals}
        if newest not in {row.version for row in rivals} or any(
            delivery.connector not in present for delivery in deliveries.values()
        ):
            continue
        left = [row for row in rivals if _lies_there(session, deliveries[row.id], present)]
        if len(left) == 1 and not left[0].asked_again:
            left[0].asked_again = True
            queued.append(left[0])
    return tuple(row.id for row in queued)


def _lies_there(session: Session, delivery: DeliveryRow, present: Mapping[str, Collection[str]]) -> bool:
    """Return whether the file lies where it was delivered, with the same bytes."""
    if delivery.path not in present[delivery.connector]:
        return False
    at_path = (DeliveryRow.connector == delivery.connector, DeliveryRow.path == delivery.path)
    newest = select(DeliveryRow.sha256).where(*at_path).order_by(DeliveryRow.id.desc()).limit(1)
    return session.scalar(newest) == delivery.sha256


def _report_of(row: SubmissionRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _REPORT)


def _groups(session: Session, unauthorised: Collection[int]) -> list[list[_Rival]]:
    is_parsed = SubmissionRow.state == SubmissionState.PARSED, SubmissionRow.version.is_not(None)
    of_report = tuple(getattr(SubmissionRow, name) for name in _REPORT)
    shared = select(*of_report).where(*is_parsed).group_by(*of_report).having(func.count() > 1)
    rows = session.execute(
        select(SubmissionRow, func.max(DeliveryRow.delivered_at))
        .join(DeliveryRow, is_delivery_of())
        .where(*is_parsed, tuple_(*of_report).in_(shared))
        .group_by(SubmissionRow.id)
        .order_by(SubmissionRow.id)
    )
    groups: dict[tuple[object, ...], list[_Rival]] = defaultdict(list)
    for row, delivered_at in rows:
        groups[(row.id in unauthorised, *_report_of(row))].append(_Rival(row, delivered_at))
    return [rivals for rivals in groups.values() if len(rivals) > 1]


def _quarantine(
    session: Session, rivals: Sequence[SubmissionRow], delivered_at: datetime, at: datetime, run_id: str | None
) -> None:
    for row in rivals:
        others = ", ".join(other.file_name for other in rivals if other is not row)
        issue = Issue(
            code=NO_ORDER,
            severity=Severity.CRITICAL,
            found=row.file_name,
            unit=row.unit_code,
            facts={"other_files": others, "delivered_at": delivered_at.isoformat()},
        )
        move(session, row, SubmissionState.QUARANTINED, at, run_id, reason=MoveReason.TWO_DELIVERIES_NO_ORDER)
        keep_findings(session, row, [issue], [], at)

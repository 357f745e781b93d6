"""Choose which of several workbooks of one report that arrive together is judged: the last one, or none."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from domain.issues import Issue, Severity
from domain.submissions import MoveReason, SubmissionState
from warehouse.models import DeliveryRow, SubmissionRow
from warehouse.store.engine import Session, serialise
from warehouse.submissions.findings import keep_findings
from warehouse.submissions.lifecycle import move

NO_ORDER = "two_deliveries_no_order"


@dataclass(frozen=True, slots=True)
class RivalResolution:
    """Submissions not to be judged: `replaced` by a later one, or `undecided` and therefore quarantined."""

    replaced: tuple[int, ...]
    undecided: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Rival:
    row: SubmissionRow
    delivered_at: datetime


def settle_rivals(session: Session, at: datetime, run_id: str | None = None) -> RivalResolution:
    """Decide which of the parsed submissions of one unit, form and period is to be judged.

    The one delivered last is; earlier ones are recorded as replaced before check. When two share the last moment of
    delivery both are quarantined, and the sender has to say which is meant.
    """
    serialise(session)
    replaced: list[int] = []
    undecided: list[int] = []
    for rivals in _groups(session):
        last = max(rival.delivered_at for rival in rivals)
        newest = [rival.row for rival in rivals if rival.delivered_at == last]
        for rival in rivals:
            if rival.delivered_at != last:
                rival.row.superseded_by = newest[0].id if len(newest) == 1 else None
                replaced_by = MoveReason.REPLACED_BY_LATER_DELIVERY
                move(session, rival.row, SubmissionState.REPLACED_BEFORE_CHECK, at, run_id, reason=replaced_by)
                replaced.append(rival.row.id)
        if len(newest) > 1:
            _quarantine(session, newest, last, at, run_id)
            undecided.extend(row.id for row in newest)
    return RivalResolution(tuple(replaced), tuple(undecided))


def _groups(session: Session) -> list[list[_Rival]]:
    rows = session.execute(
        select(SubmissionRow, func.max(DeliveryRow.delivered_at))
        .join(DeliveryRow, DeliveryRow.submission_id == SubmissionRow.id)
        .where(SubmissionRow.state == SubmissionState.PARSED, SubmissionRow.version.is_not(None))
        .group_by(SubmissionRow.id)
        .order_by(SubmissionRow.id)
    )
    groups: dict[tuple[object, ...], list[_Rival]] = defaultdict(list)
    for row, delivered_at in rows:
        groups[row.unit_code, row.unit_valid_from, row.form, row.period].append(_Rival(row, delivered_at))
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

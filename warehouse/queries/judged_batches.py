"""Batches of submissions as nightly runs put them before the rules, for back-tests."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import case, func, select

from domain.periods import Period, parse_period
from domain.submissions import SubmissionState
from domain.units import UnitKey
from warehouse.models import DeliveryRow, SubmissionEventRow, SubmissionRow
from warehouse.store.engine import Session
from warehouse.submissions.arrivals import deliveries_of
from warehouse.submissions.lifecycle import find_all


@dataclass(frozen=True, slots=True)
class JudgedSubmission:
    """A submission of a batch.

    `path` is that of its newest delivery until then; `accepted` whether it counted after that run, `refused` whether
    the run refused it or was killed, so that a held one is neither; `last` whether that was its last judgement.
    `kept`: its figures are in the warehouse; else only its bytes hold them, in a file of many units in `part`.
    """

    id: int
    sha256: str
    file_name: str
    path: str
    unit: UnitKey
    form: str
    period: Period
    version: int | None
    layout_version: str | None
    accepted: bool
    refused: bool
    last: bool
    kept: bool
    part: str | None = None


@dataclass(frozen=True, slots=True)
class JudgedBatch:
    """Submissions judged together, at `at` (UTC), before the event of number `before`."""

    before: int
    at: datetime
    submissions: tuple[JudgedSubmission, ...]

    @property
    def accepted(self) -> frozenset[int]:
        """The accepted submissions, the newest version of each report only."""
        passed = sorted(
            (submission for submission in self.submissions if submission.accepted), key=lambda check: check.version or 0
        )
        return frozenset({(rule.unit, rule.form, rule.period): rule.id for rule in passed}.values())


class _Check(NamedTuple):
    """One submission put before the rules; `batch` is common to those judged together.

    `came_of` is the state that it went to from there; None: the run was killed.
    """

    event: int
    submission_id: int
    at: datetime
    batch: int
    came_of: str | None


def judged_batches(
    session: Session, form: str, periods: Collection[Period], units: Collection[UnitKey] | None = None
) -> tuple[JudgedBatch, ...]:
    """Return the batches in which reports of a form and these periods were judged last, in order.

    A batch is returned whole: its other submissions were compared with. `units` narrows the reports to those of units;
    None: all units. A submission that is no longer identified is left out.
    """
    wanted = _wanted(session, form, periods, units)
    checks = _checks(session)
    last = {check.submission_id: check.event for check in checks}
    batches = {
        check.batch for check in checks if check.submission_id in wanted and last[check.submission_id] == check.event
    }
    selected = [check for check in checks if check.batch in batches]
    rows = find_all(session, {check.submission_id for check in selected})
    deliveries = deliveries_of(session, rows)
    results: list[JudgedBatch] = []
    for _, group in groupby(selected, key=attrgetter("batch")):
        of_batch = list(group)
        members = tuple(
            _submission(rows[check.submission_id], check, last, deliveries[check.submission_id])
            for check in of_batch
            if rows[check.submission_id].version is not None
        )
        results.append(JudgedBatch(of_batch[0].event, of_batch[0].at, members))
    return tuple(results)


def _wanted(
    session: Session, form: str, periods: Collection[Period], units: Collection[UnitKey] | None
) -> frozenset[int]:
    row = SubmissionRow
    rows = session.execute(
        select(row.id, row.unit_code, row.unit_valid_from).where(
            row.form == form, row.period.in_(sorted(period.id for period in periods)), row.version.is_not(None)
        )
    )
    return frozenset(key for key, code, since in rows if units is None or UnitKey(code, since) in units)


def _checks(session: Session) -> list[_Check]:
    """Return every time that a submission was put before the rules, in order.

    A batch is put before the rules in one transaction, and its verdicts follow before the next one's turn: so between
    two batches there is always another kind of move.
    """
    event = SubmissionEventRow
    is_other = case((event.to_state != SubmissionState.CHECKED, 1), else_=0)
    log = select(
        event.id,
        event.submission_id,
        event.at,
        func.sum(is_other).over(order_by=event.id).label("batch"),
        func.lead(event.to_state).over(partition_by=event.submission_id, order_by=event.id).label("came_of"),
        event.to_state,
    ).subquery()
    rows = session.execute(
        select(log.c.id, log.c.submission_id, log.c.at, log.c.batch, log.c.came_of)
        .where(log.c.to_state == SubmissionState.CHECKED)
        .order_by(log.c.id)
    )
    return [_Check(*row) for row in rows]


def _submission(
    row: SubmissionRow, check: _Check, last: dict[int, int], deliveries: Sequence[DeliveryRow]
) -> JudgedSubmission:
    if row.unit_code is None or row.unit_valid_from is None or row.form is None or row.period is None:
        raise ValueError(f"submission {row.id} has a version and no place")
    then = [delivery for delivery in deliveries if delivery.landed_at <= check.at] or deliveries
    return JudgedSubmission(
        id=row.id,
        sha256=row.sha256,
        file_name=then[-1].file_name,
        path=then[-1].path,
        unit=UnitKey(row.unit_code, row.unit_valid_from),
        form=row.form,
        period=parse_period(row.period),
        version=row.version,
        layout_version=row.layout_version,
        accepted=check.came_of == SubmissionState.ACCEPTED,
        refused=check.came_of not in {SubmissionState.ACCEPTED, SubmissionState.HELD},
        last=last[row.id] == check.event,
        kept=row.accepted_at is not None,
        part=row.part,
    )

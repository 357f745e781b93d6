"""Carry out a person's decision about a report, and publish the changed figures at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from domain.errors import UsageError
from flows.actions.closing.close_period import require_open
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.pipeline import Run, begin, end, publish_changes
from warehouse.store.engine import Session, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.withdrawal import Decision, VersionChange, restore, withdraw

T = TypeVar("T")

_KINDS: dict[str, Callable[[Session, ReportKey, Decision, int | None], VersionChange]] = {
    "withdraw": withdraw,
    "restore": restore,
}


@dataclass(frozen=True, slots=True)
class WithdrawalResult:
    """Effect of a decision on the versions of a report, and the revisions published because of it."""

    changed: VersionChange
    outcome: RunOutcome


def decide(
    run: Run, kind: str, place: ReportKey, decision: DecisionReason, version: int | None = None
) -> WithdrawalResult:
    """Withdraw or restore (`kind`) a report; then roll up and publish as any run does.

    The decision remains in force if rolling up or publishing fails; the next run completes it.

    Raises:
        UsageError: the report cannot be withdrawn or restored, or its period is closed; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """
    with exclusive_run(run.context, run.id, kind, run.listener):
        changed = apply_decision(
            run, kind, place, decision, lambda session, stamped: _KINDS[kind](session, place, stamped, version)
        )
        return WithdrawalResult(changed, end(run, RunOutcome(run.id, given=publish_changes(run))))


def apply_decision(
    run: Run, kind: str, key: ReportKey, decision: DecisionReason, change: Callable[[Session, Decision], T]
) -> T:
    """Begin a run of that kind and make a person's change to a report in one transaction; the run holds the lock.

    Raises:
        UsageError: the change is refused, or the report's period is closed; the run has ended, nothing was done.
    """
    require_open(run.context, key.period, [key.unit.code], key.form)
    begin(run, kind, decision.note, decision.actor)
    try:
        with transaction(run.context.engine) as session:
            return change(session, Decision(decision, run.context.clock(), run.id))
    except UsageError:
        end(run, RunOutcome(run.id, is_refused=True))
        raise

"""Carry out a person's decision about a held report, and publish the changed figures at once."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flows.actions.withdraw import apply_decision
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.pipeline import Run, work_and_end
from flows.pipeline.stages.deliver import deliver_due
from warehouse.store.engine import Session
from warehouse.submissions.holds import refuse, release
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.withdrawal import Decision, VersionRef


class HoldDecision(StrEnum):
    """What a person decides about a held report."""

    RELEASE = "release"
    REFUSE = "refuse"


_CARRIED_OUT: dict[HoldDecision, Callable[[Session, ReportKey, Decision, int | None], VersionRef]] = {
    HoldDecision.RELEASE: release,
    HoldDecision.REFUSE: refuse,
}


@dataclass(frozen=True, slots=True)
class HoldResult:
    """The version decided on, and the outcome of the run that carried the decision out."""

    version: VersionRef
    outcome: RunOutcome


def decide_held(
    run: Run, kind: HoldDecision, key: ReportKey, decision: DecisionReason, version: int | None = None
) -> HoldResult:
    """Release or refuse a held report; then do what a rerun within the run's scope does, its replies included.

    The decision remains in force if the rest fails; the next run completes it.

    Raises:
        UsageError: nothing is held, no reason is given, or the period is closed; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """
    with exclusive_run(run.context, run.id, f"held {kind}", run.listener):
        chosen = apply_decision(
            run,
            f"held {kind}",
            key,
            decision,
            lambda session, stamped: _CARRIED_OUT[kind](session, key, stamped, version),
        )
        result = HoldResult(chosen, work_and_end(run))
    deliver_due(run.context)
    return result

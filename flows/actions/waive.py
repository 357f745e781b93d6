"""Answer warnings on behalf of a person, and publish the changed notes at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from domain.errors import UsageError
from domain.issues import Issue
from domain.waivers import Waiver
from flows.actions.closing.close_period import require_open
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.pipeline import Run, begin, end, publish_changes
from warehouse.store.engine import Session, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.waivers import WarningSelector, take_back, waive
from warehouse.submissions.withdrawal import Decision


@dataclass(frozen=True, slots=True)
class WaiverResult:
    """The answer or revocation, its warnings, and the revisions published because of it."""

    waivers: tuple[Waiver, ...]
    issues: tuple[Issue, ...]
    outcome: RunOutcome


def answer(run: Run, question: WarningSelector, decision: DecisionReason, until: date) -> WaiverResult:
    """Answer a rule's warnings until a day; then roll up and publish as any run does.

    The answer remains in force if rolling up or publishing fails; the next run completes it.

    Raises:
        UsageError: there is no open warning, or the period is closed; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """

    def grant(session: Session, decision: Decision) -> tuple[tuple[Waiver, ...], tuple[Issue, ...]]:
        waiver, issues = waive(session, question, until, decision)
        return (waiver,), issues

    return _decide(run, "waive", question, decision, grant)


def take_answer_back(run: Run, question: WarningSelector, decision: DecisionReason) -> WaiverResult:
    """Revoke the answer to a rule's warnings; they become open again, and the pages say so.

    Raises:
        UsageError: no answer is in force, or the period is closed; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """

    def revoke(session: Session, decision: Decision) -> tuple[tuple[Waiver, ...], tuple[Issue, ...]]:
        return take_back(session, question.key, question.rule, decision), ()

    return _decide(run, "take back", question, decision, revoke)


_Work = Callable[[Session, Decision], tuple[tuple[Waiver, ...], tuple[Issue, ...]]]


def _decide(run: Run, kind: str, question: WarningSelector, decision: DecisionReason, work: _Work) -> WaiverResult:
    with exclusive_run(run.context, run.id, kind, run.listener):
        require_open(run.context, question.key.period, [question.key.unit.code], question.key.form)
        begin(run, kind, decision.note, decision.actor)
        try:
            with transaction(run.context.engine) as session:
                waivers, issues = work(session, Decision(decision, run.context.clock(), run.id))
        except UsageError:
            end(run, RunOutcome(run.id, is_refused=True))
            raise
        return WaiverResult(waivers, issues, end(run, RunOutcome(run.id, given=publish_changes(run))))

"""Carry out a person's answer to a warning, and publish at once what it says beside the figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from domain.errors import UsageError
from domain.issues import Issue
from domain.waivers import Waiver
from flows.alone import alone
from flows.closing import refuse_closed
from flows.outcome import Outcome
from flows.pipeline import Run, begin, end, give_out
from warehouse.engine import Session, transaction
from warehouse.lifecycle import Said
from warehouse.waivers import Question, take_back, waive
from warehouse.withdrawal import Decision


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered, or taken back, about which warnings, and what was published because of it."""

    waivers: tuple[Waiver, ...]
    issues: tuple[Issue, ...]
    outcome: Outcome


def answer(run: Run, question: Question, said: Said, until: date) -> Answered:
    """Answer a rule's warnings until a day; then roll up and publish as any run does.

    The answer stands once it is given: when rolling up or publishing fails, the next run makes it good.

    Raises:
        UsageError: there is nothing to answer, or the period is closed; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """

    def give(session: Session, decision: Decision) -> tuple[tuple[Waiver, ...], tuple[Issue, ...]]:
        waiver, issues = waive(session, question, until, decision)
        return (waiver,), issues

    return _decide(run, "waive", question, said, give)


def take_answer_back(run: Run, question: Question, said: Said) -> Answered:
    """Take back what was answered to a rule; its warnings wait for an answer again, and the pages say so.

    Raises:
        UsageError: nothing that was answered counts, or the period is closed; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """

    def give_back(session: Session, decision: Decision) -> tuple[tuple[Waiver, ...], tuple[Issue, ...]]:
        return take_back(session, question.place, question.rule, decision), ()

    return _decide(run, "take back", question, said, give_back)


_Work = Callable[[Session, Decision], tuple[tuple[Waiver, ...], tuple[Issue, ...]]]


def _decide(run: Run, kind: str, question: Question, said: Said, work: _Work) -> Answered:
    with alone(run.house, run.id, kind, run.watcher):
        refuse_closed(run.house, question.place.period, [question.place.unit.code], question.place.form)
        begin(run, kind, said.note)
        try:
            with transaction(run.house.engine) as session:
                waivers, issues = work(session, Decision(said, run.house.clock(), run.id))
        except UsageError:
            end(run, Outcome(run.id))
            raise
        return Answered(waivers, issues, end(run, Outcome(run.id, given=give_out(run))))

"""Consult units about their figures before a period is closed: begin, settle objections, cancel, close at the end."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final
from uuid import uuid4

from domain.errors import TerminalError, UsageError
from domain.officers.consultations import ConsultationAnswerKind, ConsultationOutcome, ConsultedUnit
from domain.units import UnitKey
from flows.actions.closing.close_period import close_period
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.pipeline import Run, begin, end
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.support.context import AppContext
from flows.support.settings import Settings
from warehouse.rollups.closing import closable
from warehouse.rollups.closings import key_columns
from warehouse.rollups.consultations import (
    Consultation,
    begin_consultation,
    consultations,
    consulted_units,
    end_consultation,
    require_consultation,
    write_answer,
)
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision

_LOG = logging.getLogger(__name__)
AT_THE_END: Final = "tonghop"
"""Who closes a period when its consultation is over."""


def what_is_consulted(session: Session, context: AppContext, key: RollupKey, last_day: date) -> int:
    """Return the number of the revision that units would be consulted about.

    Raises:
        UsageError: it cannot be closed, or the day is over; the message says what to do first.
    """
    if last_day < context.today:
        raise UsageError(f"{last_day} is over: name a last day on which units can still answer")
    return closable(session, context.catalog, key, context.today).number


def begin_consulting(
    run: Run, key: RollupKey, last_day: date, decision: DecisionReason, *, partial: bool = False
) -> Consultation:
    """Begin a consultation about an area's figures; the site says so at once.

    Args:
        run: the run that records it.
        key: the figures.
        last_day: the last day, in Vietnam, on which units may answer.
        decision: who begins it, and why.
        partial: whether the period is closed at the end although reports are missing.

    Raises:
        UsageError: the figures could not be closed, or there is a consultation already; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """
    context = run.context
    with _recorded(run, "consult", decision), transaction(context.engine) as session:
        what_is_consulted(session, context, key, last_day)
        made = Decision(decision, context.clock(), run.id)
        return begin_consultation(session, key, last_day, made, partial=partial)


def settle_objection(run: Run, key: RollupKey, unit: UnitKey, decision: DecisionReason) -> None:
    """Decide about a unit's objection: its figures stay as they are, for this reason.

    Raises:
        UsageError: the unit is not consulted, or does not object; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """
    context = run.context
    with _recorded(run, "settle", decision), transaction(context.engine) as session:
        consultation = require_consultation(session, key)
        made = Decision(decision, context.clock(), run.id)
        write_answer(session, consultation, unit, ConsultationAnswerKind.SETTLE, made)


def cancel_consulting(run: Run, key: RollupKey, decision: DecisionReason) -> Consultation:
    """End a consultation without closing the period.

    Raises:
        UsageError: there is none; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """
    context = run.context
    with _recorded(run, "cancel consultation", decision), transaction(context.engine) as session:
        consultation = require_consultation(session, key)
        made = Decision(decision, context.clock(), run.id)
        end_consultation(session, key_columns(key), ConsultationOutcome.CANCELLED, made)
    return consultation


def units_of(session: Session, key: RollupKey) -> tuple[Consultation, tuple[ConsultedUnit, ...]]:
    """Return the consultation about an area's figures with its units and their answers.

    Raises:
        UsageError: there is none.
    """
    consultation = require_consultation(session, key)
    return consultation, consulted_units(session, consultation)


def close_what_is_over(context: AppContext, settings: Settings) -> tuple[str, ...]:
    """Close the periods whose consultation is over; return why others could not be closed.

    Silence counts as agreed; an objection waits for an officer's decision, and so do missing reports unless the
    consultation says that the period is closed without them.

    Raises:
        TransientError: another run did not end in time, or the warehouse does not answer; what was closed stays so.
    """
    with reading(context.engine) as session:
        over = [each for each in consultations(session) if each.last_day < context.today]
    left: list[str] = []
    for each in over:
        run = Run(context, RunScope(period=each.period), PlainSteps(str(uuid4())), NoProgress())
        decision = DecisionReason(f"consulted until {each.last_day}: {each.reason}", AT_THE_END)
        try:
            area = context.catalog.area(each.area, each.form, each.period, each.boundary, context.today)
            key = RollupKey(area, each.form, each.period, each.boundary)
            closed = close_period(run, key, decision, settings, partial=each.partial)
        except TerminalError as error:
            left.append(str(error))
            continue
        _LOG.info("closed %s of %s at revision %d after its consultation", each.period, each.area, closed.revision)
    return tuple(left)


@contextmanager
def _recorded(run: Run, kind: str, decision: DecisionReason) -> Iterator[None]:
    """Record a decision as a run, at the end of which the site says what was decided."""
    with exclusive_run(run.context, run.id, kind, run.listener):
        begin(run, kind, decision.note, decision.actor)
        outcome = RunOutcome(run.id, is_refused=True)
        try:
            yield
            outcome = RunOutcome(run.id)
        finally:
            end(run, outcome)

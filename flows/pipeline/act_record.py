"""Record acts of persons that make no run of the pipeline, as runs of their own kinds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flows.support.context import AppContext
from warehouse.store.engine import Session, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.runs import finish_run, start_run


def begin_act(context: AppContext, run_id: str, kind: str, decision: DecisionReason) -> None:
    """Record who begins an act of a kind, and why."""
    version, now = context.catalog.version, context.clock()
    with transaction(context.engine) as session:
        start_run(session, run_id, kind, version, now, reason=decision.note, actor=decision.actor)


def end_act(context: AppContext, run_id: str, counts: Mapping[str, int]) -> None:
    """Record that an act ended, and what it counted."""
    with transaction(context.engine) as session:
        finish_run(session, run_id, counts, context.clock())


@contextmanager
def recorded_act(context: AppContext, run_id: str, kind: str, decision: DecisionReason) -> Iterator[Session]:
    """Yield a session in which an act is carried out, and record the act in the same transaction."""
    with transaction(context.engine) as session:
        start_run(
            session,
            run_id,
            kind,
            context.catalog.version,
            context.clock(),
            reason=decision.note,
            actor=decision.actor,
        )
        yield session
        finish_run(session, run_id, {}, context.clock())

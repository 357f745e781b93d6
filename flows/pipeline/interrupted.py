"""How far an interrupted run came: what it did, which stays done, and what it left for the next one."""

from dataclasses import dataclass

from domain.submissions import SubmissionState
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.publish import never_published
from flows.pipeline.stages.reply import unreplied
from flows.pipeline.stages.rollup import affected_areas
from flows.support.context import AppContext
from warehouse.queries.runs import moves_of_run, published_by_run
from warehouse.store.engine import reading
from warehouse.submissions.submissions import pending


@dataclass(frozen=True, slots=True)
class InterruptedRun:
    """Counts of what a run did (`received` to `published`) and of what is left now (`unjudged` to `unreplied`).

    `received` are workbooks, `accepted`, `refused` and `held` reports, `published` revisions; `unjudged` are reports
    received and not judged, `areas` those whose figures are due, `unpublished` revisions, `unreplied` senders' replies.
    """

    received: int
    accepted: int
    refused: int
    held: int
    published: int
    unjudged: int
    areas: int
    unpublished: int
    unreplied: int


def interrupted_run(context: AppContext, run_id: str) -> InterruptedRun:
    """Count what a run did before it was interrupted, and what is left."""
    with reading(context.engine) as session:
        moves, published = moves_of_run(session, run_id), published_by_run(session, run_id)
        unjudged = len(pending(session))
    everything = RunScope()
    return InterruptedRun(
        received=moves[SubmissionState.RECEIVED],
        accepted=moves[SubmissionState.ACCEPTED],
        refused=moves[SubmissionState.QUARANTINED],
        held=moves[SubmissionState.HELD],
        published=published,
        unjudged=unjudged,
        areas=len(affected_areas(context, everything)),
        unpublished=len(never_published(context, everything)),
        unreplied=len(unreplied(context)),
    )

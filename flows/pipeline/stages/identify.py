"""Identify: record the unit, form and period that were read, refuse what cannot be judged, choose between rivals."""

from collections.abc import Sequence

from flows.pipeline.stages.read import ReadSubmission
from flows.support.context import AppContext
from warehouse.store.engine import transaction
from warehouse.submissions.submissions import RivalResolution, quarantine, record_parsed, settle_rivals


def record_batch(context: AppContext, run_id: str, batch: Sequence[ReadSubmission]) -> tuple[int, ...]:
    """Record what was read from a batch, and quarantine what cannot be judged.

    Returns:
        The submissions that were quarantined.
    """
    refused: list[int] = []
    with transaction(context.engine) as session:
        for read_submission in batch:
            if read_submission.may_be_judged:
                record_parsed(session, read_submission.submission.id, read_submission.report, context.clock(), run_id)
            else:
                quarantine(
                    session,
                    read_submission.submission.id,
                    read_submission.report.issues,
                    context.clock(),
                    run_id,
                    report=read_submission.report,
                )
                refused.append(read_submission.submission.id)
    return tuple(refused)


def resolve_rivals(context: AppContext, run_id: str) -> RivalResolution:
    """Choose which of several workbooks of one unit, form and period is judged; the others are replaced by it."""
    with transaction(context.engine) as session:
        return settle_rivals(session, context.clock(), run_id)

"""Identify: record the unit, form and period that were read, refuse what cannot be judged, choose between rivals."""

from collections.abc import Sequence
from itertools import groupby

from flows.pipeline.stages.read import ReadSubmission
from flows.support.context import AppContext
from flows.support.scanning_reader import INFECTED
from warehouse.store.engine import transaction
from warehouse.submissions.authorisations import unauthorised_rivals
from warehouse.submissions.lifecycle import count_anew
from warehouse.submissions.submissions import RivalResolution, quarantine, record_parsed, settle_rivals


def record_batch(context: AppContext, run_id: str, batch: Sequence[ReadSubmission]) -> tuple[int, ...]:
    """Record what was read from a batch, quarantine what cannot be judged, and set the bytes of infected files apart.

    Returns:
        The submissions that were quarantined.
    """
    refused: list[int] = []
    for each in batch:
        for issue in each.report.issues:
            if issue.code == INFECTED:
                context.landing.set_apart(each.submission.sha256, issue.found or "")
    with transaction(context.engine) as session:
        # In the order of the batch, which is that of the versions.
        for may_be_judged, submissions in groupby(batch, key=lambda each: each.may_be_judged):
            reports = {each.submission.id: each.report for each in submissions}
            if may_be_judged:
                record_parsed(session, reports, context.clock(), run_id)
                continue
            for submission_id, report in reports.items():
                quarantine(session, submission_id, report.issues, context.clock(), run_id, report=report)
            refused += reports
    return tuple(refused)


def count_changed(context: AppContext, changed: Sequence[ReadSubmission]) -> None:
    """Have the database count submissions anew where more than a batch of them changed at once; see `count_anew`."""
    if len(changed) > context.batch_size:
        with transaction(context.engine) as session:
            count_anew(session)


def resolve_rivals(context: AppContext, run_id: str) -> RivalResolution:
    """Choose which of several workbooks of one unit, form and period is judged; the others are replaced by it."""
    with transaction(context.engine) as session:
        unauthorised = unauthorised_rivals(session, context.catalog) if context.checks_senders else frozenset()
        return settle_rivals(session, context.clock(), run_id, unauthorised=unauthorised)

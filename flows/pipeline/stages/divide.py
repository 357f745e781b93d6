"""Divide: make a submission of each unit of a file that reports for many."""

from collections.abc import Sequence
from dataclasses import replace

from flows.pipeline.stages.read import ReadSubmission, judgeable
from flows.support.context import AppContext
from warehouse.store.engine import transaction
from warehouse.submissions.arrivals import divide as divide_submission


def divide(context: AppContext, run_id: str, batch: Sequence[ReadSubmission]) -> tuple[ReadSubmission, ...]:
    """Return the batch with the submissions of each unit in place of those of files of many units.

    Each is placed, judged and read again by itself from then on; the others of the batch are returned as they are.
    """
    results: list[ReadSubmission] = []
    with transaction(context.engine) as session:
        for each in batch:
            if not each.report.parts:
                results.append(each)
                continue
            reports = {report.part: report for report in each.report.whole}
            numbers = divide_submission(session, each.submission.id, tuple(reports), run_id)
            results += (
                judgeable(replace(each.submission, id=number, part=part), reports[part], context.catalog, context.today)
                for part, number in numbers.items()
            )
    return tuple(results)

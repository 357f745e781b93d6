"""Collect during the day, and find the corrections that need not wait for the nightly run."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.scanning import ScannerSilentError
from domain.batches import batched
from domain.periods import Period
from domain.submissions import SubmissionState
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.pipeline import Run, begin, end
from flows.pipeline.stages.collect import Collection, NotAllCollectedError, has_arrivals
from flows.pipeline.stages.read import ReadSubmission, read
from flows.support.context import AppContext
from warehouse.queries.history import history
from warehouse.rollups.closing import closings_over
from warehouse.store.engine import reading
from warehouse.submissions.submissions import Pending, pending

_JUDGED = frozenset({SubmissionState.QUARANTINED, SubmissionState.HELD, SubmissionState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Correction:
    """Communes (codes) that sent a workbook for a period of which an earlier one was judged."""

    period: Period
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorrectionSearch:
    """Result of a daytime collection: number of workbooks received, the corrections, files not collected and why."""

    taken: int
    corrections: tuple[Correction, ...]
    left: tuple[str, ...]


def find_corrections(run: Run) -> CorrectionSearch:
    """Collect, and separate corrections from first reports; both stay pending, for a rerun or for the nightly run.

    A correction of a closed period waits too: only a person reopens it.

    Raises:
        RunInProgressError: another run did not end in time; nothing was done.
    """
    context = run.context
    if not has_arrivals(context):
        return CorrectionSearch(0, (), ())
    with exclusive_run(context, run.id, "watch", run.listener):
        begin(run, "watch", None)
        before = {submission.id for submission in _waiting(context)}
        left: tuple[str, ...] = ()
        try:
            left = run.steps.run("collect", "collect", Collection(context, run.id).collect)
        except NotAllCollectedError as error:
            left = error.left  # the next daytime run collects it
        new = [entry for entry in _waiting(context) if entry.id not in before]
        end(run, RunOutcome(run.id, left=left, waiting=len(new)))
    try:
        return CorrectionSearch(len(new), _corrections(context, new), left)
    except ScannerSilentError as error:
        return CorrectionSearch(len(new), (), (*left, str(error)))  # the nightly run judges them


def _waiting(context: AppContext) -> Sequence[Pending]:
    with reading(context.engine) as session:
        return pending(session)


def _corrections(context: AppContext, new: Sequence[Pending]) -> tuple[Correction, ...]:
    units_by_period: dict[Period, set[str]] = defaultdict(set)
    with context.open_reader() as reader:
        for batch in batched(new, context.batch_size):
            for read_submission in read(reader, context.landing, context.catalog, context.today, batch):
                if (
                    read_submission.report.unit is not None
                    and read_submission.report.period is not None
                    and _corrects(context, read_submission)
                ):
                    units_by_period[read_submission.report.period].add(read_submission.report.unit.code)
    return tuple(
        Correction(period, tuple(sorted(units)))
        for period, units in sorted(units_by_period.items(), key=lambda entry: entry[0].id)
    )


def _corrects(context: AppContext, read_submission: ReadSubmission) -> bool:
    unit, period, form = read_submission.report.unit, read_submission.report.period, read_submission.report.form
    if unit is None or period is None or form is None:
        return False
    with reading(context.engine) as session:
        if closings_over(session, context.catalog, period, [unit.code], context.today, form=form):
            return False
        versions = history(session, unit.key, form, period).versions
    return any(version.state in _JUDGED for version in versions)

"""One run from the inbox to the published pages; nightly run and rerun differ only in their scope."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from connectors.scanning import ScannerSilentError
from domain.errors import TonghopError
from domain.submissions import SubmissionState
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.judging import JudgedSubmissions, Judging
from flows.pipeline.outcome import (
    PublishedRevision,
    RevalidationFinding,
    RunOutcome,
    SubmissionOutcome,
)
from flows.pipeline.outcome_log import log_outcomes
from flows.pipeline.progress import ProgressListener
from flows.pipeline.publisher import AREAS_PER_STEP, Publisher
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.collect import Collection, NotAllCollectedError
from flows.pipeline.stages.confirm import ask_for_confirmations
from flows.pipeline.stages.deliver import deliver_due
from flows.pipeline.stages.divide import divide
from flows.pipeline.stages.later import judge_later, later_reports
from flows.pipeline.stages.outstanding import closed_figures_awaiting, silent_periods
from flows.pipeline.stages.publish import to_publish
from flows.pipeline.stages.quality import are_run_pages_due, pages_due, record_position, write_pages, write_run_pages
from flows.pipeline.stages.read import ReadSubmission, read
from flows.pipeline.stages.refetch import damaged_files, refetch, requeue_mended
from flows.pipeline.stages.reply import unreplied, write_replies
from flows.pipeline.stages.revalidate import accepted_reports, requeue_refused, revalidate
from flows.pipeline.stages.rollup import affected_areas, log_position, record_all, roll_up
from flows.pipeline.steps import Steps, labelled_batches
from flows.support.context import AppContext, Extent
from warehouse.queries import issues_by_submission
from warehouse.queries.records import came_again, last_delivery, restored_files
from warehouse.store.engine import reading, transaction
from warehouse.store.reference import mirror_catalog
from warehouse.submissions.runs import finish_run, start_run
from warehouse.submissions.staging import clear_abandoned
from warehouse.submissions.submissions import pending
from workbooks.pool.landed_file import Reader

_LOG = logging.getLogger(__name__)

ABANDONED_AFTER = timedelta(days=1)
"""A run that started this long ago and has not ended was killed; its staging rows are deleted."""


def _ignore(_refused: Sequence[SubmissionOutcome]) -> None:
    """Do nothing with them."""


@dataclass(frozen=True)
class Run:
    """One run: its context, scope, execution of steps and progress listener.

    `recheck`: stored reports within the scope are judged once more, beside what is new. `releases`: what would be held
    for a person's decision counts, as in a preview. `on_judged` receives the refused submissions as
    soon as all are judged.
    """

    context: AppContext
    scope: RunScope
    steps: Steps
    listener: ProgressListener
    recheck: bool = False
    releases: bool = False
    on_judged: Callable[[Sequence[SubmissionOutcome]], None] = _ignore

    @property
    def id(self) -> str:
        """The run's id in every record."""
        return self.steps.run_id


def carry_out(run: Run, kind: str, reason: str | None = None, actor: str | None = None) -> RunOutcome:
    """Collect, read, identify, judge, load, roll up, publish, reply, deliver.

    `reason` is why a person (`actor`) started the run. Unfinished work of earlier runs is resumed from landed bytes,
    so the next run completes one that was killed at any point. One run at a time works on a warehouse: a second waits.

    Raises:
        RunInProgressError: another run did not end in time; nothing was done.
        TonghopError: the program or the network failed; what was done before stays done.
    """
    with exclusive_run(run.context, run.id, kind, run.listener):
        begin(run, kind, reason, actor)
        outcome = work_and_end(run)
    ask_for_confirmations(run.context)
    deliver_due(run.context)
    return outcome


def begin(run: Run, kind: str, reason: str | None, actor: str | None = None) -> None:
    """Record the start of a run with its reason and the person (`actor`) who started it, and today's catalogue.

    Staging rows and partial files of killed runs are deleted.
    """
    context = run.context
    context.landing.clear_drafts(context.clock() - ABANDONED_AFTER)
    with transaction(context.engine) as session:
        mirror_catalog(session, context.catalog)
        start_run(session, run.id, kind, context.catalog.version, context.clock(), reason=reason, actor=actor)
        clear_abandoned(session, context.clock() - ABANDONED_AFTER)
    _LOG.info("%s begins", kind)


def work_and_end(run: Run) -> RunOutcome:
    """Do the work of a run that has begun, within its scope, and end it; see `carry_out`."""
    with Publisher(run.context) as publisher:
        is_to_work = run.context.extent > Extent.STATES
        return end(run, _work(run, publisher) if is_to_work else RunOutcome(run.id), publisher)


def end(run: Run, outcome: RunOutcome, publisher: Publisher | None = None) -> RunOutcome:
    """Write quality pages, data files and site that are due, record the run's end and counts, tell the listener.

    `publisher` may have begun data files and site.
    """
    if run.context.extent is Extent.PUBLICATIONS:
        finish_pages(run, publisher or Publisher(run.context))
    with transaction(run.context.engine) as session:
        finish_run(session, run.id, outcome.counts, run.context.clock(), run.steps.seconds)
    _LOG.info("run ended", extra={"counts": outcome.counts})
    run.listener.finish(outcome)
    return outcome


def finish_pages(run: Run, publisher: Publisher) -> None:
    """Write quality pages, data files and site that are due."""
    _write_pages(run)
    run.steps.run("publish", "data files", publisher.finish_data)
    run.steps.run("publish", "site", publisher.finish_site)


def _write_pages(run: Run) -> None:
    context = run.context
    result = pages_due(context)
    run.listener.begin("quality", len(result.submissions))
    for label, batch in labelled_batches(result.submissions, context.batch_size):
        run.steps.run("quality", f"pages {label}", partial(write_pages, context, batch))
        run.listener.advance("quality", len(batch))
    record_position(context, result.last)
    if are_run_pages_due(context):
        run.steps.run("quality", "page of the night", partial(write_run_pages, context))


def _work(run: Run, publisher: Publisher) -> RunOutcome:
    with reading(run.context.engine) as session:
        before = last_delivery(session)
    with run.context.open_reader() as reader:
        not_collected = _collect(run, reader)
        with reading(run.context.engine) as session:
            withdrawn = came_again(session, before, SubmissionState.WITHDRAWN)
            outdated = came_again(session, before, SubmissionState.SUPERSEDED)
            restored = restored_files(session, before)
        if run.recheck:
            requeue_refused(run.context, run.scope)
        judging = Judging(run.context, run.steps, run.listener, releases=run.releases)
        waiting, not_scanned = _read(run, reader, judging)
    publisher.expect(len({each.report.unit.parent for each in judging.submissions if each.report.unit}))
    judgement = judging.judge()
    verdicts = (*_verdicts(run, judging.submissions, judgement), *judge_later_reports(run))
    run.on_judged(RunOutcome(run.id, verdicts).refused)
    rechecked, doubted = _recheck(run, judgement.accepted) if run.recheck else (0, ())
    roll_up_changes(run, publisher)
    try:
        results = finish_publishing(run, publisher)
    except TonghopError:
        _reply(run)
        raise
    publisher.begin_pages()
    _reply(run)  # replies say nothing of figures: they are written while pages of those are rendered
    return RunOutcome(
        run_id=run.id,
        verdicts=verdicts,
        replaced=len(judgement.replaced),
        given=results,
        left=(*not_collected, *not_scanned),
        waiting=waiting,
        withdrawn=withdrawn,
        outdated=outdated,
        restored=restored,
        held=closed_figures_awaiting(run.context),
        rechecked=rechecked,
        doubted=doubted,
        silent=silent_periods(run.context) if run.scope.takes_everything else (),
    )


def _collect(run: Run, reader: Reader) -> tuple[str, ...]:
    run.listener.begin("collect", 1)
    try:
        left = run.steps.run_retried("collect", "collect", Collection(run.context, run.id, reader).collect)
    except NotAllCollectedError as error:
        left = error.left  # it comes with the next run; the others are not made to wait for it
    run.listener.advance("collect", 1)
    return left


def _read(run: Run, reader: Reader, judging: Judging) -> tuple[int, tuple[str, ...]]:
    """Read what waits, and begin to judge what is within the scope while other files are read.

    Returns:
        How many submissions wait for a run with another scope, and why those wait that were not read.
    """
    context = run.context
    if damaged := damaged_files(context):
        run.steps.run("read", "fetch damaged files again", partial(refetch, context, damaged))
    requeue_mended(context)
    with reading(context.engine) as session:
        waiting = pending(session)
    beyond = 0
    run.listener.begin("read", len(waiting))
    work = partial(read, reader, context.landing, context.catalog, context.today)
    for label, batch in labelled_batches(waiting, context.files_read_at_once):
        try:
            result = run.steps.run_retried("read", f"read {label}", partial(work, batch))
        except ScannerSilentError as error:
            return beyond, (str(error),)  # what was read goes on; nothing is opened unscanned
        if any(each.report.parts for each in result):
            result = run.steps.run("read", f"divide {label}", partial(divide, context, run.id, result))
        matches = [each for each in result if run.scope.takes(each.submission, each.report)]
        beyond += len(result) - len(matches)
        judging.begin(matches)
        run.listener.advance("read", len(batch))
    return beyond, ()


def judge_later_reports(run: Run) -> tuple[SubmissionOutcome, ...]:
    """Judge accepted reports again whose past changed; return those in which something else is found now."""
    results: list[SubmissionOutcome] = []
    for label, batch in labelled_batches(later_reports(run.context), run.context.batch_size):
        work = partial(judge_later, run.context, run.id, batch)
        results += run.steps.run("check", f"check again {label}", work)
    log_outcomes(results)
    return tuple(results)


def _recheck(run: Run, fresh: set[int]) -> tuple[int, tuple[RevalidationFinding, ...]]:
    """Return how many accepted reports were judged again, and the findings among them."""
    context = run.context
    counting = [report for report in accepted_reports(context, run.scope) if report.submission.id not in fresh]
    doubted: list[RevalidationFinding] = []
    run.listener.begin("recheck", len(counting))
    with context.open_reader() as reader:
        for label, batch in labelled_batches(counting, context.batch_size):
            work = partial(revalidate, context, run.id, reader, batch)
            doubted += run.steps.run("recheck", f"recheck {label}", work)
            run.listener.advance("recheck", len(batch))
    return len(counting), tuple(sorted(doubted, key=lambda finding: finding.verdict.label))


def publish_changes(run: Run) -> tuple[PublishedRevision, ...]:
    """Roll up affected areas and publish unpublished revisions within the run's scope, as far as the run goes."""
    with Publisher(run.context) as publisher:
        if run.context.extent > Extent.STATES:
            roll_up_changes(run, publisher)
        return finish_publishing(run, publisher)


def roll_up_changes(run: Run, publisher: Publisher) -> None:
    """Roll up affected areas, whose new revisions the publisher begins to write."""
    position = log_position(run.context)
    areas = affected_areas(run.context, run.scope)
    run.listener.begin("roll_up", len(areas))
    for label, batch in labelled_batches(areas, AREAS_PER_STEP):
        work = partial(roll_up, run.context, run.id, batch)
        publisher.add(run.steps.run("roll up", f"roll up {label}", work))
        run.listener.advance("roll_up", len(batch))
    if run.scope.takes_everything:
        record_all(run.context, position)


def finish_publishing(run: Run, publisher: Publisher) -> tuple[PublishedRevision, ...]:
    """Publish all that was rolled up and is not published, including revisions of runs that were killed.

    Nothing, if the run is not to go so far.
    """
    if run.context.extent < Extent.PUBLICATIONS:
        return ()
    publisher.add(to_publish(run.context, run.scope))
    batches = publisher.batches()
    total, done = sum(map(len, batches)), 0
    run.listener.begin("publish", total)
    results: list[PublishedRevision] = []
    for revisions in batches:
        place, first = f"{done + 1}-{done + len(revisions)} of {total}", revisions[0]
        label = place if len(revisions) > 1 else f"{first.area} {first.period} revision {first.number}"
        results += run.steps.run("publish", f"publish {label}", partial(publisher.finish, revisions))
        done += len(revisions)
        run.listener.advance("publish", len(revisions))
    return tuple(results)


def _reply(run: Run) -> None:
    """Write the replies to all senders."""
    waiting = unreplied(run.context)
    run.listener.begin("give_back", len(waiting))
    for label, batch in labelled_batches(waiting, run.context.batch_size):
        run.steps.run("give back", f"give back {label}", partial(write_replies, run.context, run.id, batch))
        run.listener.advance("give_back", len(batch))


def _verdicts(
    run: Run, submissions: Sequence[ReadSubmission], judgement: JudgedSubmissions
) -> tuple[SubmissionOutcome, ...]:
    judged, counting = judgement.accepted | judgement.refused | judgement.held, judgement.accepted - judgement.held
    settled = [submission for submission in submissions if submission.submission.id in judged]
    with reading(run.context.engine) as session:
        issues = issues_by_submission(session, [submission.submission.id for submission in settled])
        verdicts = tuple(
            SubmissionOutcome(
                submission_id=submission.submission.id,
                file_name=submission.submission.file_name,
                unit=submission.report.unit,
                period=submission.report.period.id if submission.report.period else None,
                accepted=submission.submission.id in counting,
                issues=issues[submission.submission.id],
            )
            for submission in settled
        )
    log_outcomes(verdicts)
    return verdicts

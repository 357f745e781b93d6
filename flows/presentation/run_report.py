"""Show what a run did in Prefect: a failed task run for each refused submission, their table, and the final state."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import Any, Self

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.actions.preview import Preview
from flows.pipeline.outcome import RunOutcome, SubmissionOutcome
from flows.presentation import preview_artifact
from flows.presentation.failed_page import failed, key_of, page_of
from flows.presentation.links import Links
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.prefect_artifacts import (
    DOUBTED,
    HELD,
    MOST_FAILED_TASK_RUNS,
    PREVIEW,
    SILENT,
    TABLE,
    TASK_RUNS_A_SECOND,
    FailedTaskRun,
    Pace,
    show_failed,
    show_page,
    show_table,
)
from flows.support.context import AppContext
from flows.support.prefect_names import AWAITING_DECISION, RETURNED
from warehouse.store.engine import reading

_LOG = logging.getLogger(__name__)


class RunReport:
    """Report of one run in Prefect, within a block: refused submissions while the run goes on, the rest at its end.

    Failed task runs follow each other slowly, as the server needs time for each: a thread shows them beside the run.
    Those that are not shown when the block fails are left out.
    """

    def __init__(self, messages: MessageFormatter, context: AppContext, links: Links) -> None:
        """Report in the formatter's language, with pages of the context's warehouse that link to these addresses."""
        self._messages = messages
        self._context = context
        self._links = links
        self._thread = ThreadPoolExecutor(1, "refused")
        self._shown: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown(cancel_futures=True)

    def show_refused(self, refused: Sequence[SubmissionOutcome]) -> None:
        """Begin to create a failed task run for each refused submission, up to `MOST_FAILED_TASK_RUNS`."""
        pace = Pace(TASK_RUNS_A_SECOND)
        for verdict in refused[:MOST_FAILED_TASK_RUNS]:
            # The copy says to which flow run the task run belongs.
            self._shown.append(self._thread.submit(copy_context().run, self._show, verdict, pace))

    def end(self, outcome: RunOutcome) -> State[Any]:
        """Create all else that operators look for, and return the state that the flow run ends in.

        Failed and Crashed mean a fault of ours or of the network: here, that something could not be collected or was
        damaged. Reports that were returned, or wait for a person's decision, are the ordinary end of a run, Completed
        under a name of its own.
        """
        messages = self._messages
        for shown in self._shown:
            shown.result()
        summary = messages.summary(outcome)
        if outcome.refused:
            show_table(messages.table(outcome.refused), summary, TABLE)
        if outcome.held_reports:
            show_table(messages.held_table(outcome.held_reports), summary, HELD)
        if outcome.doubted:
            show_table(messages.findings(outcome.doubted), summary, DOUBTED)
        if outcome.silent:
            show_table(messages.silent_table(outcome.silent), messages.lateness(outcome.silent[0]), SILENT)
        for path in outcome.restored:
            _LOG.warning(messages.text("restored_file", file=path))
        for reason in outcome.left:
            _LOG.warning(messages.error(reason))
        for reason in outcome.not_closed:
            _LOG.warning(messages.text("not_closed", reason=messages.error(reason)))
        return _state(outcome, summary)

    def _show(self, verdict: SubmissionOutcome, pace: Pace) -> None:
        pace.wait()
        show_failed(_shown(verdict, self._messages, self._context, self._links))


def report_preview(result: Preview, messages: MessageFormatter) -> State[Any]:
    """Create the page of a dry run, and end in Completed whatever it shows: nothing was returned to anybody."""
    show_page(preview_artifact.page_of(result, messages), PREVIEW)
    return Completed(message=f"{messages.text('preview')} {messages.summary(result.outcome)}")


def _state(outcome: RunOutcome, summary: str) -> State[Any]:
    if outcome.left or outcome.damaged:
        return Failed(message=summary)
    if outcome.refused:
        return Completed(name=RETURNED, message=summary)
    if outcome.held_reports or outcome.doubted or outcome.not_closed:
        return Completed(name=AWAITING_DECISION, message=summary)
    return Completed(message=summary)


def _shown(
    submission_outcome: SubmissionOutcome, messages: MessageFormatter, context: AppContext, links: Links
) -> FailedTaskRun:
    with reading(context.engine) as session:
        page = page_of(failed(session, submission_outcome), messages, links)
    facts = {
        "submission": submission_outcome.submission_id,
        "unit": submission_outcome.unit.code if submission_outcome.unit else None,
        "period": submission_outcome.period,
        "codes": sorted({issue.code for issue in submission_outcome.faults}),
    }
    return FailedTaskRun(
        submission_outcome.label, messages.refusal(submission_outcome), key_of(submission_outcome), page, facts
    )

"""Show what a run did in Prefect: a failed task run for each refused submission, their table, and the final state."""

import logging
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.foretold import page_of
from flows.outcome import Outcome
from flows.prefect_steps import DOUBTED, MOST_FAILED_TASK_RUNS, PREVIEW, TABLE, show_failed, show_page, show_table
from flows.preview import Preview
from flows.wording import Wording

_LOG = logging.getLogger(__name__)


def report(outcome: Outcome, words: Wording) -> State[Any]:
    """Leave everything an operator looks for, and return the state that the flow run ends in.

    Red when a submission was refused or something could not be collected, for operators watch for red; everything else
    is published all the same.
    """
    summary = words.summary(outcome)
    for verdict in outcome.refused[:MOST_FAILED_TASK_RUNS]:
        show_failed(verdict.label, words.refusal(verdict))
    if outcome.refused:
        show_table(words.table(outcome.refused), summary, TABLE)
    if outcome.doubted:
        show_table(words.doubts(outcome.doubted), summary, DOUBTED)
    for reason in outcome.left:
        _LOG.warning(reason)
    return _state(outcome, summary)


def report_preview(found: Preview, words: Wording) -> State[Any]:
    """Leave a page of what a rerun would do, and end as the rerun itself would."""
    show_page(page_of(found, words), PREVIEW)
    return _state(found.outcome, f"{words.text('preview')} {words.summary(found.outcome)}")


def _state(outcome: Outcome, summary: str) -> State[Any]:
    is_red = outcome.refused or outcome.left or outcome.doubted
    return Failed(message=summary) if is_red else Completed(message=summary)

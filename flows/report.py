"""Show what a run did in Prefect: a failed task run for each refused submission, their table, and the final state."""

import logging
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.outcome import Outcome
from flows.prefect_steps import MOST_FAILED_TASK_RUNS, show_failed, show_table
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
        show_table(words.table(outcome.refused), summary)
    for reason in outcome.left:
        _LOG.warning(reason)
    return Failed(message=summary) if outcome.refused or outcome.left else Completed(message=summary)

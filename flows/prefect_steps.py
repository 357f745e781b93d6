"""Carry out a run's steps as Prefect task runs, and show every refused submission as one that failed."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Failed
from prefect.tasks import Task

from domain.errors import TransientError
from flows.settings import LOGGERS

T = TypeVar("T")

RETRY_DELAYS = [5.0, 20.0]
"""Seconds between the tries of a step that failed for a passing reason."""

MOST_FAILED_TASK_RUNS = 500
"""Beyond this the server loses records when it gets them all at once; the artifact's table names every submission."""

TABLE = "failed-submissions"
"""Key of the artifact that lists a run's refused submissions."""
DOUBTED = "doubted-submissions"
"""Key of the artifact that lists accepted reports which would be refused, or are read otherwise, today."""
PREVIEW = "rerun-preview"
"""Key of the artifact that says what a rerun would do."""


class PrefectSteps:
    """The steps of one flow run, each a task run with a readable name."""

    def __init__(self, run_id: str) -> None:
        """Belong to the flow run of that id, whose log gets what our rooms log."""
        self.run_id = run_id
        for room in LOGGERS:
            # Prefect hands these loggers on to its server, but at Python's own level: warnings only.
            logging.getLogger(room).setLevel(logging.INFO)

    def run(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step as a task run; see `Steps.run`."""
        return _as_task(stage, label, work)()

    def run_retried(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step as a task run that Prefect tries again; see `Steps.run_retried`."""
        step = _as_task(stage, label, work).with_options(
            retries=len(RETRY_DELAYS), retry_delay_seconds=RETRY_DELAYS, retry_condition_fn=_passes
        )
        return step()


def show_failed(label: str, message: str) -> None:
    """Leave a failed task run named `label` behind, whose message says what is wrong."""

    def refuse() -> State[Any]:
        # A returned state keeps its message as it is; an exception would put a traceback around it.
        return Failed(message=message)

    _as_task("submission", label, refuse)(return_state=True)


def show_page(markdown: str, key: str) -> None:
    """Leave a page behind as an artifact of the flow run."""
    create_markdown_artifact(markdown, key=key)


def show_table(rows: Sequence[Mapping[str, str]], description: str, key: str) -> None:
    """Leave a table of submissions behind as an artifact of the flow run."""
    create_table_artifact(key=key, table=[dict(row) for row in rows], description=description)


def _as_task(stage: str, label: str, work: Callable[[], T]) -> Task[[], T]:
    # The work closes over what it needs: a task's parameters are searched through for futures, leaf by leaf.
    return task(name=stage, task_run_name=lambda: label, cache_policy=NO_CACHE, persist_result=False)(work)


def _passes(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.result(raise_on_failure=False), TransientError)

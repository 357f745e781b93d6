"""Artifacts, events and failed task runs that show a run in the Prefect UI."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prefect import get_client
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.exceptions import ObjectNotFound
from prefect.settings import get_current_settings
from prefect.states import Failed

from flows.presentation.markdown import plain
from flows.support.prefect_names import QUARANTINED, RERUN
from flows.support.prefect_tasks import as_task, suppress_failures

MOST_FAILED_TASK_RUNS = 500
"""Most refused submissions with a failed task run of their own; the artifact's table names all of them."""

TASK_RUNS_A_SECOND = 10.0
"""The server loses records of task runs that come faster than it digests them: some 30 a second, on a busy machine
half of that."""

TABLE = "failed-submissions"
"""Key of the artifact that lists a run's refused submissions."""
DOUBTED = "doubted-submissions"
"""Key of the artifact that lists accepted reports which would be refused, or are read otherwise, today."""
HELD = "held-submissions"
"""Key of the artifact that lists a run's submissions which wait for a person's decision."""
SILENT = "silent-units"
"""Key of the artifact that lists units with an overdue report and no submission."""
PREVIEW = "rerun-preview"
"""Key of the artifact that shows the outcome of a dry run."""


class Pace:
    """Rate limiter: spaces the caller's steps evenly."""

    def __init__(
        self,
        per_second: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Allow `per_second` steps; the first one needs no wait."""
        self._step = 1 / per_second
        self._now = now
        self._sleep = sleep
        self._next = now()

    def wait(self) -> None:
        """Block until the next step is due."""
        ahead = self._next - self._now()
        if ahead > 0:
            self._sleep(ahead)
        self._next = max(self._next, self._now()) + self._step


@dataclass(frozen=True, slots=True)
class FailedTaskRun:
    """Records of a refused submission in Prefect, beside its failed task run.

    `label` names the task run, `message` summarises the issues in a few lines; `page` is Markdown, kept under `key`;
    `facts` go with the event and hold no personal data.
    """

    label: str
    message: str
    key: str
    page: str
    facts: Mapping[str, Any]


def show_failed(shown: FailedTaskRun) -> None:
    """Create a failed task run, and within it the submission's page and the event that it was quarantined."""

    def refuse() -> State[Any]:
        # A failure to store the page must not hide why the submission was refused.
        with suppress_failures():
            create_markdown_artifact(shown.page, key=shown.key, description=plain(shown.label))
        emit_event(
            QUARANTINED,
            resource={"prefect.resource.id": f"tonghop.submission.{shown.facts['submission']}"}
            | {f"tonghop.{name}": str(shown.facts[name] or "") for name in ("unit", "period")},
            payload=dict(shown.facts),
        )
        # A returned state keeps its message as it is; an exception would put a traceback around it.
        return Failed(message=shown.message)

    as_task("submission", shown.label, refuse)(return_state=True)


def rerun_form() -> str:
    """Return the address of the rerun's form in the Prefect UI; empty without a deployment or a UI address."""
    ui = get_current_settings().ui_url
    if not ui:
        return ""
    with suppress_failures(), get_client(sync_client=True) as client:
        try:
            deployment_by_name = client.read_deployment_by_name(RERUN)
        except ObjectNotFound:
            return ""
        return f"{ui.rstrip('/')}/deployments/deployment/{deployment_by_name.id}/run"
    return ""


def show_page(markdown: str, key: str) -> None:
    """Create an artifact of the flow run from a page."""
    with suppress_failures():
        create_markdown_artifact(markdown, key=key)


def show_table(rows: Sequence[Mapping[str, str]], description: str, key: str) -> None:
    """Create an artifact of the flow run from a table of submissions, whose cells are read as they stand."""
    table = [{head: plain(cell) for head, cell in row.items()} for row in rows]
    with suppress_failures():
        create_table_artifact(key=key, table=table, description=plain(description))

"""Carry out a run's steps as Prefect task runs, and show every refused submission as one that failed."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from prefect import get_client, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import State, TaskRun
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.concurrency.sync import concurrency
from prefect.events import emit_event
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.settings import get_current_settings
from prefect.states import Failed
from prefect.tasks import Task

from domain.errors import TransientError
from flows.logs import keep_log
from flows.masking import mask_handlers
from flows.settings import LOGGERS, load_settings

T = TypeVar("T")
_LOG = logging.getLogger(__name__)

RETRY_DELAYS = [5.0, 20.0]
"""Seconds between the tries of a step that failed for a passing reason."""

MOST_FAILED_TASK_RUNS = 500
"""Beyond this nobody looks at them one by one; the artifact's table names every submission."""

TASK_RUNS_A_SECOND = 10.0
"""The server loses records of task runs that come faster than it digests them: some 30 a second, on a busy machine
half of that."""

QUARANTINED = "tonghop.submission.quarantined"
"""Name of the event that a submission was refused; notices and automations go by it."""

LIMIT = "warehouse-load"
"""Global concurrency limit of the steps that write figures, over all runs; set to 0 it holds them, for maintenance."""
_LIMITED = frozenset({"load", "roll up"})
_LEASE_SECONDS = 60.0
"""So long after a run was killed its place under the limit is free again."""
_LOOK_AGAIN_SECONDS = 2.0
"""How often is looked whether loading is still held."""

RERUN = "rerun/rerun"
"""The deployment whose form is linked."""

TABLE = "failed-submissions"
"""Key of the artifact that lists a run's refused submissions."""
DOUBTED = "doubted-submissions"
"""Key of the artifact that lists accepted reports which would be refused, or are read otherwise, today."""
SILENT = "silent-units"
"""Key of the artifact that lists who should have reported and has sent nothing."""
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
        keep_log(load_settings().logs, datetime.now(UTC))
        mask_handlers(*LOGGERS, "prefect", "prefect.flow_runs", "prefect.task_runs")

    def run(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step as a task run, under the limit where it writes figures; see `Steps.run`."""
        return _as_task(stage, label, _limited(work) if stage in _LIMITED else work)()

    def run_retried(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step as a task run that Prefect tries again; see `Steps.run_retried`."""
        step = _as_task(stage, label, work).with_options(
            retries=len(RETRY_DELAYS), retry_delay_seconds=RETRY_DELAYS, retry_condition_fn=_passes
        )
        return step()


def _limited(work: Callable[[], T]) -> Callable[[], T]:
    def wait_and_work() -> T:
        with ExitStack() as place:
            # A temporary server has no limit, and one that is away for a moment must not end the night: whatever
            # it says, one run at a time works on the warehouse.
            with suppress_failures():
                _enter(place)
            return work()

    return wait_and_work


def _enter(place: ExitStack) -> None:
    """Take a place under the limit until `place` is left; wait for it, also while the limit is 0."""
    with suppress(ObjectNotFound), get_client(sync_client=True) as client:
        while True:
            _wait_while_held(client)
            try:
                place.enter_context(concurrency(LIMIT, lease_duration=_LEASE_SECONDS))
            except ConcurrencySlotAcquisitionError:
                # Prefect lets nobody wait under a limit of 0, it refuses at once: also who began to wait under another.
                if not _is_held(client):
                    raise
            else:
                return


def _wait_while_held(client: SyncPrefectClient) -> None:
    """Return when the limit is not 0; once it was, no silence of the server ends the waiting."""
    was_held = False
    while True:
        try:
            is_held = _is_held(client)
        except httpx.HTTPError:
            if not was_held:
                raise
            is_held = True
        if not is_held:
            return
        if not was_held:
            _LOG.info("loading is held: the limit %s is 0", LIMIT)
        was_held = True
        time.sleep(_LOOK_AGAIN_SECONDS)


def _is_held(client: SyncPrefectClient) -> bool:
    limit = client.read_global_concurrency_limit_by_name(LIMIT)
    return limit.active and limit.limit == 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What is left behind of a refused submission, beside its failed task run.

    `label` names the task run, `message` says what is wrong in a few lines; `page` is Markdown, kept under `key`;
    `facts` go with the event and hold no personal data.
    """

    label: str
    message: str
    key: str
    page: str
    facts: Mapping[str, Any]


def show_failed(shown: Shown) -> None:
    """Leave a failed task run behind, and within it the submission's page and the event that it was quarantined."""

    def refuse() -> State[Any]:
        # A server that keeps no page must not hide why the submission was refused.
        with suppress_failures():
            create_markdown_artifact(shown.page, key=shown.key, description=shown.label)
        emit_event(
            QUARANTINED,
            resource={"prefect.resource.id": f"tonghop.submission.{shown.facts['submission']}"}
            | {f"tonghop.{name}": str(shown.facts[name] or "") for name in ("unit", "period")},
            payload=dict(shown.facts),
        )
        # A returned state keeps its message as it is; an exception would put a traceback around it.
        return Failed(message=shown.message)

    _as_task("submission", shown.label, refuse)(return_state=True)


def rerun_form() -> str:
    """Address of the rerun's form in the Prefect UI; empty where nothing is deployed, or no UI has an address."""
    ui = get_current_settings().ui_url
    if not ui:
        return ""
    with suppress_failures(), get_client(sync_client=True) as client:
        try:
            found = client.read_deployment_by_name(RERUN)
        except ObjectNotFound:
            return ""
        return f"{ui.rstrip('/')}/deployments/deployment/{found.id}/run"
    return ""


@contextmanager
def suppress_failures() -> Iterator[None]:
    """Go on when the server does not do what is asked of it: whatever counts is in the warehouse."""
    try:
        yield
    except (httpx.HTTPError, PrefectException, ConcurrencySlotAcquisitionError) as error:
        _LOG.warning("the Prefect server did not do as it was asked: %s", error)


def show_page(markdown: str, key: str) -> None:
    """Leave a page behind as an artifact of the flow run."""
    with suppress_failures():
        create_markdown_artifact(markdown, key=key)


def show_table(rows: Sequence[Mapping[str, str]], description: str, key: str) -> None:
    """Leave a table of submissions behind as an artifact of the flow run."""
    with suppress_failures():
        create_table_artifact(key=key, table=[dict(row) for row in rows], description=description)


def _as_task(stage: str, label: str, work: Callable[[], T]) -> Task[[], T]:
    # The work closes over what it needs: a task's parameters are searched through for futures, leaf by leaf.
    return task(name=stage, task_run_name=lambda: label, cache_policy=NO_CACHE, persist_result=False)(work)


def _passes(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.result(raise_on_failure=False), TransientError)

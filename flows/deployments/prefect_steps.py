"""Carry out a run's steps as Prefect task runs, and show every refused submission as a failed one."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import State, TaskRun
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectNotFound
from prefect.tasks import Task

from domain.errors import TransientError
from flows.pipeline.steps import StageSeconds
from flows.support.logs import log_to_file
from flows.support.masking import mask_handlers
from flows.support.prefect_names import LIMIT
from flows.support.prefect_tasks import as_task, suppress_failures
from flows.support.settings import LOGGERS, load_settings

T = TypeVar("T")
_LOG = logging.getLogger(__name__)

RETRY_DELAYS = [5.0, 20.0]
"""Seconds between the retries of a step that failed for a passing reason."""

_LIMITED = frozenset({"load", "roll up"})
_LEASE_SECONDS = 60.0
"""After this time the place of a killed run under the limit is free again."""
_LOOK_AGAIN_SECONDS = 2.0
"""Interval of checking whether loading is still paused."""


class PrefectSteps:
    """The steps of one flow run, each a task run with a readable name."""

    seconds: StageSeconds

    def __init__(self, run_id: str) -> None:
        """Belong to the flow run of that id, whose log gets the records of our packages."""
        self.run_id = run_id
        self.seconds = StageSeconds()
        for logger_name in LOGGERS:
            # Prefect hands these loggers on to its server, but at Python's own level: warnings only.
            logging.getLogger(logger_name).setLevel(logging.INFO)
        log_to_file(load_settings().logs, datetime.now(UTC))
        mask_handlers(*LOGGERS, "prefect", "prefect.flow_runs", "prefect.task_runs")

    def run(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Run one step as a task run, under the limit where it writes figures; see `Steps.run`."""
        with self.seconds.measure(stage):
            return as_task(stage, label, _limited(work) if stage in _LIMITED else work)()

    def run_retried(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Run one step as a task run that Prefect retries; see `Steps.run_retried`."""
        step = as_task(stage, label, work).with_options(
            retries=len(RETRY_DELAYS), retry_delay_seconds=RETRY_DELAYS, retry_condition_fn=_passes
        )
        with self.seconds.measure(stage):
            return step()


def _limited(work: Callable[[], T]) -> Callable[[], T]:
    def wait_and_work() -> T:
        with ExitStack() as place:
            # A temporary server has no limit, and a server away for a moment must not end the nightly run:
            # the warehouse's own lock admits one run at a time in any case.
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
                # Under a limit of 0 Prefect refuses at once, even those that already wait under another limit.
                if not _is_held(client):
                    raise
            else:
                return


def _wait_while_held(client: SyncPrefectClient) -> None:
    """Return when the limit is not 0; after it was 0, an unreachable server does not end the waiting."""
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


def _passes(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.result(raise_on_failure=False), TransientError)

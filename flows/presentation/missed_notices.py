"""Send notices that no automation sent: a server on SQLite loses events when much is written at once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.deployments import run_deployment

from flows.presentation.notices import NoticeEvent
from warehouse.queries.records import refused_in
from warehouse.store.engine import Warehouse, reading

NOTIFY: Final = "notify/notify"
NOTIFIED_FLOWS: Final = ("nightly", "rerun", "publish", "close", "housekeeping")
"""Flows whose failures are notified; automations.yaml names them too."""
_LOOK_BACK: Final = timedelta(days=1)
_MOST: Final = 200


def send_missed(warehouse: Warehouse, settle: timedelta = timedelta(minutes=2)) -> int:
    """Start a notice for each run that ended badly within a day and has none; the first `settle` is the automation's.

    Returns:
        Number of notices started.
    """
    now = datetime.now(UTC)
    with get_client(sync_client=True) as client:
        results = set(_notified(client, now))
        failed = _failed(client, now - settle)
    with reading(warehouse) as session:
        due = [(NoticeEvent.RUN_FAILED, run) for run in failed]
        due += [(NoticeEvent.SUBMISSIONS_QUARANTINED, run) for run in failed if refused_in(session, str(run.id))]
    missed = [(event, str(run.id)) for event, run in due if (event, str(run.id)) not in results]
    for event, run_id in missed:
        result = {"event": event, "run": run_id}
        run_deployment(NOTIFY, parameters=result, timeout=0, as_subflow=False, idempotency_key=f"{event} {run_id}")
    return len(missed)


def _failed(client: SyncPrefectClient, until: datetime) -> list[FlowRun]:
    ended = FlowRunFilterEndTime.model_validate({"after_": until - _LOOK_BACK, "before_": until})
    badly = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.FAILED, StateType.CRASHED]))
    return client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=list(NOTIFIED_FLOWS))),
        flow_run_filter=FlowRunFilter(state=badly, end_time=ended),
        limit=_MOST,
    )


def _notified(client: SyncPrefectClient, now: datetime) -> Iterator[tuple[str, str]]:
    since = FlowRunFilterExpectedStartTime.model_validate({"after_": now - 2 * _LOOK_BACK})
    for run in client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=["notify"])),
        flow_run_filter=FlowRunFilter(expected_start_time=since),
        limit=_MOST,
    ):
        yield run.parameters.get("event", ""), run.parameters.get("run", "")

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
    FlowRunFilterStateName,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments import run_deployment

from flows.presentation.notices import NoticeEvent
from flows.support.prefect_names import RETURNED

NOTIFY: Final = "notify/notify"
NOTIFIED_FLOWS: Final = ("nightly", "rerun", "publish", "close", "remind", "housekeeping")
"""Flows whose failures are notified; automations.yaml names them too."""
_LOOK_BACK: Final = timedelta(days=1)
_MOST: Final = 200


def send_missed(settle: timedelta = timedelta(minutes=2)) -> int:
    """Start a notice for each run of a day that needs one and has none; the first `settle` is the automations'.

    Returns:
        Number of notices started.
    """
    now = datetime.now(UTC)
    with get_client(sync_client=True) as client:
        results = set(notices(client))
        due = [(_event_of(run), str(run.id)) for run in _ended(client, now - settle)]
    missed = [notice for notice in due if notice not in results]
    for event, run_id in missed:
        result = {"event": event, "run": run_id}
        run_deployment(NOTIFY, parameters=result, timeout=0, as_subflow=False, idempotency_key=f"{event} {run_id}")
    return len(missed)


def _event_of(run: FlowRun) -> NoticeEvent:
    return NoticeEvent.SUBMISSIONS_QUARANTINED if run.state_name == RETURNED else NoticeEvent.RUN_FAILED


def _ended(client: SyncPrefectClient, until: datetime) -> list[FlowRun]:
    """Return the runs that failed, crashed or returned reports within a day before `until`."""
    ended = FlowRunFilterEndTime.model_validate({"after_": until - _LOOK_BACK, "before_": until})
    badly = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.FAILED, StateType.CRASHED]))
    returned = FlowRunFilterState(name=FlowRunFilterStateName(any_=[RETURNED]))
    flows = FlowFilter(name=FlowFilterName(any_=list(NOTIFIED_FLOWS)))
    filters = (FlowRunFilter(state=state, end_time=ended) for state in (badly, returned))
    return [
        run for each in filters for run in client.read_flow_runs(flow_filter=flows, flow_run_filter=each, limit=_MOST)
    ]


def notices(client: SyncPrefectClient, *, sent: bool = False) -> Iterator[tuple[str, str]]:
    """Yield event and run of the notices started within two days, or only of those that are sent."""
    since = FlowRunFilterExpectedStartTime.model_validate({"after_": datetime.now(UTC) - 2 * _LOOK_BACK})
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.COMPLETED])) if sent else None
    for run in client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=["notify"])),
        flow_run_filter=FlowRunFilter(expected_start_time=since, state=state),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=_MOST,
    ):
        yield run.parameters.get("event", ""), run.parameters.get("run", "")

"""Start crashed nightly runs again, and complete daytime runs that were overtaken while they waited."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments import run_deployment
from prefect.states import Completed

from flows.support.prefect_names import NIGHTLY, RESTARTED

_LOOK_BACK: Final = timedelta(days=1)
_MOST: Final = 200


def restart_crashed() -> None:
    """Start again, once, the last nightly run of a day if it crashed.

    Not where another nightly run followed, for that takes up what was left, and not a run that was itself started so:
    what crashes twice needs a person.
    """
    now = datetime.now(UTC)
    with get_client(sync_client=True) as client:
        runs = _runs_since(client, "nightly", now - _LOOK_BACK, now)
    last = _last_crashed(runs)
    if last is not None:
        run_deployment(
            NIGHTLY,
            parameters=last.parameters,
            tags=[RESTARTED],
            timeout=0,
            as_subflow=False,
            idempotency_key=f"restart {last.id}",
        )


def _last_crashed(runs: Sequence[FlowRun]) -> FlowRun | None:
    """Return the newest of these runs if it crashed and may be started again; one that was cancelled does not count."""
    of_deployment = [run for run in runs if run.deployment_id is not None and run.state_type is not StateType.CANCELLED]
    last = of_deployment[-1] if of_deployment else None
    return last if last and last.state_type is StateType.CRASHED and RESTARTED not in last.tags else None


def complete_overtaken(own_id: str, message: str) -> int:
    """Complete the daytime runs that are due and wait: the running one, `own_id`, takes in all that came.

    They waited for a worker, or for an earlier look that took long; left alone they would all be carried out. Cancelled
    they would look like a fault.

    Returns:
        How many were completed.
    """
    now = datetime.now(UTC)
    with get_client(sync_client=True) as client:
        waiting = _runs_since(client, "watch", now - 2 * _LOOK_BACK, now, StateType.SCHEDULED)
        overtaken = [run for run in waiting if str(run.id) != own_id]
        for run in overtaken:
            client.set_flow_run_state(run.id, Completed(message=message), force=True)
    return len(overtaken)


def _runs_since(
    client: SyncPrefectClient, flow: str, since: datetime, until: datetime, state: StateType | None = None
) -> list[FlowRun]:
    """Return the runs of a flow that were due between two moments, oldest first."""
    due = FlowRunFilterExpectedStartTime.model_validate({"after_": since, "before_": until})
    in_state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[state])) if state else None
    runs = client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
        flow_run_filter=FlowRunFilter(expected_start_time=due, state=in_state),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=_MOST,
    )
    return runs[::-1]

"""What a real server is told of us: applied again it stays, what left goes, what others made is never touched."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.missed_notices import TOLD_OF, send_missed
from flows.service.automations import apply_automations
from flows.service.files import read_automations, read_deployments
from flows.service.webhook import apply_webhook
from tests.flows.prefect_api import api, ask, look_up
from tests.flows.prefect_server import PATIENCE_SECONDS, server_url
from tests.flows.service import until
from warehouse.engine import migrate, open_engine

pytestmark = pytest.mark.xdist_group("prefect")

LONG_SECONDS = 2 * PATIENCE_SECONDS
"""A busy machine has been seen to take 80 s for what an idle one does in 30."""
SHORTEST_SECONDS = 10
"""Prefect takes no trigger that waits for less."""


def automations() -> dict[str, dict[str, Any]]:
    """All automations of the server, by name."""
    return {one["name"]: one for one in ask("automations/filter")}


def apply(*, sends_mail: bool) -> None:
    """Apply our automations, with a webhook and with or without mail."""

    async def tell() -> None:
        async with PrefectClient(api=server_url()) as client:
            webhook = await apply_webhook(client, None)
            await apply_automations(client, sends_mail=sends_mail, webhook=webhook)

    with temporary_settings({PREFECT_API_URL: server_url()}):
        asyncio.run(tell())


@pytest.fixture(scope="module")
def notify() -> None:
    """A deployment `notify`, so that automations have what they start."""
    flow = ask("flows/", name="notify")["id"]
    ask("deployments/", name="notify", flow_id=flow, enforce_parameter_schema=False)


@pytest.mark.usefixtures("notify")
def test_applied_again_automations_stay() -> None:
    """A second time changes no id; without mail its automations go; an operator's switch and others' stay."""
    theirs = {"type": "event", "posture": "Reactive", "expect": ["their.event"], "threshold": 1, "within": 0}
    ask("automations/", name="theirs", trigger=theirs, actions=[{"type": "do-nothing"}])
    apply(sends_mail=True)
    first = automations()
    mailing = next(one for name, one in first.items() if "mail when a run fails" in name)
    with api(server_url()) as client:
        client.patch(f"automations/{mailing['id']}", json={"enabled": False})
    apply(sends_mail=True)
    second = automations()
    assert {name: one["id"] for name, one in first.items()} == {name: one["id"] for name, one in second.items()}
    assert second[mailing["name"]]["enabled"] is False
    apply(sends_mail=False)
    assert not [name for name in automations() if "mail" in name]
    assert "theirs" in automations()


@pytest.mark.usefixtures("notify")
def test_a_missed_notice_is_sent_once(tmp_path: Path) -> None:
    """A failed night that no mail told of gets one, and only one however often it is looked for."""
    flow = ask("flows/", name="nightly")["id"]
    run = ask("flow_runs/", flow_id=flow, name="nightly")["id"]
    ask(f"flow_runs/{run}/set_state", state={"type": "FAILED", "message": "1 of 8"}, force=True)
    engine = open_engine(f"sqlite:///{tmp_path / f'{uuid4().hex}.db'}")
    migrate(engine)
    with temporary_settings({PREFECT_API_URL: server_url()}):
        assert send_missed(engine, settle=timedelta(0)) >= 1
        send_missed(engine, settle=timedelta(0))
    started = ask("flow_runs/filter", flows={"name": {"any_": ["notify"]}}, limit=200)
    assert [one["parameters"]["event"] for one in started if one["parameters"].get("run") == run] == ["run_failed"]


def test_files_agree() -> None:
    """Automations start deployments that are there, and tell of the same flows as the search for missed notices."""
    deployments = {f"{one['name']}/{one['name']}" for one in read_deployments()}
    started = {
        action["deployment"] for one in read_automations() for action in one["actions"] if "deployment" in action
    }
    told_of = [one["trigger"].get("match_related", {}).get("prefect.resource.name") for one in read_automations()]
    assert started <= deployments
    assert {tuple(names) for names in told_of if names} == {TOLD_OF}


def test_a_silent_run_is_noticed_within_two_minutes() -> None:
    """The seconds between two signs of life and those of silence that are borne make no more than two minutes."""
    (silence,) = (one["trigger"]["within"] for one in read_automations() if "process is gone" in one["name"])
    assert 30 + silence <= 120


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The automations of runs that fall silent, as the file has them, but with the shortest patience there is."""
    crashing = [one for one in read_automations() if one["actions"][0]["type"] == "change-flow-run-state"]
    for one in crashing:
        one["trigger"]["within"] = SHORTEST_SECONDS
    with monkeypatch.context() as patch:
        patch.setattr("flows.service.automations.read_automations", lambda: [dict(one) for one in crashing])
        apply(sends_mail=False)
        yield
    apply(sends_mail=False)


@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("hurried")
def test_runs_that_fall_silent_are_crashed() -> None:
    """One that a worker took and never began, and one that began and fell silent.

    Not one that lives, nor one that ended, though its last sign of life came late.
    """
    taken, ended, alive, *silent = (run_in("Submitting"), *(run_in("Running") for _ in range(5)))

    def is_crashed() -> bool:
        # Told again and again, for an automation just changed may not have heard it; it counts from the first time.
        tell(taken, [("Submitting", 0)])
        return state_of(taken)["type"] == "CRASHED"

    until(is_crashed, LONG_SECONDS)
    assert "never began" in state_of(taken)["message"]
    for run in silent:  # several, for a busy server loses an event now and then
        tell(run, [("heartbeat", 0)])
    change_state(ended, "Completed")
    tell(ended, [("heartbeat", 0)])
    # What is told of the one that lives is sent ahead of time, for longer than a test waits: nothing hangs on a slow
    # machine. Each comes several times, for the server may take what comes together in any order.
    signs = range(0, LONG_SECONDS + 60, 2)
    tell(alive, [("Submitting", 0), *(("Running", at) for at in range(1, 9)), *(("heartbeat", at) for at in signs)])
    noticed = until(lambda: [run for run in silent if state_of(run)["type"] == "CRASHED"], LONG_SECONDS)
    assert "No sign of life" in state_of(noticed[0])["message"]
    assert [state_of(run)["type"] for run in (ended, alive)] == ["COMPLETED", "RUNNING"]


def run_in(state: str) -> str:
    """A run in this state; its id."""
    flow = ask("flows/", name="publish")["id"]
    run: str = ask("flow_runs/", flow_id=flow, name="publish")["id"]
    change_state(run, state)
    return run


def change_state(run: str, state: str) -> None:
    """Let a run be in a state, as its worker would tell."""
    kind = "PENDING" if state == "Submitting" else state.upper()
    ask(f"flow_runs/{run}/set_state", state={"type": kind, "name": state}, force=True)


def state_of(run: str) -> dict[str, str]:
    """The state that a run is in."""
    state: dict[str, str] = look_up(f"flow_runs/{run}")["state"]
    return state


def tell(run: str, what: Iterable[tuple[str, int]]) -> None:
    """Let the server hear what happens to a run, each so many seconds from now."""
    now = datetime.now(UTC)
    events = [
        {
            "id": str(uuid4()),
            "occurred": (now + timedelta(seconds=seconds)).isoformat(),
            "event": f"prefect.flow-run.{event}",
            "resource": {"prefect.resource.id": f"prefect.flow-run.{run}"},
        }
        for event, seconds in what
    ]
    with api(server_url()) as client:
        client.post("events", json=events)

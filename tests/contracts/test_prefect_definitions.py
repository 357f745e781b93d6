"""Definitions on a real server: applying again is idempotent, obsolete ones are removed, others' are not touched."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.deployments.restarts import complete_overtaken, restart_crashed
from flows.presentation.missed_notices import NOTIFIED_FLOWS, send_missed
from flows.service.automations import apply_automations, apply_webhook
from flows.service.files import read_automations, read_deployments
from flows.support.prefect_names import OWN_STATES, RESTARTED
from tests.flows.deployments.prefect_api import api, ask
from tests.flows.deployments.prefect_server import server_url

pytestmark = pytest.mark.xdist_group("prefect")


def automations() -> dict[str, dict[str, Any]]:
    """Read all automations of the server, by name."""
    return {item["name"]: item for item in ask("automations/filter")}


def apply(*, sends_mail: bool) -> None:
    """Apply our automations, with a webhook and with or without mail."""

    async def apply_all() -> None:
        """Apply the webhook, then the automations that name it."""
        async with PrefectClient(api=server_url()) as client:
            webhook = await apply_webhook(client, None)
            await apply_automations(client, sends_mail=sends_mail, webhook=webhook)

    with temporary_settings({PREFECT_API_URL: server_url()}):
        asyncio.run(apply_all())


@pytest.fixture(scope="module")
def notify() -> None:
    """Create the deployment `notify`, which automations start."""
    flow = ask("flows/", name="notify")["id"]
    ask("deployments/", name="notify", flow_id=flow, enforce_parameter_schema=False)


@pytest.mark.usefixtures("notify")
def test_automations_are_stable_when_applied_again() -> None:
    """Applying again changes no id; without mail its automations are removed; an operator's switch and others' stay."""
    theirs = {"type": "event", "posture": "Reactive", "expect": ["their.event"], "threshold": 1, "within": 0}
    ask("automations/", name="theirs", trigger=theirs, actions=[{"type": "do-nothing"}])
    apply(sends_mail=True)
    first = automations()
    mailing = next(item for name, item in first.items() if "mail when a run fails" in name)
    with api(server_url()) as client:
        client.patch(f"automations/{mailing['id']}", json={"enabled": False})
    apply(sends_mail=True)
    second = automations()
    assert {name: item["id"] for name, item in first.items()} == {name: entry["id"] for name, entry in second.items()}
    assert second[mailing["name"]]["enabled"] is False
    apply(sends_mail=False)
    assert not [name for name in automations() if "mail" in name]
    assert "theirs" in automations()


def ended_run(flow: str, state: dict[str, str], **facts: object) -> str:
    """Record a run of a flow that ended in a state; return its id."""
    run: str = ask("flow_runs/", flow_id=ask("flows/", name=flow)["id"], name=flow, **facts)["id"]
    ask(f"flow_runs/{run}/set_state", state=state, force=True)
    return run


@pytest.mark.usefixtures("notify")
@pytest.mark.parametrize(
    ("state", "event"),
    [
        ({"type": "FAILED"}, "run_failed"),
        ({"type": "COMPLETED", "name": "Returned"}, "submissions_quarantined"),
    ],
)
def test_a_missed_notice_is_sent_once(state: dict[str, str], event: str) -> None:
    """A nightly run that failed or returned reports gets exactly one notice, however often missed ones are searched."""
    run = ended_run("nightly", state)
    with temporary_settings({PREFECT_API_URL: server_url()}):
        assert send_missed(settle=timedelta(0)) >= 1
        send_missed(settle=timedelta(0))
    started = ask("flow_runs/filter", flows={"name": {"any_": ["notify"]}}, limit=200)
    assert [item["parameters"]["event"] for item in started if item["parameters"].get("run") == run] == [event]


def test_a_crashed_nightly_run_is_started_again_once() -> None:
    """It gets one new run with its parameters; that one is not started again when it crashes too."""
    nightly = ask("flows/", name="nightly")["id"]
    deployment = ask("deployments/", name="nightly", flow_id=nightly, enforce_parameter_schema=False)["id"]
    ended_run("nightly", {"type": "CRASHED"}, parameters={"period": "2025-05"}, deployment_id=deployment)
    restarted = {"flow_runs": {"deployment_id": {"any_": [deployment]}, "tags": {"all_": [RESTARTED]}}}
    with temporary_settings({PREFECT_API_URL: server_url()}):
        restart_crashed()
        restart_crashed()
        (again,) = ask("flow_runs/filter", **restarted)
        assert again["parameters"] == {"period": "2025-05"}
        ask(f"flow_runs/{again['id']}/set_state", state={"type": "CRASHED"}, force=True)
        restart_crashed()
    assert len(ask("flow_runs/filter", **restarted)) == 1


def test_overtaken_daytime_runs_are_completed() -> None:
    """Looks that are due and wait are done with the one that runs, for it takes in all that came; later ones stay."""
    watch = ask("flows/", name="watch")["id"]
    now = datetime.now(UTC)
    due, later = (
        ask("flow_runs/", flow_id=watch, state=scheduled(now + timedelta(minutes=minutes)))["id"]
        for minutes in (-10, 10)
    )
    with temporary_settings({PREFECT_API_URL: server_url()}):
        complete_overtaken("the one that runs", "another look took in what came")
    states = {run["id"]: run["state_type"] for run in ask("flow_runs/filter", flows={"id": {"any_": [watch]}})}
    assert (states[due], states[later]) == ("COMPLETED", "SCHEDULED")


def scheduled(at: datetime) -> dict[str, object]:
    """Return the state of a run that is due at a moment."""
    return {"type": "SCHEDULED", "state_details": {"scheduled_time": at.isoformat()}}


def test_every_end_of_a_run_is_known_to_the_automations() -> None:
    """What marks a silent run as crashed knows all names of our Completed states as its end."""
    ends = {f"prefect.flow-run.{name}" for name in ("Completed", *OWN_STATES)}
    (proactive, *others) = [entry["trigger"] for entry in read_automations() if "Proactive" in str(entry["trigger"])]
    assert [ends - set(trigger["expect"]) for trigger in (proactive, *others)] == [set(), set()]


def test_files_agree() -> None:
    """Automations start existing deployments, and cover the same flows as the search for missed notices."""
    deployments = {f"{deployment['name']}/{deployment['name']}" for deployment in read_deployments()}
    started = {
        action["deployment"]
        for automation in read_automations()
        for action in automation["actions"]
        if "deployment" in action
    }
    flow_names = [
        automation["trigger"].get("match_related", {}).get("prefect.resource.name") for automation in read_automations()
    ]
    assert started <= deployments
    assert {tuple(names) for names in flow_names if names} == {NOTIFIED_FLOWS}


def test_a_silent_run_is_detected_within_two_minutes() -> None:
    """Heartbeat interval and tolerated silence add up to two minutes at most."""
    (silence,) = (
        automation["trigger"]["within"] for automation in read_automations() if "process is gone" in automation["name"]
    )
    assert 30 + silence <= 120

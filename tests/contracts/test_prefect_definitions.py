"""Definitions on a real server: applying again is idempotent, obsolete ones are removed, others' are not touched."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.presentation.missed_notices import NOTIFIED_FLOWS, send_missed
from flows.service.automations import apply_automations, apply_webhook
from flows.service.files import read_automations, read_deployments
from tests.flows.deployments.prefect_api import api, ask
from tests.flows.deployments.prefect_server import server_url
from warehouse.store.engine import migrate, open_engine

pytestmark = pytest.mark.xdist_group("prefect")


def automations() -> dict[str, dict[str, Any]]:
    """Read all automations of the server, by name."""
    return {item["name"]: item for item in ask("automations/filter")}


def apply(*, sends_mail: bool) -> None:
    """Apply our automations, with a webhook and with or without mail."""

    async def apply_all() -> None:
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


@pytest.mark.usefixtures("notify")
def test_a_missed_notice_is_sent_once(tmp_path: Path) -> None:
    """A failed nightly run without a notice gets exactly one, however often the search runs."""
    flow = ask("flows/", name="nightly")["id"]
    run = ask("flow_runs/", flow_id=flow, name="nightly")["id"]
    ask(f"flow_runs/{run}/set_state", state={"type": "FAILED", "message": "1 of 8"}, force=True)
    engine = open_engine(f"sqlite:///{tmp_path / f'{uuid4().hex}.db'}")
    migrate(engine)
    with temporary_settings({PREFECT_API_URL: server_url()}):
        assert send_missed(engine, settle=timedelta(0)) >= 1
        send_missed(engine, settle=timedelta(0))
    started = ask("flow_runs/filter", flows={"name": {"any_": ["notify"]}}, limit=200)
    assert [item["parameters"]["event"] for item in started if item["parameters"].get("run") == run] == ["run_failed"]


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

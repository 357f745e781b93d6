"""Contracts of Prefect: the pinned versions schedule runs, which some combinations that install and start do not."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy
from prefect.workers.process import ProcessWorker

from flows.actions.reason import Reason
from flows.support.prefect_names import POOL
from tests.flows.deployments.prefect_api import api as prefect_api
from tests.flows.deployments.prefect_api import ask
from tests.flows.deployments.prefect_server import PATIENCE_SECONDS, clean_environment, server_url

pytestmark = pytest.mark.xdist_group("prefect")

ENTRYPOINT_0_1_0 = "flows.nightly.nightly"
OPEN_TEMPLATE = ProcessWorker.get_default_base_job_template()
"""Template of a pool that 0.1.0 had made."""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, warm: Path) -> Iterator[httpx.Client]:
    """Apply our definitions from a folder outside the checkout, over what 0.1.0 had made, and return the API."""
    home = tmp_path_factory.mktemp("definitions")
    with prefect_api(server_url()) as client:
        with suppress(httpx.HTTPStatusError):  # another test made it
            client.post("/work_pools/", json={"name": POOL, "type": "process"})
        client.patch(f"/work_pools/{POOL}", json={"base_job_template": OPEN_TEMPLATE})
    flow = ask("flows/", name="nightly")["id"]
    ask("deployments/", name="nightly", flow_id=flow, tags=["tonghop"], entrypoint=ENTRYPOINT_0_1_0, paused=True)
    cancelling = {"concurrency_limit": 1, "concurrency_options": {"collision_strategy": "CANCEL_NEW"}}
    ask("deployments/", name="watch", flow_id=ask("flows/", name="watch")["id"], tags=["tonghop"], **cancelling)
    done = subprocess.run(
        [warm / "tonghop", "up", "--only", "definitions"],
        cwd=home,
        env=clean_environment(PREFECT_API_URL=server_url(), TONGHOP_HOME=str(home)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with httpx.Client(base_url=server_url()) as client:
        yield client


def deployment(api: httpx.Client, name: str) -> dict[str, object]:
    """Read a deployment from the server."""
    response: dict[str, object] = api.get(f"/deployments/name/{name}/{name}").raise_for_status().json()
    return response


def test_sqlalchemy_is_a_version_that_schedules() -> None:
    """With SQLAlchemy 2.1 this Prefect shows a schedule as active and never inserts a run."""
    assert sqlalchemy.__version__.startswith("2.0.")


def test_a_cron_deployment_gets_a_scheduled_run(api: httpx.Client) -> None:
    """The nightly schedule makes the server plan a run for one o'clock in Vietnam."""
    wanted = {
        "deployments": {"id": {"any_": [deployment(api, "nightly")["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "limit": 1,
        "sort": "EXPECTED_START_TIME_ASC",
    }
    give_up = time.monotonic() + PATIENCE_SECONDS
    runs: list[dict[str, str]] = []
    while not runs and time.monotonic() < give_up:
        runs = api.post("/flow_runs/filter", json=wanted).raise_for_status().json()
        time.sleep(0 if runs else 0.5)
    assert runs
    start = datetime.fromisoformat(runs[0]["expected_start_time"]).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert (start.hour, start.minute) == (1, 0)


@pytest.mark.parametrize("name", ["nightly", "rerun"])
def test_entrypoints_are_modules(api: httpx.Client, name: str) -> None:
    """A worker imports the flow by its module; the entrypoint of an earlier version is replaced."""
    assert deployment(api, name)["entrypoint"] == f"flows.deployments.{name}.{name}"


@pytest.mark.parametrize(
    "variables",
    [{"command": "true"}, {"env": {"PATH": "theirs"}}, {"working_dir": "/"}],
    ids=lambda each: next(iter(each)),
)
def test_a_run_cannot_choose_its_command(api: httpx.Client, variables: dict[str, object]) -> None:
    """The pool of an earlier version takes no job variables any more, of runs, deployments or automations."""
    housekeeping = deployment(api, "housekeeping")
    known = housekeeping["id"]
    another = {"name": "attack", "flow_id": housekeeping["flow_id"], "work_pool_name": POOL}
    run = {"type": "run-deployment", "source": "selected", "deployment_id": known, "job_variables": variables}
    trigger = {"type": "event", "posture": "Reactive", "expect": ["any"], "threshold": 1, "within": 0}
    requests: list[tuple[str, str, dict[str, object]]] = [
        ("POST", f"deployments/{known}/create_flow_run", {"job_variables": variables}),
        ("POST", "deployments/", {**another, "job_variables": variables}),
        ("POST", "automations/", {"name": "attack", "trigger": trigger, "actions": [run]}),
    ]
    with prefect_api(server_url()) as client:
        for method, path, body in requests:
            with pytest.raises(httpx.HTTPStatusError, match="422"):
                client.request(method, path, json=body)


@pytest.mark.parametrize("name", ["nightly", "rerun", "watch"])
def test_one_run_at_a_time(api: httpx.Client, name: str) -> None:
    """A second run of a deployment waits for the first and is not cancelled, as an earlier version had it."""
    result = deployment(api, name)
    limit, options = result["global_concurrency_limit"], result["concurrency_options"]
    assert isinstance(limit, dict)
    assert isinstance(options, dict)
    assert (limit["limit"], options["collision_strategy"]) == (1, "ENQUEUE")


def test_the_rerun_form_explains_its_fields(api: httpx.Client) -> None:
    """The form in the UI describes each field."""
    schema = deployment(api, "rerun")["parameter_openapi_schema"]
    assert isinstance(schema, dict)
    fields = sorted(schema["properties"].items(), key=lambda field: field[1]["position"])
    assert {name: bool(field.get("description")) for name, field in fields} == dict.fromkeys(
        ("area", "units", "period", "period_to", "reason", "note", "by", "dry_run", "recheck"), True
    )
    assert schema["required"] == ["period"]
    assert set(schema["definitions"]["Reason"]["enum"]) == set(Reason)

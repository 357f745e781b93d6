"""A service as in production, its server on PostgreSQL: schedule, corrections by day, notices, crashes, `down`.

On PostgreSQL from Debian, for the server needs `pg_trgm`; on SQLite it loses events when much is written at once.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import openpyxl
import psycopg
import pytest

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from flows.support.prefect_names import LIMIT, RESTARTED
from flows.support.processes import processes_of
from tests.flows.deployments.notice_sinks import http_receiver, smtp_server
from tests.flows.deployments.prefect_server import free_port
from tests.flows.pipeline.nightly_runs import AREA, WRONG, context_of, deliver, published_rows, put
from tests.flows.service.service_runner import Service, until
from warehouse.store.run_lock import only_run, this_process
from workbooks.sample.inbox import SampleFile, make_sample

pytestmark = [pytest.mark.full, pytest.mark.timeout(1500), pytest.mark.xdist_group("service")]

AUTH = ("officer", "one-and-only-s3cret")
WATCHED_NETWORK = Path(__file__).parent.parent / "flows" / "service" / "watched_network"
FIRST_REPORT = "2025-06"


@dataclass(frozen=True)
class ServiceStory:
    """Events of one service, in the order of the tests below."""

    service: Service
    mails: list[EmailMessage]
    posted: list[bytes]
    printed: dict[str, str]
    codes: dict[str, int]
    runs: dict[str, dict[str, Any]]
    page_status: int
    left: int


OWNER = "postgres"
"""PostgreSQL refuses to run as root; Debian's package makes this user."""


def as_owner(*command: str) -> None:
    """Run a PostgreSQL command as a user that is not root."""
    prefix = ("runuser", "-u", OWNER, "--") if os.geteuid() == 0 else ()
    subprocess.run([*prefix, *command], check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="module")
def prefect_database() -> Iterator[str]:
    """Start a PostgreSQL server for this test and yield the URL of an empty database."""
    (binaries,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tonghop-postgresql-")))
        data, port = folder / "data", free_port()
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER)
        as_owner(str(binaries / "initdb"), "--pgdata", str(data), "--auth=trust", "--username=prefect", "-E", "UTF8")
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
        start = (str(binaries / "pg_ctl"), "--pgdata", str(data), "--wait", "--log", str(folder / "log"))
        as_owner(*start, "--options", options, "start")
        stack.callback(as_owner, *start, "--mode=immediate", "stop")
        with psycopg.connect(f"postgresql://prefect@127.0.0.1:{port}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE prefect")
        yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/prefect"


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory,
    night_home: Path,
    correction: SampleFile,
    catalog: Catalog,
    prefect_database: str,
) -> Iterator[ServiceStory]:
    """Run a service through all events; stop everything afterwards, whatever happens."""
    home = tmp_path_factory.mktemp("service") / "home"
    shutil.copytree(night_home, home, symlinks=True)
    with smtp_server() as (mail_port, box), http_receiver() as (webhook, posted):
        settings = {
            "TONGHOP_SERVER_AUTH": ":".join(AUTH),
            "TONGHOP_WATCH_MINUTES": "1",
            "TONGHOP_MAIL_HOST": "127.0.0.1",
            "TONGHOP_MAIL_PORT": str(mail_port),
            "TONGHOP_MAIL_SECURITY": "none",
            "TONGHOP_MAIL_FROM": "tonghop@ninhson.example",
            "TONGHOP_MAIL_TO": "officer@ninhson.example, chief@ninhson.example",
            "TONGHOP_WEBHOOK_URL": webhook,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": prefect_database,
            "PYTHONPATH": str(WATCHED_NETWORK),
            "WATCHED_NETWORK_LOG": str(home / "outside.log"),
        }
        service = Service(home, free_port(), settings, AUTH)
        try:
            yield _live(service, box.mails, posted, correction, catalog)
        finally:
            service.run("down")


def _live(
    service: Service, mails: list[EmailMessage], posted: list[bytes], correction: SampleFile, catalog: Catalog
) -> ServiceStory:
    printed, codes, runs = {}, {}, {}
    for name, arguments in {"up": ("up", "--detach"), "second up": ("up", "--detach")}.items():
        done = service.run(*arguments)
        printed[name], codes[name] = done.stdout + done.stderr, done.returncode
    assert codes["up"] == 0, printed["up"]
    _shorten_the_limit_for_runs_that_never_begin(service)
    taken = _take_and_abandon(service)
    crashed = _kill_worker_at_work(service)
    _deliver_wrong(service.home, catalog)
    runs["held"], runs["nightly"] = _restarted_on_hold(service)
    deliver(service.home, [correction])
    runs["rerun"] = service.ended(until(lambda: service.runs_of("rerun"))[0]["id"])
    runs["watch"] = next(run for run in service.runs_of("watch") if run["state_type"] == "COMPLETED")
    runs["crashed"] = service.ended(crashed)
    runs["close"] = service.ended(service.start_run("close", area=AREA, period="2025-05", by="Lan"))
    os.utime(min((service.home / "quality" / "submissions").iterdir()), (0, 0))
    runs["housekeeping"] = service.ended(service.start_run("housekeeping"))
    until(lambda: len(mails) >= 2 and len(posted) >= 2)
    page_status = httpx.get(service.record.addresses["pages"]).status_code
    runs["automations"] = {"all": service.ask("automations/filter")}
    runs["looks"] = {"all": service.runs_of("watch")}
    begun = (run for run in service.runs_of("nightly") if run["state_type"] != "SCHEDULED")
    runs["nightlies"] = {"all": sorted(begun, key=lambda run: str(run["start_time"]))}
    runs["taken"] = service.ended(taken, patience=600)
    mark = service.record.service
    done = service.run("down")
    printed["down"], codes["down"] = done.stdout + done.stderr, done.returncode
    return ServiceStory(service, mails, posted, printed, codes, runs, page_status, len(processes_of(mark)))


def _kill_worker_at_work(service: Service) -> str:
    """Start a nightly run that waits for the warehouse, and kill it together with its worker."""
    holder = this_process("the test", "test", datetime.now(UTC))
    with only_run(context_of(service.home).engine, holder, wait=60, on_wait=lambda _: None):
        run = service.start_run("nightly")
        until(lambda: service.get(f"flow_runs/{run}")["state_type"] == "RUNNING")
        until(lambda: _heartbeats(service, run))
        os.kill(service.record.components["worker"].pid, signal.SIGKILL)  # first, or it would report the run
        for process in processes_of(service.record.service, "worker"):
            if process.environ().get("PREFECT__FLOW_RUN_ID") == run:
                os.kill(process.pid, signal.SIGKILL)
    return run


def _shorten_the_limit_for_runs_that_never_begin(service: Service) -> None:
    """Apply the automation with two minutes for its five, so that the tests wait for less; nothing else changes."""
    (kept,) = (each for each in service.ask("automations/filter") if "never began" in each["name"])
    trigger = {**kept["trigger"], "within": 120}
    fields = ("name", "description", "enabled", "tags", "actions", "actions_on_trigger", "actions_on_resolve")
    service.replace(f"automations/{kept['id']}", {**{field: kept[field] for field in fields}, "trigger": trigger})


def _take_and_abandon(service: Service) -> str:
    """Take a run like a worker that is killed before it starts the run."""
    flow = next(flow["id"] for flow in service.ask("flows/filter") if flow["name"] == "publish")
    run: str = service.ask("flow_runs/", flow_id=flow, name="taken")["id"]
    service.ask(f"flow_runs/{run}/set_state", state={"type": "PENDING", "name": "Submitting"}, force=True)
    return run


def _restarted_on_hold(service: Service) -> tuple[dict[str, Any], dict[str, Any]]:
    """Hold loading until the crashed nightly run is started again; return that run while it waits, and at its end."""
    service.change(f"v2/concurrency_limits/{LIMIT}", limit=0)
    restarted = {"tags": {"all_": [RESTARTED]}}
    run = until(lambda: service.ask("flow_runs/filter", flow_runs=restarted), patience=400)[0]["id"]
    loading = {"name": {"like_": "load "}, "state": {"type": {"any_": ["RUNNING"]}}}
    until(lambda: service.ask("task_runs/filter", flow_runs={"id": {"any_": [run]}}, task_runs=loading))
    time.sleep(5)  # without the hold the run would have ended by now
    held = service.get(f"flow_runs/{run}")
    service.change(f"v2/concurrency_limits/{LIMIT}", limit=1)
    return held, service.ended(run)


def _heartbeats(service: Service, run: str) -> int:
    wanted = {"event": {"name": ["prefect.flow-run.heartbeat"]}, "resource": {"id": [f"prefect.flow-run.{run}"]}}
    total: int = service.ask("events/filter", filter=wanted)["total"]
    return total


def _deliver_wrong(home: Path, catalog: Catalog) -> None:
    """Deliver a first report with one impossible figure."""
    (file,) = (
        file for file in make_sample(catalog, AREA, [parse_period(FIRST_REPORT)], seed=1) if WRONG in file.path.name
    )
    book = openpyxl.load_workbook(BytesIO(file.data))
    book.worksheets[0]["E15"] = 99_999_999
    changed = BytesIO()
    book.save(changed)
    put(home / "inbox" / file.path, changed.getvalue())


def test_up_waits_until_all_is_healthy(story: ServiceStory) -> None:
    """The command succeeds, names every component as it gets ready, and prints the address."""
    assert story.codes["up"] == 0
    ready = ("server is healthy", "automations are applied", "worker takes runs", "pages are open")
    assert [line for line in (*ready, f":{story.service.port}") if line not in story.printed["up"]] == []


def test_a_second_up_finds_the_first(story: ServiceStory) -> None:
    """A second `up` says so, prints the same address, and starts nothing."""
    assert story.codes["second up"] == 0
    assert "up already" in story.printed["second up"]
    assert f":{story.service.port}" in story.printed["second up"]


def test_a_scheduled_run_is_carried_out(story: ServiceStory) -> None:
    """The daytime run of each minute is scheduled, taken by the worker, and completed."""
    assert story.runs["watch"]["auto_scheduled"] is True
    assert story.runs["watch"]["state_name"] == "Completed"


def test_a_correction_by_day_is_checked_at_once(story: ServiceStory) -> None:
    """The commune's correction starts a rerun of that commune only; the figures change, and are final once closed."""
    run = story.runs["rerun"]
    assert (run["parameters"]["units"], run["parameters"]["period"]) == ([WRONG], "2025-05")
    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    rows = published_rows(story.service.home)
    assert {row["revision"] for row in rows.values()} == {"3"}  # the second is the rerun's, the third the closing's
    assert {row["units_missing"] for row in rows.values()} == {"0"}


def test_a_first_report_waits_for_the_nightly_run(story: ServiceStory) -> None:
    """A first report that arrives by day is checked by the nightly run and starts no rerun."""
    assert story.runs["nightly"]["state"]["message"].startswith("0 of 1 accepted, 1 returned: Ma Nới.")


def test_a_crashed_nightly_run_is_started_again_once(story: ServiceStory) -> None:
    """It is run again when its worker is back, takes up what was left, and no third one is made."""
    nightly = story.runs["nightly"]
    assert nightly["id"] != story.runs["crashed"]["id"]
    assert (nightly["state_type"], nightly["state_name"]) == ("COMPLETED", "Returned")
    assert [run["id"] for run in story.runs["nightlies"]["all"]] == [story.runs["crashed"]["id"], nightly["id"]]


def test_no_daytime_run_is_cancelled(story: ServiceStory) -> None:
    """A look that has to wait for another is never shown as Cancelled."""
    assert "CANCELLED" not in {run["state_type"] for run in story.runs["looks"]["all"]}


def test_loading_can_be_put_on_hold(story: ServiceStory) -> None:
    """With the limit at 0 a run waits before loading, and continues when the limit is raised."""
    assert story.runs["held"]["state_type"] == "RUNNING"
    assert story.runs["nightly"]["state_type"] == "COMPLETED"


def test_a_refused_report_is_reported_by_mail(story: ServiceStory) -> None:
    """The mail names commune, cell and fault, and links to the run; it is the only one about that run."""
    address = f":{story.service.port}/runs/flow-run/{story.runs['nightly']['id']}"
    (mail,) = (mail for mail in story.mails if address in mail.get_content())
    assert f"Refused: {WRONG}" in mail["Subject"]
    assert "Cell E15" in mail.get_content()


def test_a_refused_report_is_posted(story: ServiceStory) -> None:
    """The webhook gets the report's number, commune and period."""
    payloads = [json.loads(body) for body in story.posted]
    (report,) = (payload for payload in payloads if payload["event"] == "submission_quarantined")
    assert (report["payload"]["unit"], report["payload"]["period"]) == (WRONG, FIRST_REPORT)


def test_published_pages_are_served(story: ServiceStory) -> None:
    """The service serves the published pages."""
    assert story.page_status == 200


def test_a_killed_workers_run_is_crashed(story: ServiceStory) -> None:
    """A run killed with its worker is set to Crashed, and the worker is restarted."""
    run = story.runs["crashed"]
    assert run["state_type"] == "CRASHED"
    assert "No sign of life" in run["state"]["message"]


def test_a_run_that_never_began_is_crashed(story: ServiceStory) -> None:
    """A run that was taken but never started does not block its deployment for ever."""
    run = story.runs["taken"]
    assert run["state_type"] == "CRASHED"
    assert "never began" in run["state"]["message"]


def test_a_crashed_run_is_reported_by_mail(story: ServiceStory) -> None:
    """Both recipients get one mail that says what the run did and left, and that it goes on by itself."""
    (mail,) = (mail for mail in story.mails if "Run nightly was interrupted" in mail["Subject"])
    assert mail["To"] == "officer@ninhson.example, chief@ninhson.example"
    for item in ("Done and kept: 0 files received", "Left:", "started again by itself"):
        assert item in mail.get_content()


def test_a_crashed_run_is_posted(story: ServiceStory) -> None:
    """The webhook gets the run's name, state and message as JSON."""
    payloads = [json.loads(body) for body in story.posted]
    (run,) = (
        payload for payload in payloads if payload["event"] == "run_failed" and payload["run"].startswith("nightly")
    )
    assert run["state"] == "Crashed"
    assert "No sign of life" in run["message"]


def test_a_month_is_closed_from_the_form(story: ServiceStory) -> None:
    """The run names its bundle, from which the published figures can be recomputed."""
    run = story.runs["close"]
    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    (bundle,) = (story.service.home / "closed").rglob("*.tar.gz")
    assert str(bundle) in run["state"]["message"]
    done = story.service.run("verify", str(bundle))
    assert done.returncode == 0, done.stdout + done.stderr


def test_housekeeping_removes_what_is_old(story: ServiceStory) -> None:
    """Only a quality page of years ago is removed; there are no people to forget."""
    run = story.runs["housekeeping"]
    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    assert "old quality pages removed: 1, old entries about people: 0." in run["state"]["message"]


def test_automations_are_ours_only(story: ServiceStory) -> None:
    """The automations are those of automations.yaml, with our tag."""
    automations = story.runs["automations"]["all"]
    assert len(automations) == 6
    assert {tag for automation in automations for tag in automation["tags"]} == {"tonghop"}


def test_secrets_are_not_stored(story: ServiceStory) -> None:
    """Neither logs nor the service record nor parameters contain a password or the webhook's URL."""
    folder = story.service.home / "service"
    written = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    parameters = json.dumps([run["parameters"] for run in story.runs.values() if "parameters" in run])
    for secret in (AUTH[1], "token=s3cret"):
        assert secret.encode() not in written
        assert secret not in parameters


def test_no_other_host_was_contacted(story: ServiceStory) -> None:
    """No process of the service looked up or called a host outside this machine."""
    log = story.service.home / "outside.log"
    assert not log.exists() or log.read_text(encoding="utf-8") == ""


def test_down_leaves_nothing(story: ServiceStory) -> None:
    """After `down` no process of the service is left, and its server does not answer."""
    assert (story.codes["down"], story.left) == (0, 0)
    with pytest.raises(httpx.ConnectError):
        story.service.get("health")

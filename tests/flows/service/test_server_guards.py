"""Prefect's server as `tonghop up` starts it on a new home: what it answers to whom, and what it leaves readable."""

import asyncio
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
import pytest
import websockets

from flows.service.api import ServerApi
from flows.support.server_credential import home_credential
from tests.flows.deployments.prefect_api import api
from tests.flows.deployments.prefect_server import PATIENCE_SECONDS, clean_environment, free_port
from tests.flows.service.service_runner import until

pytestmark = pytest.mark.xdist_group("guards")

TONGHOP = str(Path(sys.executable).with_name("tonghop"))
FOREIGN = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Server:
    """A running server: its home and its port."""

    home: Path
    port: int

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Environment of commands for it."""
        urls = {"PREFECT_API_URL": f"{self.address}/api", "TONGHOP_SERVER_PORT": str(self.port)}
        return clean_environment(TONGHOP_HOME=str(self.home), TONGHOP_LANG="en", COLUMNS="200", **urls)

    def ask(self, method: str, path: str, **options: object) -> httpx.Response:
        """Send a request without the credential."""
        return httpx.request(method, f"{self.address}{path}", timeout=30, **options)  # type: ignore[arg-type] # httpx's own

    def command(self, *words: str) -> str:
        """Run a command of ours and return what it prints."""
        done = subprocess.run([TONGHOP, *words], env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run the server with the most careless umask, in a folder that every account may enter."""
    with TemporaryDirectory(prefix="tonghop-guards-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        result = Server(Path(folder) / "home", free_port())
        words = (TONGHOP, "up", "--only", "server")
        process = subprocess.Popen(words, env=result.environment, stdout=subprocess.DEVNULL, umask=0)
        try:
            ServerApi(f"{result.address}/api").wait(PATIENCE_SECONDS)
            yield result
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/version", 401),
        ("GET", "/api/csrf-token?client=any", 401),
        ("POST", "/api/flow_runs/filter", 403),
        ("DELETE", "/api/work_pools/local", 403),
        ("POST", "/tonghop/login/links", 401),
        ("GET", "/api/health", 200),
    ],
)
def test_without_the_credential(server: Server, method: str, path: str, status: int) -> None:
    """Without the credential, from another account of this machine for instance, only its health is told."""
    assert server.ask(method, path).status_code == status


@pytest.mark.parametrize("path", ["/", "/api/health", "/tonghop/login"])
def test_a_foreign_host_is_refused(server: Server, path: str) -> None:
    """A name that somebody pointed to this machine gets no answer, not even a public one."""
    assert server.ask("GET", path, headers={"Host": f"attacker.example:{server.port}"}).status_code == 400
    assert server.ask("GET", path, headers={"Host": f"localhost:{server.port}"}).status_code != 400


def test_other_origins_may_not_read(server: Server) -> None:
    """Only the UI's own origin is admitted by the answers' headers, and no page may frame the UI."""
    origins = {
        origin: server.ask("GET", "/api/health", headers={"Origin": origin}) for origin in (FOREIGN, server.address)
    }
    admitted = [answer.headers.get("access-control-allow-origin") for answer in origins.values()]
    assert admitted == [None, server.address]
    page = server.ask("GET", "/tonghop/login")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "protocols", "token", "outcome"),
    [
        ("127.0.0.1", ["prefect"], "right", "auth_success"),
        ("127.0.0.1", ["prefect"], None, "closed"),
        ("127.0.0.1", None, "right", 403),
        ("attacker.example", ["prefect"], "right", 400),
    ],
    ids=["ours", "no-credential", "old-protocol", "foreign-host"],
)
def test_who_gets_events(
    server: Server, name: str, protocols: list[str] | None, token: str | None, outcome: str | int
) -> None:
    """The websocket of events sends nothing without the credential, nor under a foreign host name."""
    sent = home_credential(server.home).get_secret_value() if token else None

    async def listen() -> str | int:
        """Return the type of the first event, or how the connection was refused."""
        address = f"ws://{name}:{server.port}/api/events/out"
        try:
            async with websockets.connect(address, subprotocols=protocols, host="127.0.0.1") as socket:  # type: ignore[arg-type] # names
                await socket.send(json.dumps({"type": "auth", "token": sent}))
                return str(json.loads(await socket.recv())["type"])
        except websockets.ConnectionClosed:
            return "closed"
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    assert asyncio.run(listen()) == outcome


def test_our_commands_log_in_by_themselves(server: Server) -> None:
    """Prefect's own command by way of ours, and the link for browsers, need no password from the user."""
    assert "local" in server.command("prefect", "--", "work-pool", "create", "local", "--type", "process")
    link = server.command("login").split()[-1]
    page, _, token = link.partition("#")
    assert page == f"{server.address}/tonghop/login"
    statuses = [server.ask("POST", "/tonghop/login/redeem", headers={"X-Login-Token": token}).status_code for _ in "12"]
    assert statuses == [200, 403]
    assert home_credential(server.home).get_secret_value() not in link


def test_automations_start_runs(server: Server) -> None:
    """The server's own automations, which call its API from within, pass its guards."""
    name, _, password = home_credential(server.home).get_secret_value().partition(":")
    with api(f"{server.address}/api", (name, password)) as client:
        flow = client.post("flows/", json={"name": "started"}).json()["id"]
        deployment = client.post("deployments/", json={"name": "started", "flow_id": flow}).json()["id"]
        run = {"type": "run-deployment", "source": "selected", "deployment_id": deployment}
        trigger = {"type": "event", "posture": "Reactive", "expect": ["wanted"], "threshold": 1, "within": 0}
        client.post("automations/", json={"name": "start", "trigger": trigger, "actions": [run]})
        event = {"event": "wanted", "resource": {"prefect.resource.id": "any"}}

        def started() -> list[object]:
            # The trigger may not be loaded yet when the first event comes.
            client.post("events", json=[{**event, "id": str(uuid4()), "occurred": datetime.now(UTC).isoformat()}])
            runs: list[object] = client.post("flow_runs/filter", json={"flows": {"name": {"any_": ["started"]}}}).json()
            return runs

        assert until(started, patience=60)


def test_what_it_keeps_is_private(server: Server) -> None:
    """Home, credential and database with its companions are closed to other accounts, whatever the umask."""
    kept = [server.home, server.home / "service", server.home / "prefect"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o700}
    files = [server.home / "service" / "server_auth", *(server.home / "prefect").glob("prefect.db*")]
    assert len(files) >= 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


if os.geteuid() == 0:  # else there is no other account to try it with

    def test_another_account_cannot_read_the_credential(server: Server) -> None:
        """Another account is refused the credential and Prefect's database, also where an open home is upgraded."""
        server.home.chmod(0o755)
        for path in ("service/server_auth", "prefect/prefect.db"):
            done = subprocess.run(["/bin/cat", server.home / path], user="nobody", capture_output=True, check=False)
            assert (done.returncode, done.stdout) == (1, b"")
            assert b"Permission denied" in done.stderr

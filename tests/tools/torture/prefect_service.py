"""Prefect's server and a worker as processes that can be killed, and the faults that kill them during a nightly run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from tests.flows.deployments.prefect_api import api, start_run
from tests.flows.deployments.prefect_server import PATIENCE_SECONDS, clean_environment, free_port
from tests.flows.service.service_runner import ENDED, until
from tests.tools.torture.faults import Disturbed, Fault, Round
from tests.tools.torture.homes import RoundHome

_SLOWER = 4
"""How many times longer a run takes whose steps are recorded by Prefect."""


@dataclass
class PrefectService:
    """A server with our deployments, whose data lie in a folder."""

    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    def start_server(self) -> None:
        """Start the server, or start it again on what it kept, and wait until it is healthy."""
        environment = clean_environment(PREFECT_HOME=str(self.folder), PREFECT_SERVER_API_PORT=str(self.port))
        self._server = self._start("server", "start", "--port", str(self.port), "--no-ui", environment=environment)
        until(self._is_healthy)

    def kill_server(self) -> None:
        """Kill the server."""
        self._server.kill()
        self._server.wait()

    def apply_definitions(self) -> None:
        """Make pool and deployments."""
        command = [Path(sys.executable).with_name("tonghop"), "up", "--only", "definitions"]
        environment = clean_environment(PREFECT_API_URL=self.url, TONGHOP_HOME=str(self.folder))
        subprocess.run(command, env=environment, cwd=self.folder, check=True, capture_output=True)

    def start_worker(self, home: RoundHome) -> "subprocess.Popen[bytes]":
        """Start a worker whose runs work on a home."""
        environment = clean_environment(
            PREFECT_API_URL=self.url,
            PREFECT_WORKER_QUERY_SECONDS="1",
            TONGHOP_HOME=str(home.home),
            TONGHOP_WAREHOUSE_URL=home.url,
            TONGHOP_READING_WORKERS="0",
            TONGHOP_BATCH_SIZE="2",
            TONGHOP_LANG="en",
        )
        return self._start("worker", "start", "--pool", "local", "--type", "process", environment=environment)

    def start_nightly(self) -> str:
        """Start a run of the deployment and return its id once it is at work."""
        with api(self.url) as client:
            deployment = client.get("deployments/name/nightly/nightly").json()["id"]
            run: str = start_run(client, deployment)["id"]
        until(lambda: self.state_of(run) not in {"SCHEDULED", "PENDING"})
        return run

    def state_of(self, run: str) -> str:
        """Return the type of a run's state."""
        with api(self.url) as client:
            state: str = client.get(f"flow_runs/{run}").json()["state_type"]
        return state

    def give_up(self, run: str) -> None:
        """Record that a run crashed, as the automation does later, so that its deployment is free again."""
        if self.state_of(run) not in ENDED:
            with api(self.url) as client:
                client.post(f"flow_runs/{run}/set_state", json={"state": {"type": "CRASHED"}, "force": False})

    def _start(self, *words: str, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{words[0]}.log").open("ab") as log:
            command = [sys.executable, "-m", "prefect", *words]
            return subprocess.Popen(command, env=environment, cwd=self.folder, stdout=log, stderr=log)

    def _is_healthy(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health").is_success
        except httpx.TransportError:
            return False


@contextmanager
def prefect_service(folder: Path) -> Iterator[PrefectService]:
    """Start a server with our deployments; stop it afterwards."""
    folder.mkdir(parents=True)
    service = PrefectService(folder)
    service.start_server()
    try:
        service.apply_definitions()
        yield service
    finally:
        service.kill_server()


def faults_of(service: PrefectService) -> Mapping[str, Fault]:
    """Return the faults of Prefect's processes."""

    def kill_worker(this: Round) -> Disturbed:
        worker = service.start_worker(this.home)
        try:
            run = service.start_nightly()
            time.sleep(this.moment * _SLOWER)
            at_work = service.state_of(run) not in ENDED
        finally:
            _kill_tree(worker)
        service.give_up(run)
        return Disturbed(this.home, at_work)

    def kill_server(this: Round) -> Disturbed:
        worker = service.start_worker(this.home)
        try:
            run = service.start_nightly()
            time.sleep(this.moment * _SLOWER)
            at_work = service.state_of(run) not in ENDED
            service.kill_server()
            service.start_server()
            psutil.wait_procs(_children(worker), timeout=PATIENCE_SECONDS)
        finally:
            _kill_tree(worker)
        service.give_up(run)
        return Disturbed(this.home, at_work)

    return {"worker killed": kill_worker, "Prefect's server killed": kill_server}


def _children(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def _kill_tree(worker: "subprocess.Popen[bytes]") -> None:
    """Kill a worker and its runs, the worker first: it would report the others."""
    runs = _children(worker)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    for run in runs:
        if run.is_running():
            run.kill()
    psutil.wait_procs(runs)

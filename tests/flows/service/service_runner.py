"""A service as `tonghop up` starts it, asked and watched by tests: its command line, its API, its processes."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from flows.support.processes import processes_of
from flows.support.server_credential import home_credential
from flows.support.service_record import Record, read
from tests.flows.deployments.prefect_api import api, start_run
from tests.flows.deployments.prefect_server import PATIENCE_SECONDS, clean_environment, free_port

T = TypeVar("T")
TONGHOP = str(Path(sys.executable).with_name("tonghop"))

HURRIED = {
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
    "TONGHOP_READING_WORKERS": "0",
    "TONGHOP_LANG": "en",
    "COLUMNS": "200",
}
"""So that tests wait less: what would look every ten seconds looks every second."""


def until(result: Callable[[], T | None], patience: float = PATIENCE_SECONDS, *, logs: Sequence[Path] = ()) -> T:
    """Return the first true result; fails the test, with what is in the logs, when there is none."""
    give_up = time.monotonic() + patience
    while not (answer := result()):
        assert time.monotonic() < give_up, "\n".join(["it never came", *(log.read_text("utf-8") for log in logs)])
        time.sleep(0.3)
    return answer


@dataclass(frozen=True)
class Service:
    """A home with what its processes are told, and where its server is."""

    home: Path
    port: int
    told: dict[str, str]
    auth: tuple[str, str] | None = None
    pages_port: int = field(default_factory=free_port)
    upload_port: int = field(default_factory=free_port)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its commands."""
        results = {"TONGHOP_HOME": str(self.home), "TONGHOP_SERVER_PORT": str(self.port)}
        ports = {"TONGHOP_PAGES_PORT": str(self.pages_port), "TONGHOP_UPLOAD_PORT": str(self.upload_port)}
        return clean_environment(**HURRIED, **results, **{**ports, **self.told})

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, from a folder far from the code."""
        return subprocess.run(
            [TONGHOP, *words],
            env=self.environment,
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
        )

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command and leave it running."""
        return subprocess.Popen(
            [TONGHOP, *words],
            env=self.environment,
            cwd=self.home.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def record(self) -> Record:
        """What it says of itself."""
        result = read(self.home)
        assert result is not None
        return result

    def ask(self, path: str, **question: object) -> Any:  # noqa: ANN401 # JSON
        """An answer of its server to a question that is posted."""
        return self._send("POST", path, question).json()

    def change(self, path: str, **wanted: object) -> None:
        """Change something that its server keeps."""
        self._send("PATCH", path, wanted)

    def replace(self, path: str, wanted: dict[str, object]) -> None:
        """Put something in place of what its server keeps."""
        self._send("PUT", path, wanted).raise_for_status()

    def _send(self, method: str, path: str, body: dict[str, object] | None = None) -> httpx.Response:
        with self._api() as client:
            return client.request(method, path, json=body)

    def _api(self) -> httpx.Client:
        return api(f"http://127.0.0.1:{self.port}/api", self.auth or self._credential())

    def _credential(self) -> tuple[str, str]:
        name, _, password = home_credential(self.home).get_secret_value().partition(":")
        return name, password

    def get(self, path: str) -> Any:  # noqa: ANN401 # JSON
        """An answer of its server."""
        return self._send("GET", path).json()

    def start_run(self, deployment: str, **parameters: object) -> str:
        """Start a run of a deployment; its id."""
        result = self.get(f"deployments/name/{deployment}/{deployment}")["id"]
        with self._api() as client:
            return str(start_run(client, result, **parameters)["id"])

    def runs_of(self, flow: str) -> list[dict[str, Any]]:
        """All runs of a flow, oldest first."""
        runs: list[dict[str, Any]] = self.ask("flow_runs/filter", flows={"name": {"any_": [flow]}}, limit=200)
        return sorted(runs, key=lambda run: str(run["expected_start_time"]))

    def ended(self, run: str, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """A run, once it has ended."""
        return until(
            lambda: result if (result := self.get(f"flow_runs/{run}"))["state_type"] in ENDED else None, patience
        )

    def processes(self) -> int:
        """How many processes of it live."""
        return len(processes_of(self.record.service)) if read(self.home) else 0


ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

"""Dask's scheduler and workers as `tonghop up --only …` starts them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.flows.deployments.prefect_server import clean_environment, free_port
from tests.flows.service.service_runner import until

_TONGHOP = (sys.executable, "-c", "from cli.main import main; main()")


@dataclass
class EngineProcesses:
    """A scheduler, workers, and the environment in which further ones can be started."""

    address: str
    environment: dict[str, str]
    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, component: str, **more: str) -> subprocess.Popen[bytes]:
        """Start a component with further variables."""
        with (self.folder / f"{component}.log").open("wb") as log:
            process = subprocess.Popen(
                [*_TONGHOP, "up", "--only", component],
                env={**self.environment, **more},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    def replace(self, **more: str) -> None:
        """Replace the scheduler and add workers, both with further variables; workers from before are left running."""
        self.started[0].terminate()
        self.started[0].wait(60)
        self.start("scheduler", **more)
        self.start("slices", **more)
        log = self.folder / "scheduler.log"
        until(lambda: "Register worker" in log.read_text("utf-8"), logs=(log, self.folder / "slices.log"))

    def refusal(self, **more: str) -> tuple[int, str]:
        """Start workers that are to be refused; return their exit code and what they print."""
        code = self.start("slices", **more).wait(60)
        return code, (self.folder / "slices.log").read_text("utf-8")

    def workers(self) -> list[psutil.Process]:
        """Return the processes that do slices."""
        running = (process for process in self.started if process.poll() is None)
        children = (child for process in running for child in psutil.Process(process.pid).children())
        return [child for child in children if child.status() != psutil.STATUS_ZOMBIE and _does_slices(child)]

    def kill_worker(self) -> None:
        """Kill the process of a worker with what it has begun."""
        os.kill(self.workers()[0].pid, signal.SIGKILL)


def _does_slices(process: psutil.Process) -> bool:
    # Beside its workers Dask's command has a process of Python's that tracks their resources.
    return "resource_tracker" not in " ".join(process.cmdline())


@contextmanager
def engine_processes(home: Path, folder: Path, workers: int) -> Iterator[EngineProcesses]:
    """Yield an engine on a home: its scheduler, which has started, and that many workers, which soon will have."""
    address = f"tls://localhost:{free_port()}"
    environment = clean_environment(
        TONGHOP_HOME=str(home),
        TONGHOP_SCHEDULER=address,
        TONGHOP_READING_WORKERS=str(workers),
        TONGHOP_LANG="en",
        COLUMNS="1000",
    )
    engine = EngineProcesses(address, environment, folder)
    with ExitStack() as ends:
        engine.start("scheduler")
        ends.callback(_end, engine)
        until((home / "landing" / ".probe").exists)
        yield engine


def _end(engine: EngineProcesses) -> None:
    # Workers first: those that just start would look for their scheduler for a minute.
    for process in reversed(engine.started):
        process.terminate()
        process.wait(60)

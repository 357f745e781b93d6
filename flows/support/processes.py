"""Start processes that can be found again whatever their parent is by then, and terminate all of them."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

MARK: Final = "TONGHOP_SERVICE"
"""Environment variable that all processes of a service carry, as `<service>:<component>`.

Process groups would not do: a worker gives each flow run a session of its own, and a run outlives a killed worker.
"""


@dataclass(frozen=True, slots=True)
class Process:
    """A process, identified by pid and start time (seconds since the epoch), because pids are reused."""

    pid: int
    started: float

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.started) < 1 and process.status() != psutil.STATUS_ZOMBIE
        return False


def process_of(pid: int | None = None) -> Process:
    """Return the process with a pid; None: the current one."""
    process = psutil.Process(pid)
    return Process(process.pid, process.create_time())


def start(
    service: str, component: str, command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path
) -> "subprocess.Popen[bytes]":
    """Start a component of a service in a folder, out of reach of the terminal's Ctrl-C; it writes to its log."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 # our own commands
            command,
            cwd=folder,
            env={**environment, MARK: f"{service}:{component}"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def processes_of(service: str, component: str = "") -> list[psutil.Process]:
    """Return all running processes of a service or of one component, orphans included."""
    return list(_carrying(f"{service}:{component}"))


def end(service: str, component: str = "", *, patience: float) -> int:
    """Terminate all processes of a service or of one component; kill those still running after `patience` seconds.

    Returns:
        How many had to be killed.
    """
    result = processes_of(service, component)
    for process in result:
        with suppress(psutil.Error):
            process.terminate()
    psutil.wait_procs(result, timeout=patience)
    # A terminating process may have started another: repeat until no process carries the mark.
    killed: set[psutil.Process] = set()
    while left := processes_of(service, component):
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        killed.update(left)
        psutil.wait_procs(left, timeout=5)
    return len(killed)


def owner_of_port(port: int) -> str:
    """Return the process that listens on a port, as `python3 (process 1234)`; empty without permission to see it."""
    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if (
                connection.status == psutil.CONN_LISTEN
                and connection.laddr
                and connection.laddr.port == port
                and connection.pid
            ):
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return ""


def _carrying(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            carried = process.environ().get(MARK, "")
            if carried == mark or (mark.endswith(":") and carried.startswith(mark)):
                yield process

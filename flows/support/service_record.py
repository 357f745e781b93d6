"""The record of the service on a home: its processes, addresses and startup stage."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from domain.errors import UsageError
from flows.support.processes import Process

READY: Final = "ready"


class AlreadyUpError(UsageError):
    """Another service runs on this home."""

    def __init__(self, record: "Record | None") -> None:
        """Keep the record of what runs; None: it has not written one yet."""
        self.record = record
        super().__init__("it is up already, on this home")


@dataclass(frozen=True, slots=True)
class Record:
    """A service: its id, which its processes carry, its supervisor and its addresses.

    `stage` is the component being started, `ready` once all are; `addresses` are by site (`server`, `pages`, `office`).
    """

    service: str
    supervisor: Process
    started_at: str
    stage: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, Process] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """URL of the server's API, for programs on this machine."""
        return f"{self.addresses['server']}/api"


def folder_of(home: Path) -> Path:
    """Return the folder of a service's record and logs."""
    return home / "service"


@contextmanager
def exclusive_service(home: Path) -> Iterator[None]:
    """Hold the home's service lock for the length of the block; the lock ends with the process.

    Raises:
        AlreadyUpError: another one runs.
    """
    folder_of(home).mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder_of(home) / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise AlreadyUpError(read(home)) from error
    try:
        yield
    finally:
        lock.release()


def write(home: Path, record: Record) -> None:
    """Write the record atomically."""
    target = _path(home)
    draft = target.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(record), indent=2), encoding="utf-8")
    draft.replace(target)


def read(home: Path) -> Record | None:
    """Return the record of the last service that was not stopped; None without one."""
    try:
        result = json.loads(_path(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    components = {name: Process(**process) for name, process in result.pop("components").items()}
    return Record(**{**result, "supervisor": Process(**result["supervisor"]), "components": components})


def erase(home: Path) -> None:
    """Remove the record of a stopped service."""
    _path(home).unlink(missing_ok=True)


def running(home: Path) -> Record | None:
    """Return the service that runs on a home if it is ready, else None."""
    result = read(home)
    return result if result and result.stage == READY and result.supervisor.is_alive else None


def _path(home: Path) -> Path:
    return folder_of(home) / "up.json"

"""The record of the service that runs on a home: which processes, where, how far its start is."""

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
    """A service runs on this home already."""

    def __init__(self, record: "Record | None") -> None:
        """Keep the record of what runs; None: it has not written one yet."""
        self.record = record
        super().__init__("it is up already, on this home")


@dataclass(frozen=True, slots=True)
class Record:
    """A service: its id, which its processes carry, who watches over them, and the addresses it gives.

    `stage` is what is being started, `ready` once all is; `addresses` are by what stands there.
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
    """Where a service keeps its record and logs."""
    return home / "service"


@contextmanager
def exclusive_service(home: Path) -> Iterator[None]:
    """Be the only service on a home; another one is found however the first one ended.

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
    """Write the record; whoever reads meanwhile sees the one before or this one."""
    target = _path(home)
    draft = target.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(record), indent=2), encoding="utf-8")
    draft.replace(target)


def read(home: Path) -> Record | None:
    """The record of the last service that was not taken down; None: there is none."""
    try:
        result = json.loads(_path(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    components = {name: Process(**process) for name, process in result.pop("components").items()}
    return Record(**{**result, "supervisor": Process(**result["supervisor"]), "components": components})


def erase(home: Path) -> None:
    """Forget the service: it was taken down."""
    _path(home).unlink(missing_ok=True)


def running(home: Path) -> Record | None:
    """The service that runs on a home, if one does and is ready."""
    result = read(home)
    return result if result and result.stage == READY and result.supervisor.is_alive else None


def _path(home: Path) -> Path:
    return folder_of(home) / "up.json"

"""Start a service that outlives its command, and wait until it is ready."""

import time
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen
from typing import Final

from flows.service.components import TONGHOP
from flows.service.supervisor import NotStartedError, Observer, require_ports
from flows.support.processes import process_of, processes_of
from flows.support.service_record import READY, AlreadyUpError, Record, folder_of, read
from flows.support.settings import Settings, child_environment

_LOOK_SECONDS: Final = 0.2


def start_detached(settings: Settings, observer: Observer) -> Record:
    """Start `tonghop up` in a session of its own and return when it is ready.

    Raises:
        AlreadyUpError: a service runs on this home.
        PortTakenError: it cannot listen there.
        NotStartedError: it ended before it was ready; its log states why.
    """
    before = read(settings.home)
    if before is not None and before.supervisor.is_alive:
        raise AlreadyUpError(before)
    if before is None or not processes_of(before.service):  # else they are ended first, which frees their ports
        require_ports(settings)
    log = folder_of(settings.home) / "up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        child = Popen(  # noqa: S603 # our own command
            (*TONGHOP, "up"),
            env=child_environment(COLUMNS="200"),
            cwd=settings.home,
            stdin=DEVNULL,
            stdout=output,
            stderr=STDOUT,
            start_new_session=True,
        )
    started = process_of(child.pid)
    while True:
        record = read(settings.home)
        is_ours = record is not None and record.supervisor == started
        if record is not None and is_ours:
            observer.begin(record.stage)
            if record.stage == READY:
                return record
        elif record is not None and record.supervisor.is_alive:
            child.wait()
            raise AlreadyUpError(record)
        if child.poll() is not None:
            raise NotStartedError("tonghop up", f"ended with {child.returncode}", Path(log))
        time.sleep(_LOOK_SECONDS)

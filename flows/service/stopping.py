"""Stop a service from another process: its supervisor if it still runs, and its components in any case."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from flows.service.supervisor import ENDING_SECONDS, take_down
from flows.support.processes import processes_of
from flows.support.service_record import Record, erase, read


def stop(home: Path) -> bool:
    """End the service of a home and wait until all its processes are gone.

    Returns:
        Whether a service was running.
    """
    record = read(home)
    if record is None:
        return False
    was_there = record.supervisor.is_alive or bool(processes_of(record.service))
    _ask_supervisor(record)
    take_down(record.service)
    erase(home)
    return was_there


def _ask_supervisor(record: Record) -> None:
    if not record.supervisor.is_alive:
        return
    with suppress(ProcessLookupError):
        os.kill(record.supervisor.pid, signal.SIGTERM)
    give_up = time.monotonic() + 3 * ENDING_SECONDS
    while record.supervisor.is_alive:
        if time.monotonic() > give_up:
            os.kill(record.supervisor.pid, signal.SIGKILL)
        time.sleep(0.1)

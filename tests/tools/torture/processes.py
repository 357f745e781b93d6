"""Runs in processes of their own, which can be killed at any moment."""

import os
import signal
import time
from collections.abc import Callable

from tests.tools.torture.homes import RoundHome


def start(work: Callable[[], object]) -> int:
    """Start work in a forked process, which ends with 1 when the work fails; return its id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def ended_well(child: int) -> bool:
    """Wait for a process, and return whether it did all its work."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def kill_after(child: int, seconds: float) -> bool:
    """Kill a process after a time, and return whether it was still at work."""
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return not ended_well(child)


def nightly_run(home: RoundHome, run_id: str = "disturbed") -> int:
    """Start a nightly run in a process of its own and return its id."""
    return start(lambda: home.run_nightly(run_id))

"""What one file may take of the machine: memory and CPU time of the process that reads it, held by the kernel.

The kernel ends a process that takes more, wherever it is, in the middle of a C library too; how it ended says why.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

if sys.platform == "linux":
    import resource

OUT_OF_MEMORY = 77
"""Exit code of a process that was refused memory; no library of ours uses it."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """How much reading may take: `memory` is bytes of a whole process, `cpu_seconds` are for each file."""

    memory: int = 1 << 30
    cpu_seconds: float = 20.0


def can_confine() -> bool:
    """Whether this system holds a process to such limits; where it does not, the guards are alone."""
    return sys.platform == "linux"


def bound_memory(memory: int) -> None:
    """Let this process have so many bytes of address space; what asks for more gets a MemoryError."""
    if sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


@contextmanager
def bounded_cpu(seconds: float) -> Iterator[None]:
    """Within the block this process may use so much CPU time; beyond it the kernel ends it with SIGPROF.

    A timer and not RLIMIT_CPU: that one counts whole seconds, and over all files that a process ever read.
    """
    if sys.platform == "linux":
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    else:
        yield


def ran_out_of_time(exit_code: int) -> bool:
    """Whether a process ended so because it used up its CPU time."""
    return sys.platform == "linux" and exit_code == -signal.SIGPROF


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, even by SIGKILL, which tells nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive_nobody, args=[parent.join], daemon=True).start()


def _outlive_nobody(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)

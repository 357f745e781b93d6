"""Limits on the memory and CPU time of a process that reads files, enforced by the kernel.

The kernel ends a process that exceeds them, inside a C library too; its exit code tells which limit was exceeded.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

if sys.platform == "linux":
    import resource

OUT_OF_MEMORY = 77
"""Exit code of a process that ran out of memory; no library in use returns it."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """Limits on reading: `memory` in bytes for the whole process, `cpu_seconds` for each file."""

    memory: int = 1 << 30
    cpu_seconds: float = 20.0


def can_confine() -> bool:
    """Return whether this system can enforce such limits; where it cannot, only the guards apply."""
    return sys.platform == "linux"


def bound_memory(memory: int, *, beyond_own: bool = False) -> None:
    """Limit the address space of this process, in bytes; allocations beyond it raise MemoryError.

    `beyond_own`: what the process has by now does not count.
    """
    if sys.platform == "linux":
        if beyond_own:
            memory += int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


@contextmanager
def bounded_cpu(seconds: float) -> Iterator[None]:
    """Limit the CPU time of this process within the block; beyond it the kernel ends it with SIGPROF.

    A timer rather than RLIMIT_CPU, which counts whole seconds over all files that the process has read.
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
    """Return whether a process with this exit code had used up its CPU time."""
    return sys.platform == "linux" and exit_code == -signal.SIGPROF


def end_with_parent() -> None:
    """End this process when its parent ends, even by SIGKILL, which no handler sees."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=[parent.join], daemon=True).start()


def _exit_after(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)

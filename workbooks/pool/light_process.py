"""Worker processes that import only what their work needs."""

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import current_process
from multiprocessing.context import ForkProcess, SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

_MAIN = "__main__"
_LINUX = sys.platform == "linux"
_ONE_AT_A_TIME = threading.Lock()


class LightProcess(SpawnProcess):
    """A spawned process that does not import the parent's main module.

    Python imports it to find functions defined there. None of the functions run here are, and the main module may be
    Prefect's engine, which takes three times as long to import as everything that reading needs.
    """

    def start(self) -> None:
        """Start the process; see `multiprocessing.Process.start`."""
        with _main_hidden():
            super().start()

    def run(self) -> None:
        """Do the work of the process, looking for garbage as seldom as the command line does."""
        gc.set_threshold(50_000, 20, 100)
        super().run()


class LightContext(SpawnContext):
    """Multiprocessing context that starts every process as a `LightProcess`."""

    Process = LightProcess


class ForkingContext(SpawnContext):
    """Multiprocessing context that forks while this process may be forked, and else starts a `LightProcess`."""

    def Process(self, *args: Any, **kwargs: Any) -> BaseProcess:  # type: ignore[override] # noqa: ANN401, N802 # a class there
        """Make a process of either kind, when it is to be started."""
        return ForkedProcess(*args, **kwargs) if can_fork() else LightProcess(*args, **kwargs)


class ForkedProcess(ForkProcess):
    """A process that begins with all that its parent has imported and loaded."""

    def run(self) -> None:
        """Do the work of the process; what it got from its parent is no garbage."""
        gc.freeze()
        super().run()


def can_fork() -> bool:
    """Return whether this process may be forked: on Linux, while it has no other thread, whose locks a fork keeps."""
    return _LINUX and threading.active_count() == 1


def is_forked() -> bool:
    """Return whether this is a `ForkedProcess`."""
    return isinstance(current_process(), ForkedProcess)


@contextmanager
def _main_hidden() -> Iterator[None]:
    # A main module without file and spec counts as interactive and is not imported by the child. The state copied
    # to the child is read while the process starts, so the replacement lasts a few milliseconds.
    with _ONE_AT_A_TIME:
        main = sys.modules[_MAIN]
        sys.modules[_MAIN] = ModuleType(_MAIN)
        try:
            yield
        finally:
            sys.modules[_MAIN] = main

"""Worker processes that import only what their work needs."""

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType

_MAIN = "__main__"
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

"""Processes that start with nothing but what their work imports."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType

_MAIN = "__main__"
_ONE_AT_A_TIME = threading.Lock()


class LightProcess(SpawnProcess):
    """A fresh interpreter that does not import the main module of this one.

    Python imports it to find functions that were defined there. Ours never are, and the main module may be Prefect's
    engine, three times as dear to import as everything that reading needs.
    """

    def start(self) -> None:
        """Start it; see `multiprocessing.Process.start`."""
        with _main_hidden():
            super().start()


class LightContext(SpawnContext):
    """Starts every process as a `LightProcess`."""

    Process = LightProcess


@contextmanager
def _main_hidden() -> Iterator[None]:
    # Without a file and a spec the main module is taken for an interactive one, which nobody can import. What is
    # copied to the child is read from here while the process starts, so this holds for a few milliseconds.
    with _ONE_AT_A_TIME:
        main = sys.modules[_MAIN]
        sys.modules[_MAIN] = ModuleType(_MAIN)
        try:
            yield
        finally:
            sys.modules[_MAIN] = main

"""Worker processes that import only what their work needs."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import current_process
from multiprocessing.context import ForkProcess, ForkServerProcess, SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any

from domain.catalog.catalog import Catalog, CatalogError, load_catalog
from workbooks.pool.fork_server import is_running
from workbooks.pool.garbage import look_for_garbage

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
        """Do the work of the process, looking for garbage more seldom than Python does."""
        look_for_garbage(of_much_work=True)
        super().run()


class LightContext(SpawnContext):
    """Multiprocessing context that has processes forked by the fork server, if there is one, and else starts them."""

    def Process(self, *args: Any, **kwargs: Any) -> BaseProcess:  # type: ignore[override] # noqa: ANN401, N802 # a class there
        """Make a process of either kind, when it is to be started."""
        return ServedProcess(*args, **kwargs) if is_running() else LightProcess(*args, **kwargs)


class ForkingContext(LightContext):
    """Multiprocessing context that forks while this process may be forked, and else does as `LightContext`."""

    def Process(self, *args: Any, **kwargs: Any) -> BaseProcess:  # type: ignore[override] # noqa: ANN401, N802 # as above
        """Make a process of either kind, when it is to be started."""
        return ForkedProcess(*args, **kwargs) if can_fork() else super().Process(*args, **kwargs)


class ForkedProcess(ForkProcess):
    """A process that begins with all that its parent has imported and loaded."""

    def run(self) -> None:
        """Do the work of the process; see `LightProcess.run`."""
        look_for_garbage(of_much_work=True)
        super().run()


class ServedProcess(ForkServerProcess):
    """A process that begins with all that its parent had imported and loaded when it forked the fork server."""

    def start(self) -> None:
        """Start the process without its parent's main module, as a `LightProcess`."""
        with _main_hidden():
            super().start()

    def run(self) -> None:
        """Do the work of the process; see `LightProcess.run`."""
        look_for_garbage(of_much_work=True)
        super().run()


def can_fork() -> bool:
    """Return whether this process may be forked: on Linux, while it has no other thread, whose locks a fork keeps."""
    return _LINUX and threading.active_count() == 1


def is_forked() -> bool:
    """Return whether this process began with what its parent has or had imported and loaded."""
    return isinstance(current_process(), ForkedProcess | ServedProcess)


def bequeath(catalog: Catalog) -> None:
    """Keep the catalogue for processes that are forked from this one."""
    _inherited.clear()
    _inherited[catalog.root, catalog.version] = catalog


def catalog_of(root: Path, version: str) -> Catalog:
    """Return the catalogue, that of the parent where this process was forked.

    Raises:
        CatalogError: it cannot be used, or has changed since the run started.
    """
    if is_forked() and (root, version) in _inherited:
        return _inherited[root, version]
    catalog = load_catalog(root)
    if catalog.version != version:
        raise CatalogError(str(root), "changed while the run went on", "run again")
    return catalog


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


_inherited: dict[tuple[Path, str], Catalog] = {}
"""The catalogue of the parent by folder and version, which a forked process has as well."""

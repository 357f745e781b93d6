"""Read files with a worker pool in a separate process that a test may kill."""

import colorsys
import sys
import threading
import time
from pathlib import Path

from domain.catalog.catalog import load_catalog
from tests.catalogs import small_catalog
from tests.workbooks.container import hostile
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.pool.confinement import Confinement
from workbooks.pool.fork_server import start_fork_server
from workbooks.pool.landed_file import LandedFile
from workbooks.pool.reading_pool import ReadingPool

ONLY_HERE = colorsys.__name__
"""A module that only this one imports."""
FORKED, SPAWNED, SERVED = "forked", "spawned", "served"
"""How workers are started: a process that has another thread is not forked, unless it had a fork server before."""


def burn() -> None:
    """Use 0.3 seconds of CPU time."""
    while time.process_time() < 0.3:
        pass


def main(how: str, *paths: str) -> None:
    """Read the files and print what their reports tell about the workers."""
    if how == SERVED:
        start_fork_server()
    if how != FORKED:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    with ReadingPool(load_catalog(small_catalog()), Limits(), Confinement(), 1, parse=hostile.parse) as pool:
        for report in pool.read([LandedFile(Path(path), Hints("report.xlsx", ())) for path in paths]):
            sys.stdout.write(f"{report.issues[0].code} {report.issues[0].facts}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Benchmark of marking a workbook against re-saving it with openpyxl.

    make bench-annotate
    python -m benchmarks.annotate_vs_resave --rounds 15

Both process the same typical workbooks in turn in one process; the medians of CPU time and their ratio are printed.
openpyxl loads and saves without marks; ours marks five cells, adds a note to each and lists them on a sheet. The exit
status is 1 if ours takes more than a tenth of openpyxl's time on any workbook. A small form without formatting, which
costs openpyxl next to nothing, is timed but has no limit: our result sheet alone takes longer than a tenth of that.
"""

import argparse
import gc
import io
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import openpyxl

from benchmarks.typical import typical_workbooks
from domain.catalog.catalog import Catalog, load_catalog
from domain.issues import Issue, Severity
from workbooks.container.reader import read_workbook
from workbooks.marking.annotate import annotate

SHARE = 0.1
UNTYPICAL = "made by hand"
_ISSUES = 5


class MarkingTiming(NamedTuple):
    """Median CPU seconds of marking a workbook, and of re-saving it."""

    ours: float
    theirs: float

    @property
    def share(self) -> float:
        """Return our time as a share of theirs."""
        return self.ours / self.theirs


def main() -> None:
    """Measure, print a line for each workbook, and exit with 1 if the limit is exceeded."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="number of timings of each workbook")
    options = parser.parse_args()
    catalog = load_catalog()
    result = measure(catalog, typical_workbooks(catalog), options.rounds)
    timings = {name: timing for name, timing in result.items() if name != UNTYPICAL}
    for name, timing in result.items():
        sys.stdout.write(
            f"{name}: marking {timing.ours * 1e3:.2f} ms, re-saving {timing.theirs * 1e3:.2f} ms CPU (medians of "
            f"{options.rounds}): {timing.share:.1%} of it\n"
        )
    sys.exit(exit_status(timings))


def exit_status(timings: Mapping[str, MarkingTiming]) -> int:
    """Return the exit status: 0 if every workbook is within the limit, else 1."""
    return 0 if all(timing.share <= SHARE for timing in timings.values()) else 1


def measure(catalog: Catalog, workbooks: Mapping[str, bytes], rounds: int) -> dict[str, MarkingTiming]:
    """Time both on each workbook in turn, so that other load affects both."""
    gc.collect()
    gc.freeze()  # garbage collection during the timings does not traverse the catalogue
    try:
        return {name: _timing(catalog, data, rounds) for name, data in workbooks.items()}
    finally:
        gc.unfreeze()


def _timing(catalog: Catalog, data: bytes, rounds: int) -> MarkingTiming:
    works = partial(annotate, data, issues_in(data), (), catalog, "vi"), partial(_resave, data)
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for times, work in zip(taken, works, strict=True):
            times.append(_seconds(work))
    return MarkingTiming(*map(statistics.median, taken))


def issues_in(data: bytes) -> list[Issue]:
    """Return issues on some cells with numbers, as for a refused report."""
    sheet = read_workbook(data).sheets[0]
    cells = [cell.a1 for cell in sheet.cells.values() if not cell.text][:_ISSUES]
    return [
        Issue("text_where_number", Severity.CRITICAL, sheet.name, cell, "x", "1234", facts={"label": "x"})
        for cell in cells
    ]


def _resave(data: bytes) -> None:
    openpyxl.load_workbook(io.BytesIO(data)).save(io.BytesIO())


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()

"""Benchmark of our reader against openpyxl's full load: CPU time and memory.

    make bench
    python -m benchmarks.reader_vs_openpyxl --rounds 31

Both read the same typical workbooks in turn in one process; the medians of CPU time and their ratio are printed.
openpyxl loads once, though a report needs two loads (results and formulas). Memory is the growth of a new process's
peak resident set during reading, since expat and zlib allocate outside Python's accounting. The exit status is 1 if
the reader is less than twice as fast on any workbook, or takes 50 MB or more. A bare list, which suits openpyxl best,
is timed but has no limit.
"""

import argparse
import gc
import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import openpyxl

from benchmarks.typical import bare_list, typical_workbooks
from domain.catalog.catalog import load_catalog
from workbooks.container.reader import read_workbook

RATIO = 2.0
MEMORY = 50 << 20
# In a separate process, so that memory used by openpyxl and for building the workbooks does not count.
_MEASURE_PEAK = """
import sys
from pathlib import Path
from workbooks.container.reader import read_workbook

def resident(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(field))

data = sys.stdin.buffer.read()
Path("/proc/self/clear_refs").write_text("5")  # reset the peak
before = resident("VmRSS")
read_workbook(data)
print(resident("VmHWM") - before)
"""


class Timing(NamedTuple):
    """Median CPU seconds of our reader and of openpyxl, and our peak memory in bytes."""

    ours: float
    theirs: float
    memory: int

    @property
    def ratio(self) -> float:
        """Return how many times as fast our reader is."""
        return self.theirs / self.ours

    @property
    def is_kept(self) -> bool:
        """Return whether both limits are kept."""
        return self.ratio >= RATIO and self.memory < MEMORY


def main() -> None:
    """Measure, print a line for each workbook, and exit with 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=31, help="number of timings of each workbook")
    options = parser.parse_args()
    catalog = load_catalog()
    timings = measure(typical_workbooks(catalog), options.rounds)
    untypical = measure({"for comparison, a bare list of villages x 10": bare_list(catalog)}, options.rounds)
    for name, timing in {**timings, **untypical}.items():
        sys.stdout.write(
            f"{name}: ours {timing.ours * 1e3:.2f} ms, openpyxl {timing.theirs * 1e3:.2f} ms CPU (medians of "
            f"{options.rounds}): {timing.ratio:.2f} times as fast; peak memory {timing.memory / (1 << 20):.1f} MB\n"
        )
    sys.exit(exit_status(timings.values()))


def exit_status(timings: Iterable[Timing]) -> int:
    """Return the exit status: 0 if both limits are kept on every workbook, else 1."""
    return 0 if all(timing.is_kept for timing in timings) else 1


def measure(workbooks: Mapping[str, bytes], rounds: int) -> dict[str, Timing]:
    """Time both readers on each workbook in turn."""
    gc.collect()
    gc.freeze()  # garbage collection during the timings does not traverse the catalogue
    try:
        return {
            name: Timing(*_seconds((read_workbook, _load), data, rounds), peak_memory(data))
            for name, data in workbooks.items()
        }
    finally:
        gc.unfreeze()


def _load(data: bytes) -> object:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=True)


def _seconds(readers: tuple[Callable[[bytes], object], ...], data: bytes, rounds: int) -> Iterator[float]:
    """Return the median CPU seconds of each reader, run in turn so that other load affects both."""
    taken: list[list[float]] = [[] for _ in readers]
    for _ in range(rounds):
        for times, read in zip(taken, readers, strict=True):
            started = time.process_time()
            read(data)
            times.append(time.process_time() - started)
    return map(statistics.median, taken)


def peak_memory(data: bytes) -> int:
    """Return the growth in bytes of a new process's peak resident set while our reader reads; Linux only."""
    child = subprocess.run([sys.executable, "-c", _MEASURE_PEAK], input=data, capture_output=True, check=True)  # noqa: S603 - ourselves
    return int(child.stdout)


if __name__ == "__main__":
    main()

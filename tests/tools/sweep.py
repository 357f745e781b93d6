"""Sweeps thousands of workbooks through the reading pool and its limits: none may crash, run away or end unexplained.

    make sweep                               # 10,000 mutated good workbooks
    make sweep CORPUS=folder MUTANTS=500     # and every workbook of a folder

A crash is a fault of ours, or a worker that dies. Unbounded is a file that is ended for taking more CPU time or memory
than a file may. Unexplained is a report that has neither a place (form, unit, period) nor a critical issue, or that has
an issue without a text. The exit status is 1 when there is any of the three.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from rich.progress import Progress

from benchmarks.typical import PERIOD, UNIT, saved_as_xls, saved_like_excel
from domain.batches import batched
from domain.catalog.catalog import Catalog, load_catalog
from domain.submissions import ParsedReport
from tests.builders import make_workbook
from tests.tools.mutants import mutate
from tests.workbooks.workbook_edits import make_handmade, save
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.pool.confinement import Confinement, can_confine
from workbooks.pool.landed_file import LandedFile, Parse
from workbooks.pool.reading_pool import ReadingFailure, ReadingPool
from workbooks.report.parse import parse_report

_SUFFIXES = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".other"}
_BATCH = 250
"""Mutants that lie on disk at a time."""


class SweepVerdict(StrEnum):
    """How reading a file ended."""

    READ = "read"
    REFUSED = "refused"
    CRASH = "crash"
    UNBOUNDED = "unbounded"
    UNEXPLAINED = "unexplained"


FAULTS = (SweepVerdict.CRASH, SweepVerdict.UNBOUNDED, SweepVerdict.UNEXPLAINED)
_FATES = {
    ReadingFailure.STOPPED.value: SweepVerdict.CRASH,
    ReadingFailure.TOO_LONG.value: SweepVerdict.UNBOUNDED,
    ReadingFailure.TOO_MUCH_MEMORY.value: SweepVerdict.UNBOUNDED,
}


class Task(NamedTuple):
    """A file to read: one that exists, or the mutant of a seed."""

    path: Path | None
    seed: int = 0

    @property
    def name(self) -> str:
        """What to call it in the report."""
        return str(self.path) if self.path else f"mutant {self.seed}"


class SweepOutcome(NamedTuple):
    """A task with its verdict and the codes of its issues."""

    task: Task
    verdict: SweepVerdict
    codes: tuple[str, ...] = ()


def main() -> None:
    """Sweep and print the counts, and each file that went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="folder of workbooks; may be absent")
    parser.add_argument("--mutants", type=int, default=10_000, help="how many mutated good workbooks")
    parser.add_argument("--seed", type=int, default=1, help="first seed of the mutants")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many processes")
    options = parser.parse_args()
    tasks = [*corpus_tasks(options.corpus), *(Task(None, options.seed + n) for n in range(options.mutants))]
    counts: Counter[SweepVerdict] = Counter()
    started = time.monotonic()
    with Progress() as progress:
        bar = progress.add_task("reading", total=len(tasks))
        for outcome in sweep(tasks, options.workers):
            counts[outcome.verdict] += 1
            progress.advance(bar)
            if outcome.verdict in FAULTS:
                progress.console.print(f"{outcome.verdict}: {outcome.task.name}: {outcome.codes}", markup=False)
    result = ", ".join(f"{verdict} {counts[verdict]}" for verdict in SweepVerdict)
    sys.stdout.write(f"{len(tasks)} files in {time.monotonic() - started:.0f} s: {result}\n")
    sys.exit(1 if any(counts[fault] for fault in FAULTS) else 0)


def corpus_tasks(folder: Path | None) -> list[Task]:
    """Every workbook below a folder, in order; none where there is no such folder."""
    result = sorted(folder.rglob("*")) if folder is not None and folder.is_dir() else []
    return [Task(path) for path in result if path.suffix.lower() in _SUFFIXES and path.is_file()]


def sweep(
    tasks: Sequence[Task], workers: int, *, confinement: Confinement | None = None, parse: Parse = parse_report
) -> Iterator[SweepOutcome]:
    """Read every task's file as a night does: in worker processes, with limits of memory and CPU time for each."""
    catalog = _catalog()
    bounds = confinement or (Confinement() if can_confine() else None)
    with TemporaryDirectory() as folder, ReadingPool(catalog, Limits(), bounds, workers, parse=parse) as pool:
        for batch in batched(tasks, _BATCH):
            reports = pool.read([_landed(task, Path(folder) / f"{place}.xlsx") for place, task in enumerate(batch)])
            for task, report in zip(batch, reports, strict=True):
                yield SweepOutcome(task, verdict_of(report, catalog), tuple(issue.code for issue in report.issues))


def _landed(task: Task, at: Path) -> LandedFile:
    if task.path is not None:
        return LandedFile(task.path, Hints(task.path.name))
    at.write_bytes(mutate(good_workbooks(), task.seed))
    return LandedFile(at, Hints(f"{UNIT}_{PERIOD}.xlsx"))


def verdict_of(report: ParsedReport, catalog: Catalog) -> SweepVerdict:
    """Whether a report says what became of the file, and what it says."""
    codes = {issue.code for issue in report.issues}
    fate = next((result for code, result in _FATES.items() if code in codes), None)
    if fate is not None:
        return fate
    if not (report.is_placeable or report.has_critical) or not codes <= set(catalog.issue_texts):
        return SweepVerdict.UNEXPLAINED
    return SweepVerdict.REFUSED if report.has_critical else SweepVerdict.READ


@lru_cache(maxsize=1)
def _catalog() -> Catalog:
    return load_catalog()


@lru_cache(maxsize=1)
def good_workbooks() -> tuple[bytes, ...]:
    """What is mutated, all without a fault: a filled template, a form made by hand as two programs save it, an .xls."""
    by_hand = make_handmade(_catalog(), UNIT, PERIOD)
    return make_workbook(_catalog(), UNIT, PERIOD), save(by_hand), saved_like_excel(by_hand), saved_as_xls(by_hand)


if __name__ == "__main__":
    main()

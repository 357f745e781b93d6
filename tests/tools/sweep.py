"""Read thousands of workbooks through the reading pool: none may crash, exceed its limits or end unexplained.

    make sweep                               # 10,000 mutated valid workbooks
    make sweep CORPUS=folder MUTANTS=500     # and every workbook of a folder

A crash is an exception of ours, or a worker that dies. Unbounded is a file that is stopped for exceeding the limit of
CPU time or memory. Unexplained is a report that has neither form, unit and period nor a critical issue, or that has an
issue without a text. The exit status is 1 if any of the three occurs.
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
from workbooks.pool.reading_pool import ReadingPool
from workbooks.pool.worker_process import ReadingFailure
from workbooks.report.parse import parse_report

_SUFFIXES = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".other"}
_BATCH = 250
"""Mutants on disk at a time."""


class SweepResult(StrEnum):
    """Result of reading a file."""

    READ = "read"
    REFUSED = "refused"
    CRASH = "crash"
    UNBOUNDED = "unbounded"
    UNEXPLAINED = "unexplained"


FAULTS = (SweepResult.CRASH, SweepResult.UNBOUNDED, SweepResult.UNEXPLAINED)
_FAILURES = {
    ReadingFailure.STOPPED.value: SweepResult.CRASH,
    ReadingFailure.TOO_LONG.value: SweepResult.UNBOUNDED,
    ReadingFailure.TOO_MUCH_MEMORY.value: SweepResult.UNBOUNDED,
}


class Task(NamedTuple):
    """A file to read: an existing one, or the mutant of a seed."""

    path: Path | None
    seed: int = 0

    @property
    def name(self) -> str:
        """Return the name for the output."""
        return str(self.path) if self.path else f"mutant {self.seed}"


class SweepOutcome(NamedTuple):
    """A task with its result and the codes of its issues."""

    task: Task
    result: SweepResult
    codes: tuple[str, ...] = ()


def main() -> None:
    """Sweep, and print the counts and each fault."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="folder of workbooks; may be absent")
    parser.add_argument("--mutants", type=int, default=10_000, help="number of mutated valid workbooks")
    parser.add_argument("--seed", type=int, default=1, help="first seed of the mutants")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="number of processes")
    options = parser.parse_args()
    tasks = [*corpus_tasks(options.corpus), *(Task(None, options.seed + n) for n in range(options.mutants))]
    counts: Counter[SweepResult] = Counter()
    started = time.monotonic()
    with Progress() as progress:
        bar = progress.add_task("reading", total=len(tasks))
        for outcome in sweep(tasks, options.workers):
            counts[outcome.result] += 1
            progress.advance(bar)
            if outcome.result in FAULTS:
                progress.console.print(f"{outcome.result}: {outcome.task.name}: {outcome.codes}", markup=False)
    summary = ", ".join(f"{result} {counts[result]}" for result in SweepResult)
    sys.stdout.write(f"{len(tasks)} files in {time.monotonic() - started:.0f} s: {summary}\n")
    sys.exit(1 if any(counts[fault] for fault in FAULTS) else 0)


def corpus_tasks(folder: Path | None) -> list[Task]:
    """Return every workbook below a folder, in order; none if there is no such folder."""
    paths = sorted(folder.rglob("*")) if folder is not None and folder.is_dir() else []
    return [Task(path) for path in paths if path.suffix.lower() in _SUFFIXES and path.is_file()]


def sweep(
    tasks: Sequence[Task], workers: int, *, confinement: Confinement | None = None, parse: Parse = parse_report
) -> Iterator[SweepOutcome]:
    """Read the file of each task as in a nightly run: in worker processes, with limits of memory and CPU time."""
    catalog = _catalog()
    bounds = confinement or (Confinement() if can_confine() else None)
    with TemporaryDirectory() as folder, ReadingPool(catalog, Limits(), bounds, workers, parse=parse) as pool:
        for batch in batched(tasks, _BATCH):
            reports = pool.read([_landed(task, Path(folder) / f"{place}.xlsx") for place, task in enumerate(batch)])
            for task, report in zip(batch, reports, strict=True):
                yield SweepOutcome(task, classify(report, catalog), tuple(issue.code for issue in report.issues))


def _landed(task: Task, at: Path) -> LandedFile:
    if task.path is not None:
        return LandedFile(task.path, Hints(task.path.name))
    at.write_bytes(mutate(good_workbooks(), task.seed))
    return LandedFile(at, Hints(f"{UNIT}_{PERIOD}.xlsx"))


def classify(report: ParsedReport, catalog: Catalog) -> SweepResult:
    """Classify a report by what happened to its file."""
    codes = {issue.code for issue in report.issues}
    failure = next((result for code, result in _FAILURES.items() if code in codes), None)
    if failure is not None:
        return failure
    if not (report.is_placeable or report.has_critical) or not codes <= set(catalog.texts.issues):
        return SweepResult.UNEXPLAINED
    return SweepResult.REFUSED if report.has_critical else SweepResult.READ


@lru_cache(maxsize=1)
def _catalog() -> Catalog:
    return load_catalog()


@lru_cache(maxsize=1)
def good_workbooks() -> tuple[bytes, ...]:
    """Return the valid workbooks to mutate: a filled template, a form made by hand saved by two programs, an .xls."""
    by_hand = make_handmade(_catalog(), UNIT, PERIOD)
    return make_workbook(_catalog(), UNIT, PERIOD), save(by_hand), saved_like_excel(by_hand), saved_as_xls(by_hand)


if __name__ == "__main__":
    main()

"""Sweeps thousands of workbooks through reading under its limits: none may crash, run away or end unexplained.

    make sweep                               # 10,000 mutated good workbooks
    make sweep CORPUS=folder MUTANTS=500     # and every workbook of a folder

A crash is any exception, or a worker that dies. Unbounded is a file that takes more than 20 s of CPU time or 1 GB.
Unexplained is a report with neither observations nor an issue. The exit status is 1 when there is any of the three.
"""  # noqa: INP001 - no package: run as a script

import argparse
import multiprocessing
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from rich.progress import Progress

from benchmarks.mutants import mutate
from benchmarks.typical import PERIOD, UNIT, saved_as_xls, saved_like_excel
from domain.catalog import Catalog, load_catalog
from domain.submissions import ParsedReport
from tests.builders import make_workbook
from tests.workbooks.making import make_handmade, save
from workbooks.hints import Hints
from workbooks.parse import parse_report

CPU_SECONDS = 20.0
MEMORY = 1 << 30
_SUFFIXES = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}


class Verdict(StrEnum):
    """How reading a file ended."""

    READ = "read"
    REFUSED = "refused"
    CRASH = "crash"
    UNBOUNDED = "unbounded"
    UNEXPLAINED = "unexplained"


FAULTS = (Verdict.CRASH, Verdict.UNBOUNDED, Verdict.UNEXPLAINED)


class Task(NamedTuple):
    """A file to read: one that exists, or the mutant of a seed."""

    path: str | None
    seed: int = 0

    @property
    def name(self) -> str:
        """What to call it in the report."""
        return self.path or f"mutant {self.seed}"


class Outcome(NamedTuple):
    """A task with its verdict, and what there is to say of it."""

    task: Task
    verdict: Verdict
    detail: str = ""


class TooLongError(BaseException):
    """A file has used up its CPU time; no Exception, so that no handler on the way swallows it."""


def main() -> None:
    """Sweep and print the counts, and each file that went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="folder of workbooks; may be absent")
    parser.add_argument("--mutants", type=int, default=10_000, help="how many mutated good workbooks")
    parser.add_argument("--seed", type=int, default=1, help="first seed of the mutants")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many processes")
    options = parser.parse_args()
    tasks = [*corpus_tasks(options.corpus), *(Task(None, options.seed + n) for n in range(options.mutants))]
    counts: Counter[Verdict] = Counter()
    with Progress() as progress:
        bar = progress.add_task("reading", total=len(tasks))
        for outcome in sweep(tasks, options.workers):
            counts[outcome.verdict] += 1
            progress.advance(bar)
            if outcome.verdict in FAULTS:
                progress.console.print(f"{outcome.verdict}: {outcome.task.name}: {outcome.detail}", markup=False)
    sys.stdout.write(f"{len(tasks)} files: {', '.join(f'{one} {counts[one]}' for one in Verdict)}\n")
    sys.exit(1 if any(counts[fault] for fault in FAULTS) else 0)


def corpus_tasks(folder: Path | None) -> list[Task]:
    """Every workbook below a folder, in order; none where there is no such folder."""
    found = sorted(folder.rglob("*")) if folder is not None and folder.is_dir() else []
    return [Task(str(path)) for path in found if path.suffix.lower() in _SUFFIXES and path.is_file()]


def sweep(tasks: Sequence[Task], workers: int) -> Iterator[Outcome]:
    """Read every task's file in worker processes; one that kills its worker is tried again alone, then blamed."""
    again: list[Task] = []
    for start in range(0, len(tasks), 500):
        for task, outcome in _run(tasks[start : start + 500], workers):
            if outcome is None:
                again.append(task)
            else:
                yield outcome
    for task in again:
        for _, outcome in _run([task], 1):
            yield outcome or Outcome(task, Verdict.CRASH, "the worker died")


def _run(tasks: Sequence[Task], workers: int) -> Iterator[tuple[Task, Outcome | None]]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=limit_memory) as pool:
        futures: dict[Future[Outcome], Task] = {pool.submit(read_task, task): task for task in tasks}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                yield futures[future], None


def limit_memory() -> None:
    """Bound what this process may take; asking for more is a MemoryError."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def read_task(task: Task) -> Outcome:
    """Read one file under the limits."""
    catalog = _catalog()
    data = Path(task.path).read_bytes() if task.path else mutate(good_workbooks(), task.seed)
    name = Path(task.path).name if task.path else f"{UNIT}_{PERIOD}.xlsx"
    return judge(task, lambda: parse_report(data, catalog, Hints(name)))


def judge(task: Task, read: Callable[[], ParsedReport], cpu_seconds: float = CPU_SECONDS) -> Outcome:
    """How reading ends, whatever it does."""
    signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_seconds)
    try:
        return Outcome(task, verdict_of(read()))
    except (TooLongError, MemoryError) as stopped:
        return Outcome(task, Verdict.UNBOUNDED, type(stopped).__name__)
    except Exception as error:  # noqa: BLE001 - whatever escapes is what the sweep looks for
        return Outcome(task, Verdict.CRASH, repr(error))
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def verdict_of(report: ParsedReport) -> Verdict:
    """Whether a report says anything, and whether it is refused."""
    if not report.issues and not report.observations:
        return Verdict.UNEXPLAINED
    return Verdict.REFUSED if report.has_critical else Verdict.READ


@lru_cache(maxsize=1)
def _catalog() -> Catalog:
    return load_catalog()


@lru_cache(maxsize=1)
def good_workbooks() -> tuple[bytes, ...]:
    """What is mutated, all without a fault: a filled template, a form made by hand as two programs save it, an .xls."""
    by_hand = make_handmade(_catalog(), UNIT, PERIOD)
    return make_workbook(_catalog(), UNIT, PERIOD), save(by_hand), saved_like_excel(by_hand), saved_as_xls(by_hand)


def _stop(_: int, __: object) -> None:
    raise TooLongError


if __name__ == "__main__":
    main()

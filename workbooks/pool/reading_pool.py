"""Reading in worker processes: no file can take more than its share of the machine, or keep another from being read."""

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from enum import StrEnum
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from domain.catalog.catalog import Catalog
from domain.errors import TransientError
from domain.issues import Issue, Severity
from domain.submissions import ParsedReport
from workbooks.cells.guards import Limits
from workbooks.pool.confinement import OUT_OF_MEMORY, Confinement, ran_out_of_time
from workbooks.pool.landed_file import LandedFile, Parse, refuse
from workbooks.pool.light_process import LightContext
from workbooks.pool.reading_worker import WorkerCrash, WorkerSettings, answer, get_ready, read_file
from workbooks.report.parse import parse_report

_LOG = logging.getLogger(__name__)

_FILES_PER_WORKER = 20
"""Starting a worker costs about as much as reading this many files: fewer do not deserve one more."""
_WALL_FACTOR = 6
"""A file that waits instead of working is given up after so many times its CPU time; a machine may be busy."""
_LEAST_WALL_SECONDS = 120.0
"""And not before this."""
_PATIENCE = 60
"""Seconds beyond that until workers are given up of which nothing is heard any more."""


class ReadingStoppedError(TransientError):
    """A worker ends before it was given anything to read."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "the processes that read workbooks keep ending by themselves. Every file lies intact in the landing. See "
            "what these processes printed, make sure that memory is free and that nobody changes the catalogue while a "
            "run goes on, then run again."
        )


class ReadingFailure(StrEnum):
    """How a file brought its reading to an end; the value is the code of its issue."""

    TOO_LONG = "took_too_long"
    TOO_MUCH_MEMORY = "took_too_much_memory"
    STOPPED = "reading_stopped"


Outcome = ParsedReport | WorkerCrash | ReadingFailure
Promise = Future[ParsedReport | WorkerCrash]


class ReadingPool:
    """Worker processes that read: a `Reader`, started when the first files come, to be closed after the last.

    A file that ended its worker is read once more, alone in a fresh one: the end may have come from outside, or from
    what earlier files had left in memory. Having used up its CPU time is a file's own doing, and final.
    """

    def __init__(
        self,
        catalog: Catalog,
        limits: Limits,
        confinement: Confinement | None,
        workers: int,
        *,
        parse: Parse = parse_report,
    ) -> None:
        """Have at most so many workers; `parse` is found by its module and name."""
        self._catalog = catalog
        self._orders = WorkerSettings(catalog.root, catalog.version, limits, confinement, parse)
        self._wall_seconds = max(_LEAST_WALL_SECONDS, _WALL_FACTOR * confinement.cpu_seconds if confinement else 0)
        self._most = workers
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End every worker, whatever it does."""
        while self._workers:
            self._workers.pop().close()

    def read(self, files: Iterable[LandedFile]) -> tuple[ParsedReport, ...]:
        """What each file says; see `Reader.read`.

        Raises:
            ReadingStoppedError: no worker stays alive, whatever it is given.
        """
        results = list(files)
        while len(self._workers) < min(self._most, 1 + len(results) // _FILES_PER_WORKER):
            self._workers.append(_Worker(self._orders, self._wall_seconds))
        outcomes = _share_out(results, self._workers, self._wall_seconds)
        return tuple(self._settle(file, outcome) for file, outcome in zip(results, outcomes, strict=True))

    def _settle(self, file: LandedFile, outcome: Outcome) -> ParsedReport:
        if isinstance(outcome, ReadingFailure) and outcome is not ReadingFailure.TOO_LONG:
            _LOG.warning("%s ended its worker (%s) and is read once more, alone", file.path.name, outcome.value)
            outcome = self._read_alone(file)
        if isinstance(outcome, WorkerCrash):
            _LOG.error("reading %s met a fault of ours:\n%s", file.path.name, outcome.trace)
            outcome = ReadingFailure.STOPPED
        if isinstance(outcome, ReadingFailure):
            return refuse(file, self._catalog, Issue(outcome.value, Severity.CRITICAL))
        return outcome

    def _read_alone(self, file: LandedFile) -> Outcome:
        worker = _Worker(self._orders, self._wall_seconds)
        try:
            (outcome,) = _share_out([file], [worker], self._wall_seconds)
        finally:
            worker.close()
        return outcome


class _Worker:
    """One process, and another in its place whenever it ends.

    A pebble pool of one: with several processes in a pool, one that dies at once after it took a file up can do so
    before the pool has heard which file that was, and nobody notices until the file's time is over.
    """

    def __init__(self, orders: WorkerSettings, wall_seconds: float) -> None:
        self._orders = orders
        self._wall_seconds = wall_seconds
        self._open()

    def start(self, file: LandedFile) -> Promise:
        """Begin to read a file."""
        try:
            return self._take_up(file)
        except RuntimeError:  # how pebble says that the process ended while it had nothing to do
            self._replace()
            return self._take_up(file)

    def finish(self, promise: Promise) -> Outcome:
        """How reading that file came out; called when it did, or when all patience is at its end."""
        if not promise.done():
            self._replace()
            return ReadingFailure.STOPPED
        return _outcome_of(promise)

    def close(self) -> None:
        """End the process."""
        self._pool.stop()  # type: ignore[no-untyped-call] # pebble leaves it without annotations
        self._pool.join()

    def _open(self) -> None:
        self._pool = ProcessPool(max_workers=1, initializer=get_ready, initargs=[self._orders], context=LightContext())
        self._ready = self._pool.schedule(answer)

    def _replace(self) -> None:
        self.close()
        self._open()

    def _take_up(self, file: LandedFile) -> Promise:
        # What ends a process that answered before is the file; what ends one that never did is no file's fault.
        wait([self._ready], timeout=_LEAST_WALL_SECONDS)
        if not self._ready.done() or self._ready.exception() is not None:
            raise ReadingStoppedError
        return self._pool.schedule(read_file, [self._orders, file], timeout=self._wall_seconds)


def _share_out(files: Sequence[LandedFile], workers: Sequence[_Worker], wall_seconds: float) -> list[Outcome]:
    """Give every worker one file at a time until all are read; how each came out, in the files' order."""
    outcomes: dict[int, Outcome] = {}
    waiting = deque(enumerate(files))
    idle = list(workers)
    reading: dict[Promise, tuple[int, _Worker]] = {}
    while waiting or reading:
        while waiting and idle:
            place, file = waiting.popleft()
            worker = idle.pop()
            reading[worker.start(file)] = place, worker
        done, _ = wait(reading, timeout=wall_seconds + _PATIENCE, return_when=FIRST_COMPLETED)
        for promise in done or tuple(reading):
            place, worker = reading.pop(promise)
            outcomes[place] = worker.finish(promise)
            idle.append(worker)
    return [outcomes[place] for place in range(len(files))]


def _outcome_of(promise: Promise) -> Outcome:
    """What became of a file.

    Raises:
        OSError: the file's bytes cannot be read from where they lie.
    """
    try:
        return promise.result()
    except BrokenProcessPool:  # the process ended before it was known to have taken the file up
        return ReadingFailure.STOPPED
    except ProcessExpired as ended:
        if ran_out_of_time(ended.exitcode):
            return ReadingFailure.TOO_LONG
        return ReadingFailure.TOO_MUCH_MEMORY if ended.exitcode == OUT_OF_MEMORY else ReadingFailure.STOPPED
    except TimeoutError as error:
        if isinstance(error.errno, int):
            raise  # not pebble's: the storage of the landing did not answer
        return ReadingFailure.STOPPED

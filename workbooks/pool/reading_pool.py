"""Reading in worker processes, so that no file exceeds its resources or keeps another from being read."""

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from enum import StrEnum
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from domain.batches import batched
from domain.catalog.catalog import Catalog
from domain.errors import TransientError
from domain.issues import Issue, Severity
from domain.submissions import ParsedReport
from workbooks.cells.guards import Limits
from workbooks.direct.parse import LearntPlan, parse_directly
from workbooks.pool.confinement import OUT_OF_MEMORY, Confinement, ran_out_of_time
from workbooks.pool.landed_file import LandedFile, Parse, refuse
from workbooks.pool.light_process import ForkingContext, bequeath, can_fork
from workbooks.pool.reading_worker import Answer, WorkerCrash, WorkerSettings, answer, get_ready, read_files

_LOG = logging.getLogger(__name__)

_FILES_PER_WORKER = 20
"""Starting a worker costs about as much as reading this many files, so each worker needs at least as many."""
_FILES_AT_ONCE = 25
"""Most files handed to a worker at once: handing over takes as long as reading a file."""
_PLANS_SHARED = 32
"""Most plans that are handed from worker to worker; of more forms each learns by itself."""
_WALL_FACTOR = 6
"""Wall time allowed for a file, as a multiple of its CPU time; generous, since the machine may be busy."""
_LEAST_WALL_SECONDS = 120.0
"""Lower bound of the wall time allowed for a file, and the time allowed for a worker to start."""
_PATIENCE = 60
"""Seconds beyond the wall time after which workers that do not answer are replaced."""


class ReadingStoppedError(TransientError):
    """A worker ended before it received any file."""

    def __init__(self) -> None:
        """Build the message with its remedy."""
        super().__init__(
            "the processes that read workbooks keep ending by themselves. Every file lies intact in the landing. See "
            "what these processes printed, make sure that memory is free and that nobody changes the catalogue while a "
            "run goes on, then run again."
        )


class ReadingFailure(StrEnum):
    """How reading a file failed; the value is the code of its issue."""

    TOO_LONG = "took_too_long"
    TOO_MUCH_MEMORY = "took_too_much_memory"
    STOPPED = "reading_stopped"


Outcome = ParsedReport | WorkerCrash | ReadingFailure
Promise = Future[Answer]


class ReadingPool:
    """Pool of worker processes that implements `Reader`; started on the first files, or where many are expected.

    It is to be closed after the last file.

    A worker takes several files at once; when it ends, they are handed out one by one, which tells whose fault it was.
    A file whose worker ended is read once more, alone in a new worker: the cause may have been external, or memory
    used by earlier files. Exceeding the CPU time is the file's own fault and not retried.

    What a worker learns about forms is handed to the others: learning it takes as long as reading some hundred files.
    """

    def __init__(
        self,
        catalog: Catalog,
        limits: Limits,
        confinement: Confinement | None,
        workers: int,
        *,
        parse: Parse = parse_directly,
    ) -> None:
        """Use at most `workers` processes; `parse` must be importable by module and name."""
        self._catalog = catalog
        self._orders = WorkerSettings(catalog.root, catalog.version, limits, confinement, parse)
        self._wall_seconds = max(_LEAST_WALL_SECONDS, _WALL_FACTOR * confinement.cpu_seconds if confinement else 0)
        self._most = workers
        self._workers: list[_Worker] = []
        self._plans: list[LearntPlan] = []
        self._ahead: dict[LandedFile, tuple[Promise, int]] = {}
        bequeath(catalog)

    def __enter__(self) -> Self:
        if not _early:
            self.start_early()
        while _early:
            worker = _early.pop()
            if worker.orders == self._orders:
                worker.plans = self._plans
                self._workers.append(worker)
            else:
                worker.close()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def start_early(self) -> None:
        """Fork a worker for the next pool of these settings, if this process has no other thread yet.

        It shares what is imported and loaded, so that it costs little, whether a file comes or not; starting a new
        process costs as much as all else that a few files need.
        """
        if can_fork():
            _early.append(self._new_worker())

    def close(self) -> None:
        """Stop every worker, busy or not, all at once: the end of each takes a tenth of a second."""
        for worker in self._workers:
            worker.stop()
        while self._workers:
            self._workers.pop().close()

    def expect(self, files: int) -> None:
        """Start the workers that so many files need, unless few come, which may wait; see `Reader.expect`."""
        if files >= _FILES_PER_WORKER:
            self._start(files)

    def read(self, files: Iterable[LandedFile]) -> tuple[ParsedReport, ...]:
        """Return the report of each file; see `Reader.read`.

        Raises:
            ReadingStoppedError: no worker stays alive.
        """
        results = list(files)
        self._start(len(results))
        outcomes = self._finish_ahead(results)
        rest = [file for file in results if file not in outcomes]
        if not self._plans and len(self._workers) > 1:
            first, rest = rest[:_FILES_AT_ONCE], rest[_FILES_AT_ONCE:]
            outcomes |= _share_out(first, self._workers[:1], self._wall_seconds)  # one learns for all
        outcomes |= _share_out(rest, self._workers, self._wall_seconds)
        return tuple(self._settle(file, outcomes[file]) for file in results)

    def read_ahead(self, files: Sequence[LandedFile]) -> None:
        """Begin to read files in the first worker unless it is busy or starting; see `Reader.read_ahead`."""
        worker = next(iter(self._workers), None)
        if worker is not None and worker.is_ready and all(promise.done() for promise, _ in self._ahead.values()):
            for batch in batched(files, _FILES_AT_ONCE):
                promise = worker.start(batch)
                self._ahead.update({file: (promise, place) for place, file in enumerate(batch)})

    def _finish_ahead(self, files: Sequence[LandedFile]) -> dict[LandedFile, Outcome]:
        """Return the outcomes of files that were read ahead, but for those that may have ended their worker.

        They are read like all others, which tells whose fault it was.
        """
        ahead = {file: self._ahead.pop(file) for file in files if file in self._ahead}
        promises = {promise for promise, _ in ahead.values()}
        answers: dict[Promise, Sequence[Outcome]] = {}
        for promise in wait(promises, timeout=self._wall_seconds * _FILES_AT_ONCE + _PATIENCE).done:
            with suppress(OSError):
                result = self._workers[0].finish(promise)
                if not isinstance(result, ReadingFailure):
                    answers[promise] = result
        return {file: answers[promise][place] for file, (promise, place) in ahead.items() if promise in answers}

    def _start(self, files: int) -> None:
        while len(self._workers) < min(self._most, 1 + files // _FILES_PER_WORKER):
            self._workers.append(self._new_worker())

    def _new_worker(self) -> "_Worker":
        return _Worker(self._orders, self._wall_seconds, self._plans)

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
        worker = self._new_worker()
        try:
            return _share_out([file], [worker], self._wall_seconds)[file]
        finally:
            worker.close()


class _Worker:
    """One worker process, replaced by another whenever it ends.

    A pebble pool of one process: in a pool of several, a process that dies right after taking a task may do so before
    the pool knows which task it was, and the loss goes unnoticed until the task's timeout.
    """

    def __init__(self, orders: WorkerSettings, wall_seconds: float, plans: list[LearntPlan]) -> None:
        """Start the process; to `plans`, which workers share, it adds what it learns."""
        self.orders = orders
        self.plans = plans
        self._handed = 0
        self._wall_seconds = wall_seconds
        self._open()

    @property
    def is_ready(self) -> bool:
        """Return whether the process has started."""
        return self._ready.done() and self._ready.exception() is None

    def start(self, files: Sequence[LandedFile]) -> Promise:
        """Start reading files."""
        try:
            return self._take_up(files)
        except RuntimeError:  # raised by pebble if the process ended while idle
            self._replace()
            return self._take_up(files)

    def finish(self, promise: Promise) -> Sequence[Outcome] | ReadingFailure:
        """Return the outcome of each file; a promise that is not done by now has timed out."""
        if not promise.done():
            self._replace()
            return ReadingFailure.STOPPED
        result = _outcome_of(promise)
        if isinstance(result, ReadingFailure):
            self._handed = 0  # to the process that is started instead
            return result
        outcomes, learnt = result
        self.plans += [plan for plan in learnt if plan not in self.plans][: _PLANS_SHARED - len(self.plans)]
        return outcomes

    def stop(self) -> None:
        """Stop the process, which ends soon after."""
        self._pool.stop()  # type: ignore[no-untyped-call] # pebble has no annotations

    def close(self) -> None:
        """Stop the process and wait for its end."""
        self.stop()
        self._pool.join()

    def _open(self) -> None:
        # What replaces an ended process is not forked from this one: the pool's threads run by then.
        self._pool = ProcessPool(max_workers=1, initializer=get_ready, initargs=[self.orders], context=ForkingContext())
        self._ready = self._pool.schedule(answer)

    def _replace(self) -> None:
        self.close()
        self._handed = 0
        self._open()

    def _take_up(self, files: Sequence[LandedFile]) -> Promise:
        # A process that has answered once can only be ended by a file; one that never answered failed to start.
        wait([self._ready], timeout=_LEAST_WALL_SECONDS)
        if not self.is_ready:
            raise ReadingStoppedError
        plans, self._handed = self.plans[self._handed :], len(self.plans)
        return self._pool.schedule(read_files, [self.orders, plans, files], timeout=self._wall_seconds * len(files))


_early: list[_Worker] = []
"""The worker that was forked before there was a pool."""


def _share_out(
    files: Sequence[LandedFile], workers: Sequence[_Worker], wall_seconds: float
) -> dict[LandedFile, Outcome]:
    """Distribute the files among the workers, some at a time each; return the outcome of each file."""
    outcomes: dict[LandedFile, Outcome] = {}
    at_once = max(1, min(_FILES_AT_ONCE, len(files) // (2 * len(workers))))
    waiting: deque[Sequence[LandedFile]] = deque(batched(files, at_once))
    idle = list(workers)
    reading: dict[Promise, tuple[Sequence[LandedFile], _Worker]] = {}
    while waiting or reading:
        while waiting and idle:
            batch = waiting.popleft()
            worker = idle.pop()
            reading[worker.start(batch)] = batch, worker
        done, _ = wait(reading, timeout=wall_seconds * at_once + _PATIENCE, return_when=FIRST_COMPLETED)
        for promise in done or tuple(reading):
            batch, worker = reading.pop(promise)
            result = worker.finish(promise)
            if not isinstance(result, ReadingFailure):
                outcomes.update(zip(batch, result, strict=True))
            elif len(batch) == 1:
                outcomes[batch[0]] = result
            else:
                waiting.extendleft([file] for file in reversed(batch))
            idle.append(worker)
    return outcomes


def _outcome_of(promise: Promise) -> Answer | ReadingFailure:
    """Return the answer of a finished promise.

    Raises:
        OSError: the file's bytes cannot be read from where they lie.
    """
    try:
        return promise.result()
    except BrokenProcessPool:  # the process ended before pebble knew that it had taken the task
        return ReadingFailure.STOPPED
    except ProcessExpired as ended:
        if ran_out_of_time(ended.exitcode):
            return ReadingFailure.TOO_LONG
        return ReadingFailure.TOO_MUCH_MEMORY if ended.exitcode == OUT_OF_MEMORY else ReadingFailure.STOPPED
    except TimeoutError as error:
        if isinstance(error.errno, int):
            raise  # an OSError of the landing's storage, not pebble's timeout
        return ReadingFailure.STOPPED

"""One process that reads files, replaced by another whenever it ends."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from enum import StrEnum

from pebble import ProcessExpired, ProcessPool

from domain.errors import TransientError
from domain.submissions import ParsedReport
from workbooks.direct.parse import LearntPlan
from workbooks.pool.confinement import OUT_OF_MEMORY, ran_out_of_time
from workbooks.pool.landed_file import LandedFile
from workbooks.pool.light_process import ForkingContext
from workbooks.pool.reading_worker import Answer, WorkerCrash, WorkerSettings, answer, get_ready, read_files

LEAST_WALL_SECONDS = 120.0
"""Lower bound of the wall time allowed for a file, and the time allowed for a worker to start."""
PATIENCE = 60
"""Seconds beyond the wall time after which workers that do not answer are replaced."""
_WALL_FACTOR = 6
"""Wall time allowed for a file, as a multiple of its CPU time; generous, since the machine may be busy."""
_PLANS_SHARED = 32
"""Most plans that are handed from worker to worker; of more forms each learns by itself."""


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


class WorkerProcess:
    """One worker process, replaced by another whenever it ends.

    A pebble pool of one process: in a pool of several, a process that dies right after taking a task may do so before
    the pool knows which task it was, and the loss goes unnoticed until the task's timeout.
    """

    def __init__(self, orders: WorkerSettings) -> None:
        """Start the process.

        What it learns is added to `plans`, which workers may share. `on_started` is called, by another thread, when a
        process has started or failed to.
        """
        cpu_seconds = orders.confinement.cpu_seconds if orders.confinement else 0
        self.orders = orders
        self.wall_seconds = max(LEAST_WALL_SECONDS, _WALL_FACTOR * cpu_seconds)
        self.plans: list[LearntPlan] = []
        self.on_started: Callable[[], None] = _ignore
        self._handed = 0
        self._open()

    @property
    def has_started(self) -> bool:
        """Return whether the process has started or failed to, so that `start` does not wait for it."""
        return self._ready.done()

    def start(self, files: Sequence[LandedFile]) -> Promise:
        """Start reading files, after those that were started before.

        Raises:
            ReadingStoppedError: the process failed to start.
        """
        try:
            return self._take_up(files)
        except RuntimeError:  # raised by pebble if the process ended while idle
            self._replace()
            return self._take_up(files)

    def finish(self, promise: Promise) -> Sequence[Outcome] | ReadingFailure:
        """Return the outcome of each file; a promise that is not done by now has timed out.

        Raises:
            OSError: a file's bytes cannot be read from where they lie.
        """
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

    def read_alone(self, file: LandedFile) -> Outcome:
        """Read a file, in this process that has no others, and return its outcome; see `start` and `finish`."""
        promise = self.start([file])
        wait([promise], timeout=self.wall_seconds + PATIENCE)
        result = self.finish(promise)
        return result if isinstance(result, ReadingFailure) else result[0]

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
        self._ready.add_done_callback(lambda _: self.on_started())

    def _replace(self) -> None:
        self.close()
        self._handed = 0
        self._open()

    def _take_up(self, files: Sequence[LandedFile]) -> Promise:
        # A process that has answered once can only be ended by a file; one that never answered failed to start.
        wait([self._ready], timeout=LEAST_WALL_SECONDS)
        if not self._ready.done() or self._ready.exception() is not None:
            raise ReadingStoppedError
        plans, self._handed = self.plans[self._handed :], len(self.plans)
        return self._pool.schedule(read_files, [self.orders, plans, files], timeout=self.wall_seconds * len(files))


def _ignore() -> None:
    """Do nothing about it."""


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

"""Share files out among worker processes while this process does something else."""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread

from workbooks.direct.parse import LearntPlan
from workbooks.pool.landed_file import LandedFile
from workbooks.pool.worker_process import (
    LEAST_WALL_SECONDS,
    PATIENCE,
    Outcome,
    Promise,
    ReadingFailure,
    ReadingStoppedError,
    WorkerProcess,
)

_FILES_AT_ONCE = 25
"""Most files handed to a worker at once: handing over takes as long as reading a file."""

_Entry = tuple[LandedFile, "Future[Outcome]"]


class Sharing:
    """A thread that hands files out to workers, in the order in which they are asked for.

    A worker takes several at once; when it ends, they are handed out one by one, which tells whose fault it was. What
    it learns about forms, which takes as long as reading some hundred files, is handed to the others: before the first
    files are read no others are handed out.
    """

    def __init__(self) -> None:
        """Have no workers yet."""
        self.workers: list[WorkerProcess] = []
        self._plans: list[LearntPlan] = []
        self._waiting: deque[_Entry] = deque()
        self._alone: deque[_Entry] = deque()
        self._reading: dict[Promise, tuple[list[_Entry], WorkerProcess]] = {}
        self._has_read = False
        self._events: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        """What the thread is to do; None: end. All of the above but `workers` is its own."""
        self._thread: Thread | None = None

    def add(self, worker: WorkerProcess) -> None:
        """Hand files out to a worker, too, as soon as it has started."""
        worker.plans = self._plans
        worker.on_started = partial(self._events.put, _nothing)
        self.workers.append(worker)

    def read(self, files: Iterable[LandedFile]) -> dict[LandedFile, Future[Outcome]]:
        """Return what becomes the outcome of each file.

        Raised by the future: OSError, if the bytes cannot be read from where they lie; ReadingStoppedError, if no
        worker stays alive.
        """
        entries = {file: Future[Outcome]() for file in files}
        self._events.put(partial(self._add, entries))
        if self._thread is None:
            self._thread = Thread(target=self._serve, daemon=True)
            self._thread.start()
        return entries

    def prefer(self, outcomes: Collection[Future[Outcome]]) -> None:
        """Hand out the files of these outcomes before all others that wait."""
        self._events.put(partial(self._put_first, frozenset(outcomes)))

    def close(self) -> None:
        """Stop every worker, busy or not, all at once: the end of each takes a tenth of a second."""
        if self._thread is not None:
            self._events.put(None)
            self._thread.join()
            self._thread = None
        for worker in self.workers:
            worker.stop()
        while self.workers:
            self.workers.pop().close()

    def _serve(self) -> None:
        while True:
            try:
                event = self._events.get(timeout=self._patience)
            except Empty:
                event = self._give_up
            if event is None:
                return
            event()
            self._hand_out()

    @property
    def _patience(self) -> float | None:
        if self._reading:
            return _FILES_AT_ONCE * max(worker.wall_seconds for worker in self.workers) + PATIENCE
        return LEAST_WALL_SECONDS if self._waiting or self._alone else None

    def _give_up(self) -> None:
        """Replace workers that do not answer; without any, none has started."""
        if not self._reading:
            self._fail(ReadingStoppedError())
        for promise in tuple(self._reading):
            self._finish(promise)

    def _hand_out(self) -> None:
        while (self._alone or self._waiting) and (worker := self._free_worker()):
            batch = [self._alone.popleft()] if self._alone else self._next_batch()
            try:
                promise = worker.start([file for file, _ in batch])
            except Exception as error:  # noqa: BLE001 # as below
                self._waiting.extendleft(batch)
                self._fail(error)
                return
            self._reading[promise] = batch, worker
            promise.add_done_callback(lambda promise: self._events.put(partial(self._finish, promise)))

    def _free_worker(self) -> WorkerProcess | None:
        # Of two batches, pebble may lose the second if the process ends as it takes it.
        busy = [worker for _, worker in self._reading.values()]
        free = (worker for worker in self.workers if worker.has_started and worker not in busy)
        return next(free, None) if self._has_read or not busy else None

    def _next_batch(self) -> list[_Entry]:
        size = max(1, min(_FILES_AT_ONCE, len(self._waiting) // (2 * len(self.workers))))
        return [self._waiting.popleft() for _ in range(size)]

    def _add(self, entries: dict[LandedFile, Future[Outcome]]) -> None:
        self._waiting.extend(entries.items())

    def _put_first(self, outcomes: frozenset[Future[Outcome]]) -> None:
        self._waiting = deque(sorted(self._waiting, key=lambda entry: entry[1] not in outcomes))

    def _finish(self, promise: Promise) -> None:
        if promise not in self._reading:
            return  # given up
        self._has_read = True
        batch, worker = self._reading.pop(promise)
        try:
            result = worker.finish(promise)
        except Exception as error:  # noqa: BLE001 # raised where the outcome is asked for
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            result = ReadingFailure.STOPPED
        if not isinstance(result, ReadingFailure):
            for (_, outcome), report in zip(batch, result, strict=True):
                outcome.set_result(report)
        elif len(batch) == 1:
            batch[0][1].set_result(result)
        else:
            self._alone.extend(batch)

    def _fail(self, error: Exception) -> None:
        for files in (self._alone, self._waiting):
            while files:
                _, outcome = files.popleft()
                outcome.set_exception(error)


def _nothing() -> None:
    """Wake the thread only."""

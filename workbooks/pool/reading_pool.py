"""Reading in worker processes, so that no file exceeds its resources or keeps another from being read."""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from domain.submissions import ParsedReport
from workbooks.cells.guards import Limits
from workbooks.direct.parse import parse_directly
from workbooks.pool.confinement import Confinement
from workbooks.pool.landed_file import LandedFile, Parse, refuse
from workbooks.pool.light_process import bequeath, can_fork
from workbooks.pool.reading_worker import WorkerCrash, WorkerSettings
from workbooks.pool.sharing import Sharing
from workbooks.pool.worker_process import Outcome, ReadingFailure, WorkerProcess

_LOG = logging.getLogger(__name__)

_FILES_PER_WORKER = 20
"""Starting a worker costs about as much as reading this many files, so each worker needs at least as many."""


class ReadingPool:
    """Pool of worker processes that implements `Reader`; started on the first files, or where many are expected.

    It is to be closed after the last file.

    A file whose worker ended is read once more, alone in a new worker: the cause may have been external, or memory
    used by earlier files. Exceeding the CPU time is the file's own fault and not retried.
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
        self._most = workers
        self._sharing = Sharing()
        self._ahead: dict[LandedFile, Future[Outcome]] = {}
        bequeath(catalog)

    def __enter__(self) -> Self:
        if not _early:
            self.start_early()
        while _early:
            worker = _early.pop()
            if worker.orders == self._orders:
                self._sharing.add(worker)
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
            _early.append(WorkerProcess(self._orders))

    def close(self) -> None:
        """Stop every worker, busy or not."""
        self._sharing.close()

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
        outcomes = {file: self._ahead.pop(file) for file in results if file in self._ahead}
        outcomes |= self._sharing.read(file for file in results if file not in outcomes)
        self._sharing.prefer(outcomes.values())
        # What could not be read ahead may be there by now.
        outcomes |= self._sharing.read([file for file, outcome in outcomes.items() if outcome.exception()])
        return tuple(self._settle(file, outcomes[file].result()) for file in results)

    def read_ahead(self, files: Sequence[LandedFile]) -> None:
        """Begin to read files in the workers that were started; see `Reader.read_ahead`."""
        if self._sharing.workers:
            self._ahead |= self._sharing.read(files)

    def _start(self, files: int) -> None:
        while len(self._sharing.workers) < min(self._most, 1 + files // _FILES_PER_WORKER):
            self._sharing.add(WorkerProcess(self._orders))

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
        worker = WorkerProcess(self._orders)
        try:
            return worker.read_alone(file)
        finally:
            worker.close()


_early: list[WorkerProcess] = []
"""The worker that was forked before there was a pool."""

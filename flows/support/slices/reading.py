"""Read slices: the run's side hands them over, the worker's side reads them as a run does."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from domain.batches import batched
from domain.submissions import ParsedReport
from flows.support.settings import Settings, load_settings
from flows.support.slices.identity import SliceIdentity, worker_settings
from flows.support.slices.runner import SliceRunner, result_of
from flows.support.stores.opening import open_landing
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.pool.confinement import Confinement, can_confine
from workbooks.pool.landed_file import LandedFile, Reader
from workbooks.pool.reading_pool import ReadingPool

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadingBounds:
    """How large a workbook may be, and what a process that reads it may use."""

    limits: Limits
    confinement: Confinement | None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the bounds that the settings say, of a process where this system can enforce them."""
        confinement = Confinement(settings.reading_memory_mb << 20, settings.reading_cpu_seconds)
        return cls(settings.reading_limits, confinement if can_confine() else None)


@dataclass(frozen=True, slots=True)
class SlicedReader:
    """Reader that hands slices to workers, and meanwhile reads them from the last backwards by its `own` reader.

    So it never waits for a worker: what is not returned when its turn comes is read by the run. Files outside `landing`
    and those of a single slice are the run's own as well.
    """

    runner: SliceRunner
    own: Reader
    landing: Path
    bounds: ReadingBounds
    files_per_slice: int

    def expect(self, files: int) -> None:
        """Get ready to read files; see `Reader.expect`."""
        self.own.expect(files)

    def read_ahead(self, files: Sequence[LandedFile]) -> None:
        """Do nothing: workers read most files."""

    def read(self, files: Iterable[LandedFile]) -> tuple[ParsedReport, ...]:
        """Return the report of each file; see `Reader.read`."""
        handed = tuple(files)
        if len(handed) <= self.files_per_slice or not all(file.path.is_relative_to(self.landing) for file in handed):
            return self.own.read(handed)
        slices = list(batched(handed, self.files_per_slice))
        futures = [self.runner.submit(read_slice, self.bounds, self._named(each)) for each in slices]
        results: list[tuple[ParsedReport, ...]] = []
        returned = 0
        for each, future in zip(reversed(slices), reversed(futures), strict=True):
            reports = result_of(future)
            returned += reports is not None
            results.append(self.own.read(each) if reports is None else reports)
        _LOG.info("workers read %s of %s slices", returned, len(slices))
        return tuple(report for reports in reversed(results) for report in reports)

    @staticmethod
    def _named(files: Sequence[LandedFile]) -> list[tuple[str, Hints]]:
        return [(file.path.name, file.hints) for file in files]


def read_slice(
    identity: SliceIdentity, bounds: ReadingBounds, files: Sequence[tuple[str, Hints]]
) -> tuple[ParsedReport, ...]:
    """Return the report of each file, by its sha256, under which this worker's landing has it.

    Raises:
        OtherIdentityError: this worker is not what the run asks for.
        OSError: the bytes cannot be read from where they lie.
        ReadingStoppedError: the process that reads does not stay alive.
    """
    settings, catalog = worker_settings(identity)
    key = identity, bounds
    if key not in _pools:
        _close_pools()
        _pools[key] = ReadingPool(catalog, bounds.limits, bounds.confinement, 1)
    landing = open_landing(settings)
    return _pools[key].read([LandedFile(landing.path_of(digest), hints) for digest, hints in files])


def dask_setup(_worker: object) -> None:
    """Load the catalogue and start the process that reads before the first slice comes; called by Dask in a worker."""
    settings = load_settings()
    read_slice(SliceIdentity.of_worker(settings), ReadingBounds.of(settings), ())


def dask_teardown(_worker: object) -> None:
    """End the process that reads, which would keep the worker from ending; called by Dask."""
    _close_pools()


def _close_pools() -> None:
    while _pools:
        _pools.popitem()[1].close()


_pools: dict[tuple[SliceIdentity, ReadingBounds], ReadingPool] = {}
"""The pool of this worker, kept between slices: it ends with the worker."""

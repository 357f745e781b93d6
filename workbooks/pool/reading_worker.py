"""Functions run in a worker process: initialise it once, then read files, each within its own CPU time."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from traceback import format_exc

from domain.catalog.catalog import Catalog
from domain.issues import Issue
from domain.observations import PackedObservations
from domain.submissions import ParsedReport
from workbooks.cells.guards import Limits
from workbooks.direct.parse import LearntPlan, parser_of
from workbooks.pool.confinement import OUT_OF_MEMORY, Confinement, bound_memory, bounded_cpu, end_with_parent
from workbooks.pool.landed_file import LandedFile, Parse, load, refuse
from workbooks.pool.light_process import catalog_of, is_forked


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Settings of a worker: root and expected version of its catalogue, limits and parse function.

    Without a confinement only the guards limit a file. `parse` must be importable by module and name.
    """

    root: Path
    version: str
    limits: Limits
    confinement: Confinement | None
    parse: Parse


@dataclass(frozen=True, slots=True)
class WorkerCrash:
    """An unexpected exception that a file caused in a worker, with its traceback."""

    trace: str


Answer = tuple[list[ParsedReport | WorkerCrash], list[LearntPlan]]


def get_ready(orders: WorkerSettings) -> None:
    """Initialise the worker: tie it to its parent, limit its memory and load the catalogue.

    What a forked one has of its parent counts neither as its memory, nor is it loaded again.

    Raises:
        CatalogError: the catalogue cannot be used, or has changed since the run started.
    """
    end_with_parent()
    # Which openpyxl does without, and is faster to import: forms are learnt by it.
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type] # as Python marks what is not there
    if orders.confinement is not None:
        bound_memory(orders.confinement.memory, beyond_own=is_forked())
    _catalog(orders)


def answer() -> None:
    """Do nothing; returning shows that the process is ready."""


def read_files(orders: WorkerSettings, plans: Sequence[LearntPlan], files: Sequence[LandedFile]) -> Answer:
    """Read files with the plans that other workers learnt. Exceeding memory or CPU time has an exit code for each.

    Returns:
        The report of each file, and the plans learnt of them.

    Raises:
        OSError: the bytes cannot be read from where they lie.
    """
    parser = parser_of(_catalog(orders))
    parser.adopt(plans)
    return [_read(orders, file) for file in files], parser.learnt()


def _read(orders: WorkerSettings, file: LandedFile) -> ParsedReport | WorkerCrash:
    catalog = _catalog(orders)
    data = load(file, orders.limits)
    if isinstance(data, Issue):
        return refuse(file, catalog, data)
    if orders.confinement is None:
        return _parse(orders, catalog, file, data)
    with bounded_cpu(orders.confinement.cpu_seconds):
        return _parse(orders, catalog, file, data)


def _parse(orders: WorkerSettings, catalog: Catalog, file: LandedFile, data: bytes) -> ParsedReport | WorkerCrash:
    try:
        report = orders.parse(data, catalog, file.hints, orders.limits)
        return replace(_packed(report), parts=tuple(map(_packed, report.parts)))
    except MemoryError:
        # Exit at once, without clean-up: after running out of memory the process is unreliable.
        os._exit(OUT_OF_MEMORY)
    except Exception:  # noqa: BLE001 - a bug hit by one file must not keep the others from being read
        return WorkerCrash(format_exc())


def _packed(report: ParsedReport) -> ParsedReport:
    return replace(report, observations=PackedObservations(report.observations))


@lru_cache(maxsize=1)
def _catalog(orders: WorkerSettings) -> Catalog:
    return catalog_of(orders.root, orders.version)

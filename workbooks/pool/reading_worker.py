"""What a worker process does: it makes itself ready once, then reads file after file, each under its own CPU time."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from traceback import format_exc

from domain.catalog.catalog import Catalog, CatalogError, load_catalog
from domain.issues import Issue
from domain.submissions import ParsedReport
from workbooks.cells.guards import Limits
from workbooks.pool.confinement import OUT_OF_MEMORY, Confinement, bound_memory, bounded_cpu, end_with_parent
from workbooks.pool.landed_file import LandedFile, Parse, load, refuse


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What every worker is told: where its catalogue lies and which version it has to be, and how it reads.

    Without a confinement nothing but the guards bounds what a file takes. `parse` is found by its module and name.
    """

    root: Path
    version: str
    limits: Limits
    confinement: Confinement | None
    parse: Parse


@dataclass(frozen=True, slots=True)
class WorkerCrash:
    """A fault of ours that a file brought to light, as the worker that met it tells it."""

    trace: str


def get_ready(orders: WorkerSettings) -> None:
    """Make this process a worker: it ends with its parent, has no more memory than it may, and knows the catalogue.

    Raises:
        CatalogError: the catalogue cannot be used, or is no longer the one that the run began with.
    """
    end_with_parent()
    if orders.confinement is not None:
        bound_memory(orders.confinement.memory)
    _catalog(orders)


def answer() -> None:
    """Nothing; that it comes back shows that the process is ready."""


def read_file(orders: WorkerSettings, file: LandedFile) -> ParsedReport | WorkerCrash:
    """What a file says. Memory refused, or CPU time used up, ends this process: its exit code says which.

    Raises:
        OSError: the bytes cannot be read from where they lie.
    """
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
        return orders.parse(data, catalog, file.hints, orders.limits)
    except MemoryError:
        # At once, and without any clean-up: a process that was refused memory is not to be relied on again.
        os._exit(OUT_OF_MEMORY)
    except Exception:  # noqa: BLE001 - a fault of ours met in one file must not keep the others from being read
        return WorkerCrash(format_exc())


@lru_cache(maxsize=1)
def _catalog(orders: WorkerSettings) -> Catalog:
    catalog = load_catalog(orders.root)
    if catalog.version != orders.version:
        raise CatalogError(str(orders.root), "changed while the run went on", "run again")
    return catalog

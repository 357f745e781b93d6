"""Functions of the processes that write publications: they import only what writing needs."""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain.catalog.catalog import Catalog
from domain.stores.store import Store
from domain.texts import Lang
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.stages.write import attempt, write_together
from warehouse.queries import RevisionRef
from warehouse.store.engine import Engine, open_engine
from workbooks.pool.confinement import end_with_parent
from workbooks.pool.light_process import catalog_of

if TYPE_CHECKING:
    from publishing.site.builder import SiteOutcome


_IMPORTED_LATE: Final = (
    "publishing.document.report_document",
    "flows.pipeline.stages.publish_site",
)
"""Modules that take long to import, which a run imports only where it writes by itself."""

_LOW_PRIORITY: Final = 10
"""By how much the process that makes data files lets the others go first."""


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """What the writing process needs: catalogue and its version, warehouse, published folder, language.

    `quality_on` is the day as of which quality of reporting is public; None: it is not. `archive` is the folder of
    archived rows.
    """

    catalog: Path
    version: str
    warehouse_url: str
    published: Store
    lang: Lang
    quality_on: date | None
    archive: Path | None


def get_ready() -> None:
    """Leave a stop by keyboard to the run, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def open_all(settings: WriterSettings) -> None:
    """Open catalogue and warehouse and import what takes long, before there is anything to write."""
    attempt(lambda: _opened(settings))
    attempt(_import_all)


def write_all(settings: WriterSettings, refs: Sequence[RevisionRef]) -> list[PublishedRevision | None]:
    """Write revisions; None for each that could not be written."""
    opened = attempt(lambda: _opened(settings))
    return write_together(*opened, settings.published, settings.lang, refs) if opened else [None] * len(refs)


def make_data_files(settings: WriterSettings) -> tuple[str, ...] | None:
    """Make the data files that are due, at low priority, and return their folders; None if they could not be made.

    In a process of its own: the site, which another makes meanwhile, takes longer, and the run waits for both.
    """
    if sys.platform != "win32":
        os.nice(_LOW_PRIORITY)
    from flows.pipeline.stages.data import make_data  # noqa: PLC0415 # only its process needs it

    return attempt(lambda: make_data(*_opened(settings), settings.published, settings.lang))


def render_pages(settings: WriterSettings) -> "SiteOutcome | None":
    """Render the site; None if it could not be rendered."""
    from flows.pipeline.stages.publish_site import render_site  # noqa: PLC0415 # not before there is time, see `open_all`

    return attempt(lambda: render_site(*_opened(settings), settings.published, settings.quality_on))


def _import_all() -> None:
    for module in _IMPORTED_LATE:
        import_module(module)


@lru_cache(maxsize=1)
def _opened(settings: WriterSettings) -> tuple[Engine, Catalog]:
    return open_engine(settings.warehouse_url, settings.archive), catalog_of(settings.catalog, settings.version)

"""Functions of the process that writes publications: it imports only what writing needs."""

import logging
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from domain.catalog.catalog import Catalog, load_catalog
from domain.texts import Lang
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.stages.write import write
from warehouse.queries import RevisionRef
from warehouse.store.engine import Engine, open_engine
from workbooks.pool.confinement import end_with_parent

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """What the writing process needs: catalogue and its version, warehouse, published folder, language."""

    catalog: Path
    version: str
    warehouse_url: str
    published: Path
    lang: Lang


def get_ready() -> None:
    """Leave a stop by keyboard to the run, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def write_all(settings: WriterSettings, refs: Sequence[RevisionRef]) -> list[PublishedRevision | None]:
    """Write revisions; None for each that could not be written, which the run then writes itself."""
    return [_write(settings, ref) for ref in refs]


def _write(settings: WriterSettings, ref: RevisionRef) -> PublishedRevision | None:
    try:
        engine, catalog = _opened(settings)
        if catalog.version == settings.version:
            return write(engine, catalog, settings.published, settings.lang, ref)
    except Exception:  # noqa: BLE001 # the run writes it again and meets the error itself
        _LOG.debug("%s %s was not written", ref.area, ref.period, exc_info=True)
    return None


@lru_cache(maxsize=1)
def _opened(settings: WriterSettings) -> tuple[Engine, Catalog]:
    return open_engine(settings.warehouse_url), load_catalog(settings.catalog)

"""Publish revisions beside the run: where there are many, a process of its own writes them while the run goes on."""

import logging
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from domain.batches import batched
from domain.catalog.catalog import Catalog, load_catalog
from domain.texts import Lang
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.stages.publish import record, write
from flows.support.context import AppContext
from warehouse.queries import RevisionRef
from warehouse.store.engine import Engine, open_engine
from workbooks.pool.confinement import end_with_parent
from workbooks.pool.light_process import LightContext

_LOG = logging.getLogger(__name__)

AREAS_PER_STEP: Final = 20
"""Areas that are rolled up, written or recorded at once: as many as make a process of its own worth its start."""


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """What the writing process needs: catalogue and its version, warehouse, published folder, language."""

    catalog: Path
    version: str
    warehouse_url: str
    published: Path
    lang: Lang


class Publisher:
    """Writes and records revisions; `add` what is rolled up, then take the steps of `finish`.

    What the process could not write, the run writes itself, and meets the error if there is one.
    """

    def __init__(self, context: AppContext) -> None:
        """Publish into the context's folder."""
        self._context = context
        self._known: set[RevisionRef] = set()
        self._waiting: list[RevisionRef] = []
        self._begun: list[tuple[list[RevisionRef], Future[list[PublishedRevision | None]]]] = []
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def add(self, refs: Sequence[RevisionRef]) -> None:
        """Take revisions to be published; those that were added before are not taken again."""
        new = [ref for ref in refs if ref not in self._known]
        self._known.update(new)
        self._waiting += new
        # A trial's changes are seen by its own connection only.
        while len(self._waiting) >= AREAS_PER_STEP and isinstance(self._context.engine, Engine):
            self._begin(self._waiting[:AREAS_PER_STEP])
            del self._waiting[:AREAS_PER_STEP]

    @property
    def batches(self) -> list[list[RevisionRef]]:
        """The revisions that were added, in batches; each is to be finished."""
        return [refs for refs, _ in self._begun] + list(batched(self._waiting, AREAS_PER_STEP))

    def finish(self, refs: list[RevisionRef]) -> list[PublishedRevision]:
        """Wait until the revisions of a batch are written, and record them."""
        context = self._context
        written = [
            (
                ref,
                done or write(context.engine, context.catalog, context.published, context.lang, ref),
            )
            for ref, done in zip(refs, self._written(refs), strict=True)
        ]
        record(context, written)
        return [revision for _, revision in written]

    def _begin(self, refs: list[RevisionRef]) -> None:
        context = self._context
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=LightContext(), initializer=_get_ready)
        settings = WriterSettings(
            context.catalog.root, context.catalog.version, context.staging_url, context.published, context.lang
        )
        with suppress(BrokenProcessPool):
            self._begun.append((refs, self._pool.submit(_write_all, settings, refs)))
            return
        self._waiting += refs

    def _written(self, refs: list[RevisionRef]) -> Iterator[PublishedRevision | None]:
        future = next((future for begun, future in self._begun if begun is refs), None)
        if future is not None:
            try:
                yield from future.result()
            except BrokenProcessPool:
                _LOG.warning("the process that writes publications ended by itself; the run goes on writing them")
            else:
                return
        yield from [None] * len(refs)


def _get_ready() -> None:
    """Leave a stop by keyboard to the run, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def _write_all(settings: WriterSettings, refs: Sequence[RevisionRef]) -> list[PublishedRevision | None]:
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

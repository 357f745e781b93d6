"""Publish revisions beside the run: where there are many, a process of its own writes them while the run goes on."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from domain.batches import batched
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.stages.publish import record
from flows.pipeline.stages.write import write
from flows.pipeline.writing_process import WriterSettings, get_ready, write_all
from flows.support.context import AppContext
from warehouse.queries import RevisionRef
from warehouse.store.engine import Engine
from workbooks.pool.light_process import LightContext

_LOG = logging.getLogger(__name__)

AREAS_PER_STEP: Final = 20
"""Areas that are rolled up, written or recorded at once: as many as make a process of its own worth its start."""


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
            self._pool = ProcessPoolExecutor(1, mp_context=LightContext(), initializer=get_ready)
        settings = WriterSettings(
            context.catalog.root, context.catalog.version, context.staging_url, context.published, context.lang
        )
        with suppress(BrokenProcessPool):
            self._begun.append((refs, self._pool.submit(write_all, settings, refs)))
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

"""Publish revisions beside the run: where there are many, a process of its own or workers write them meanwhile."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, Self, TypeVar

from domain.batches import batched
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.slice_writing import write_slice
from flows.pipeline.stages.data import make_data
from flows.pipeline.stages.publish import link_of, record
from flows.pipeline.stages.publish_site import render_site, warn_of_unknown
from flows.pipeline.stages.write import write, write_together
from flows.pipeline.writing_process import (
    WriterSettings,
    get_ready,
    make_data_files,
    open_all,
    render_pages,
    write_all,
)
from flows.support.context import AppContext, Extent
from flows.support.slices.runner import SliceRunner
from publishing.site.builder import SiteOutcome
from warehouse.queries import RevisionRef
from warehouse.rollups.reporting_facts import count_reporting
from warehouse.store.engine import Engine, archive_folder, transaction
from workbooks.pool.garbage import look_for_garbage
from workbooks.pool.light_process import LightContext

T = TypeVar("T")
_LOG = logging.getLogger(__name__)

AREAS_PER_STEP: Final = 20
"""Areas that are rolled up, written or recorded at once: as many as make a process of its own worth its start."""

_AREAS_AT_ONCE: Final = 5
"""Areas that are handed to the process at once: few, as the run waits for the last, and enough to be worth it."""
_SHARES_AT_ONCE: Final = 2
"""Shares that the process has, which it cannot give back: one to write and the next, so that it waits for none."""


@dataclass(eq=False, slots=True)
class _Share:
    """Revisions handed to the process at once; `written`: by the run, as the process had not begun them."""

    refs: list[RevisionRef]
    future: Future[list[PublishedRevision | None]]
    written: list[PublishedRevision | None] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the process has not begun, and was not handed it either."""
        return not self.future.running() and not self.future.done()


class Publisher:
    """Writes and records revisions; `add` what is rolled up, then take the steps of `finish`, and make the pages.

    What the process could not write, the run writes itself, and meets the error if there is one. Where the run has
    workers of other machines, these write revisions in place of the process, which makes the pages alone.
    """

    def __init__(self, context: AppContext) -> None:
        """Publish into the context's folder."""
        self._context = context
        self._known: set[RevisionRef] = set()
        self._waiting: list[RevisionRef] = []
        self._begun: list[list[RevisionRef]] = []
        self._shares: list[_Share] = []
        self._pool: ProcessPoolExecutor | None = None
        self._handing = ThreadPoolExecutor(_SHARES_AT_ONCE)
        self._helps = False
        self._connection = ExitStack()
        self._runner: SliceRunner | None = None
        self._data: Future[tuple[str, ...] | None] | None = None
        self._site: Future[SiteOutcome | None] | None = None
        self._is_counted = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def expect(self, areas: int) -> None:
        """Start the process where so many areas are going to change that it is worth its start."""
        if areas >= AREAS_PER_STEP and self._warehouse:
            look_for_garbage(of_much_work=True)
            self._open().submit(open_all, self._settings)

    def add(self, refs: Sequence[RevisionRef]) -> None:
        """Take revisions to be published; those that were added before are not taken again."""
        new = [ref for ref in refs if ref not in self._known]
        self._known.update(new)
        self._waiting += new
        while len(self._waiting) >= AREAS_PER_STEP and self._warehouse:
            self._begin(self._waiting[:AREAS_PER_STEP])
            del self._waiting[:AREAS_PER_STEP]

    def batches(self) -> list[list[RevisionRef]]:
        """Return the revisions that were added, in batches; each is to be finished."""
        if self._pool is not None and self._waiting:
            self._begin(self._waiting[:])
            self._waiting.clear()
        return self._begun + list(batched(self._waiting, AREAS_PER_STEP))

    def finish(self, refs: list[RevisionRef]) -> list[PublishedRevision]:
        """Wait until the revisions of a batch are written, writing others meanwhile, and record them."""
        context, wanted = self._context, set(refs)
        done: dict[RevisionRef, PublishedRevision | None] = {}
        for share in self._shares:
            if wanted.issuperset(share.refs):
                done |= zip(share.refs, self._written(share), strict=True)
        written = [(ref, done.get(ref) or self._write(ref)) for ref in refs]
        record(context, written)
        return [revision for _, revision in written]

    def begin_pages(self, *, of_a_large_area: bool = False) -> None:
        """Have another process make data files and the writing one the site, of all that is recorded.

        Only if there is a writing process, or a large area was published for the first time: of that they take as much
        memory as its publication, which the run still has. Before the site, count what reporting cost.
        """
        is_helped = self._warehouse and (of_a_large_area or self._pool is not None or self._runner is not None)
        with suppress(BrokenProcessPool):
            self._data = self._start().submit(make_data_files, self._settings) if is_helped else None
        self._count_reporting()
        with suppress(BrokenProcessPool):
            self._site = self._open().submit(render_pages, self._settings) if is_helped else None

    def finish_data(self) -> None:
        """Wait until the data files are made, or make them; a trial's are not made.

        Raises:
            PublicationInterruptedError, PublicationRefusedError: the storage failed; the files stay as they were.
        """
        context, engine = self._context, self._warehouse
        if engine and _result(self._data) is None:
            make_data(engine, context.catalog, context.published, context.lang)

    def finish_site(self) -> None:
        """Wait until the site is rendered, or render it; a trial's is not, as it publishes to a folder without readers.

        Raises:
            PublicationInterruptedError, PublicationRefusedError: the storage failed; readers see the site before.
        """
        context, engine = self._context, self._warehouse
        if engine:
            if not self._is_counted:
                self._count_reporting()
            rendered = _result(self._site)
            warn_of_unknown(rendered or render_site(engine, context.catalog, context.published, context.quality_on))

    def _count_reporting(self) -> None:
        """Count quality and burden of the periods that moved, which the site and the desk show; a trial shows none."""
        if engine := self._warehouse:
            with transaction(engine) as session:
                count_reporting(session, self._context.clock())
            self._is_counted = True

    @property
    def _warehouse(self) -> Engine | None:
        """What is published of; None: nothing beside revisions is.

        A trial's changes are seen by its own connection only, and a run that is not to publish leaves it to others.
        """
        engine, extent = self._context.engine, self._context.extent
        return engine if isinstance(engine, Engine) and extent is Extent.PUBLICATIONS else None

    @property
    def _settings(self) -> WriterSettings:
        context = self._context
        return WriterSettings(
            context.catalog.root,
            context.catalog.version,
            context.staging_url,
            context.published,
            context.lang,
            context.quality_on,
            archive_folder(context.engine),
        )

    def _begin(self, refs: list[RevisionRef]) -> None:
        if not self._begun:
            self._runner = self._connection.enter_context(self._context.open_runner())
            self._helps = self._runner is not None  # a worker may never answer
            self._connection.callback(self._handing.shutdown, cancel_futures=True)
        self._begun.append(refs)
        with suppress(BrokenProcessPool):
            for share in batched(refs, _AREAS_AT_ONCE):
                self._shares.append(_Share(share, self._submit(share)))

    def _submit(self, share: list[RevisionRef]) -> Future[list[PublishedRevision | None]]:
        if self._runner is not None:
            return self._runner.submit(write_slice, self._context.lang, share)
        process, settings = self._open(), self._settings
        return self._handing.submit(lambda: process.submit(write_all, settings, share).result())

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = self._start()
        return self._pool

    def _start(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(1, mp_context=LightContext(), initializer=get_ready)
        self._connection.callback(pool.shutdown, cancel_futures=True)
        return pool

    def _written(self, share: _Share) -> list[PublishedRevision | None]:
        """Return what was written of a share, None for what was not; until it is, write shares that are not begun.

        Where few are left this is not worth what the run has to import and compile for it.
        """
        self._helps = self._helps or sum(len(each.refs) for each in self._shares if each.is_waiting) >= AREAS_PER_STEP
        while self._helps and not share.future.done() and (spare := self._take_last()):
            context = self._context
            spare.written = write_together(context.engine, context.catalog, context.published, context.lang, spare.refs)
        written = share.written or _result(share.future) or [None] * len(share.refs)
        # Other machines may have the store elsewhere.
        return [each and replace(each, path=self._address(each)) for each in written]

    def _address(self, written: PublishedRevision) -> str:
        return self._context.published.at(link_of(written))

    def _write(self, ref: RevisionRef) -> PublishedRevision:
        context = self._context
        return write(context.engine, context.catalog, context.published, context.lang, ref)

    def _take_last(self) -> _Share | None:
        return next((each for each in reversed(self._shares) if each.written is None and each.future.cancel()), None)


def _result(future: Future[T] | None) -> T | None:
    """Wait for what process or worker returns; None: it ended before it did so."""
    try:
        return None if future is None else future.result()
    except BrokenProcessPool:
        _LOG.warning("the process that writes publications ended by itself; the run goes on writing them")
    except Exception as error:  # noqa: BLE001 # of the engine: the run does the work itself, and meets errors of ours
        _LOG.warning("publications were not written by a worker, but by the run: %s", error)
    return None

"""Run one at a time on a warehouse, and report to the listener which run is waited for."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from flows.pipeline.progress import ProgressListener
from flows.support.context import AppContext
from flows.support.logs import bind_run
from warehouse.store.run_lock import Holder, only_run, this_process

_LOG = logging.getLogger(__name__)


@contextmanager
def exclusive_run(context: AppContext, run_id: str, kind: str, listener: ProgressListener) -> Iterator[None]:
    """Hold the warehouse's run lock for the length of the block.

    Raises:
        RunInProgressError: another run did not end in time.
    """

    def on_wait(holder: Holder | None) -> None:
        _LOG.info("waiting for %s to end", holder or "another run")
        listener.wait_for(holder)

    holder = this_process(run_id, kind, context.clock())
    with bind_run(run_id, kind), only_run(context.engine, holder, wait=context.wait_seconds, on_wait=on_wait):
        yield

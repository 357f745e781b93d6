"""Acts that are carried out one after the other, with one publication of what they rolled up after the last."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final
from uuid import uuid4

from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.pipeline import Run, finish_pages, finish_publishing
from flows.pipeline.progress import ProgressListener
from flows.pipeline.publisher import Publisher
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.support.context import AppContext, Extent

KIND: Final = "acts"
"""How such acts are named to who waits for them."""


@contextmanager
def acts_together(context: AppContext, listener: ProgressListener) -> Iterator[AppContext]:
    """Yield a context in which runs of acts roll up and publish nothing; when the block ends, publish it once.

    The warehouse is examined and held once for all of them. Killed before the publication, what was rolled up is
    published by the next run that publishes.

    Raises:
        WarehouseDamagedError, ClockBehindError, ClocksDifferError, RunInProgressError: as `exclusive_run`.
        TonghopError: the storage failed; what the acts did stays done.
    """
    run = Run(context, RunScope(), PlainSteps(str(uuid4())), listener)
    with exclusive_run(context, run.id, KIND, listener):
        yield replace(context, extent=Extent.FIGURES, is_locked=True)
        with Publisher(context) as publisher:
            finish_publishing(run, publisher)
            finish_pages(run, publisher)

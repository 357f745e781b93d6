"""Progress of a run, reported to a listener stage by stage, with the outcome at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from flows.pipeline.outcome import RunOutcome
from warehouse.store.run_lock import Holder


class ProgressListener(Protocol):
    """Receives the progress of a run."""

    def wait_for(self, holder: Holder | None) -> None:
        """The run waits for another one to end; `holder` None: which one is unknown."""

    def begin(self, stage: str, total: int) -> None:
        """A stage of `total` items begins."""

    def advance(self, stage: str, count: int) -> None:
        """`count` more items of the stage are done."""

    def finish(self, outcome: RunOutcome) -> None:
        """The run is over."""


class NoProgress:
    """A listener that ignores everything."""

    def wait_for(self, holder: Holder | None) -> None:
        """Do nothing."""

    def begin(self, stage: str, total: int) -> None:
        """Do nothing."""

    def advance(self, stage: str, count: int) -> None:
        """Do nothing."""

    def finish(self, outcome: RunOutcome) -> None:
        """Do nothing."""


# A context variable, because Prefect stores parameters of a flow as JSON, which a listener cannot be.
_LISTENER: ContextVar[ProgressListener] = ContextVar("listener", default=NoProgress())  # noqa: B039 # it is immutable


def current_listener() -> ProgressListener:
    """Return the listener of this run."""
    return _LISTENER.get()


@contextmanager
def use_listener(listener: ProgressListener) -> Iterator[None]:
    """Report runs that start within the block to the listener."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)

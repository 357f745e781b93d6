"""Let whoever started a run watch it: stage by stage, and its outcome at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from flows.pipeline.outcome import RunOutcome
from warehouse.store.run_lock import Holder


class ProgressListener(Protocol):
    """Somebody who wants to see how far a run is."""

    def wait_for(self, holder: Holder | None) -> None:
        """The run has to wait for another one to end; None: it has not said which."""

    def begin(self, stage: str, total: int) -> None:
        """A stage begins that has `total` things to do."""

    def advance(self, stage: str, count: int) -> None:
        """So many more of the stage's things are done."""

    def finish(self, outcome: RunOutcome) -> None:
        """The run is over."""


class NoProgress:
    """The watcher of a run that nobody watches."""

    def wait_for(self, holder: Holder | None) -> None:
        """Nobody looks."""

    def begin(self, stage: str, total: int) -> None:
        """Nobody looks."""

    def advance(self, stage: str, count: int) -> None:
        """Nobody looks."""

    def finish(self, outcome: RunOutcome) -> None:
        """Nobody looks."""


# A flow's parameters are stored as JSON, so a watcher cannot be one.
_WATCHER: ContextVar[ProgressListener] = ContextVar("watcher", default=NoProgress())  # noqa: B039 # it holds nothing that changes


def current_listener() -> ProgressListener:
    """Whoever watches this run."""
    return _WATCHER.get()


@contextmanager
def use_listener(listener: ProgressListener) -> Iterator[None]:
    """Let runs that start within the block be watched."""
    token = _WATCHER.set(listener)
    try:
        yield
    finally:
        _WATCHER.reset(token)

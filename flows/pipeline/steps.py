"""Execute the steps of a run: the protocol, and its implementation that needs no server."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

from domain.batches import batched
from domain.errors import TransientError

T = TypeVar("T")

RETRY_DELAYS = (5.0, 20.0)
"""Seconds between the tries of a step that failed transiently."""


class StageSeconds(Counter[str]):
    """Seconds of wall time by stage, of all tries of its steps and of waiting within them."""

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Add the time of the block to a stage, also where the block fails."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self[stage] += time.monotonic() - begun  # type: ignore[assignment] # a counter adds up what is added to it


class Steps(Protocol):
    """Executes the steps of a run. The pipeline defines the steps; this records, measures and retries them."""

    seconds: StageSeconds
    """Wall time of the stages so far."""

    @property
    def run_id(self) -> str:
        """Id of the run in every record."""

    def run(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step and return its result. `label` names it among the steps of the stage ("1-100 of 585")."""

    def run_retried(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step, and again when it raises a `TransientError`; the last try's error is raised."""


class PlainSteps:
    """The steps of one run, recorded nowhere but in the warehouse."""

    seconds: StageSeconds

    def __init__(self, run_id: str, delays: tuple[float, ...] = RETRY_DELAYS) -> None:
        """Belong to the run of that id; `delays` are the seconds before each further try."""
        self.run_id = run_id
        self.seconds = StageSeconds()
        self._delays = delays

    def run(self, stage: str, label: str, work: Callable[[], T]) -> T:  # noqa: ARG002 # not recorded
        """Do one step; see `Steps.run`."""
        with self.seconds.measure(stage):
            return work()

    def run_retried(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step, and again after a passing failure; see `Steps.run_retried`."""
        for delay in self._delays:
            try:
                return self.run(stage, label, work)
            except TransientError:
                time.sleep(delay)
        return self.run(stage, label, work)


def labelled_batches(
    things: Sequence[T], size: int, done: int = 0, total: int | None = None
) -> Iterator[tuple[str, list[T]]]:
    """Yield batches of items, each with a label: `101-200 of 585` (a hyphen: Prefect's graph draws no long dash).

    `done` items of `total` went before.
    """
    start = done + 1
    for batch in batched(things, size):
        yield f"{start}-{start + len(batch) - 1} of {total or len(things)}", batch
        start += len(batch)

"""Execute the steps of a run: the protocol, and its implementation that needs no server."""

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from domain.errors import TransientError

T = TypeVar("T")

RETRY_DELAYS = (5.0, 20.0)
"""Seconds between the tries of a step that failed transiently."""


class Steps(Protocol):
    """Executes the steps of a run. The pipeline defines the steps; this records and retries them."""

    @property
    def run_id(self) -> str:
        """Id of the run in every record."""

    def run(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step and return its result. `label` names it among the steps of the stage ("1-100 of 585")."""

    def run_retried(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step, and again when it raises a `TransientError`; the last try's error is raised."""


class PlainSteps:
    """The steps of one run, recorded nowhere but in the warehouse."""

    def __init__(self, run_id: str, delays: tuple[float, ...] = RETRY_DELAYS) -> None:
        """Belong to the run of that id; `delays` are the seconds before each further try."""
        self.run_id = run_id
        self._delays = delays

    def run(self, stage: str, label: str, work: Callable[[], T]) -> T:  # noqa: ARG002 # not recorded
        """Do one step; see `Steps.run`."""
        return work()

    def run_retried(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step, and again after a passing failure; see `Steps.run_retried`."""
        for delay in self._delays:
            try:
                return self.run(stage, label, work)
            except TransientError:
                time.sleep(delay)
        return self.run(stage, label, work)

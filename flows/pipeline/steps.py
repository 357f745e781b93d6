"""How the stages of a run are carried out: one step at a time, or each as a Prefect task run."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Steps(Protocol):
    """Carries out the steps of a run. The pipeline says what is done; this says how it is recorded and retried."""

    @property
    def run_id(self) -> str:
        """What the run is called in every record."""

    def run(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step and return its result. `label` tells it from other steps of the stage ("1-100 of 585")."""

    def run_retried(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step, and again when it raises a `TransientError`; the last try's error is raised."""

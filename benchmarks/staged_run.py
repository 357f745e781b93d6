"""A nightly run without Prefect that measures the CPU time of its stages.

    TONGHOP_HOME=… python -m benchmarks.staged_run

Prints a JSON object: stage → CPU seconds of this process. Those of the processes that read count for reading, those of
the process that writes publications for publishing, beside whichever stage they work. Both are forked as by the
command, and what is imported first has a row of its own. The server of a PostgreSQL warehouse is not counted.
"""

import json
import resource
import sys
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import psutil

from flows.pipeline.pipeline import Run, carry_out
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.support.context import build_context, fork_early
from flows.support.settings import load_settings

T = TypeVar("T")

_WHILE_READING = frozenset({"collect", "read", "place", "stage"})
"""Stages beside which the reading processes work; beside all others works the process that writes publications."""


class MeasuredSteps(PlainSteps):
    """Steps whose CPU seconds are added up by stage."""

    def __init__(self, run_id: str) -> None:
        """Belong to the run of that id."""
        super().__init__(run_id)
        self.cpu: Counter[str] = Counter()

    def run(self, stage: str, label: str, work: Callable[[], T]) -> T:
        """Do one step and measure it; see `Steps.run`."""
        before = cpu_seconds()
        try:
            return super().run(stage, label, work)
        finally:
            own, others = (after - earlier for after, earlier in zip(cpu_seconds(), before, strict=True))
            self.cpu[stage] += own  # type: ignore[assignment] # a Counter of seconds
            self.cpu["read" if stage in _WHILE_READING else "publish"] += others  # type: ignore[assignment] # as above


def cpu_seconds() -> tuple[float, float]:
    """Return the CPU seconds of this process, and those of its descendants, ended or living."""
    own, ended = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    living = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    children = ended.ru_utime + ended.ru_stime + sum(sum(times[:4]) for times in living)  # with those of ended ones
    return own.ru_utime + own.ru_stime, children


def main() -> None:
    """Run once in the home of the settings and print the seconds of each stage, and of what is in no stage."""
    steps = MeasuredSteps("staged")
    steps.cpu["imports"] = cpu_seconds()[0]  # type: ignore[assignment] # a Counter of seconds
    settings = load_settings()
    fork_early(settings)
    carry_out(Run(build_context(settings), RunScope(), steps, NoProgress()), "nightly")
    steps.cpu["outside the stages"] = sum(cpu_seconds()) - sum(steps.cpu.values())  # type: ignore[assignment]
    json.dump(dict(steps.cpu.most_common()), sys.stdout)


if __name__ == "__main__":
    main()

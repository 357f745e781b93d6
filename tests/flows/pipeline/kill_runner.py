"""Runs the pipeline in homes that it is told, each in a process that is killed right after one stage was carried out.

Called as `python kill_runner.py STAGE HOME STAGE HOME …`; imports once, then forks a process for each.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from connectors.landing import LandingBatch
from flows.pipeline import pipeline, publisher
from flows.pipeline.stages import publish, reply
from flows.pipeline.stages.collect import Collection
from tests.flows.pipeline.nightly_runs import context_of, run_plainly

PLACES: dict[str, tuple[object, str]] = {
    "fetch": (LandingBatch, "add"),
    "land": (LandingBatch, "keep"),
    "collect": (Collection, "collect"),
    "place": (pipeline, "record_batch"),
    "settle": (pipeline, "resolve_rivals"),
    "stage": (pipeline, "stage"),
    "check": (pipeline, "check"),
    "load": (pipeline, "load"),
    "roll_up": (pipeline, "roll_up"),
    "write_publication": (publish, "publish_revision"),
    "record": (publisher, "record"),
    "write_reply": (reply, "write"),
    "give_back": (pipeline, "write_replies"),
}


def killed_after(work: Callable[..., object]) -> Callable[..., object]:
    """The same work, after which the process is gone at once, without any clean-up."""

    def work_and_die(*args: Any, **more: Any) -> object:  # noqa: ANN401 # whatever the stage takes
        work(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    return work_and_die


def run_and_die(stage: str, home: Path) -> None:
    """Run the pipeline in this process until it is killed."""
    owner, name = PLACES[stage]
    with patch.object(owner, name, killed_after(getattr(owner, name))):
        run_plainly(context_of(home, batch_size=2), "killed")


def main(pairs: list[str]) -> None:
    """Run and kill, once for each stage and home; complain when a process ended by itself."""
    for stage, home in zip(pairs[::2], pairs[1::2], strict=True):
        child = os.fork()
        if child == 0:
            run_and_die(stage, Path(home))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            sys.exit(f"after {stage} the process was not killed but ended with {status}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Run the pipeline in processes that are killed right after one stage was carried out."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from connectors.landing import LandingBatch
from flows.pipeline import pipeline, publisher
from flows.pipeline.stages import publish, reply
from flows.pipeline.stages.collect import Collection
from tests.flows.pipeline.nightly_runs import context_of, run_plainly
from tests.tools.torture.processes import start

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


def start_killed_run(stage: str, home: Path) -> int:
    """Run the pipeline in a fork of this process until it is killed; return the fork's id."""
    return start(lambda: run_and_die(stage, home))

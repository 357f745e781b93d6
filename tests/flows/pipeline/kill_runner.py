"""Runs the pipeline in homes that it is told, each in a process that is killed right after one stage was carried out.

Called as `python kill_runner.py STAGE HOME STAGE HOME …`; imports once, then forks a process for each.
"""

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

from connectors.landing import LandingBatch
from connectors.registry import KINDS
from flows.pipeline import judging, pipeline, publisher
from flows.pipeline.stages import reply, write
from flows.pipeline.stages.collect import Collection
from flows.support.catalog import open_catalog
from publishing.storage.published_tree import PublishedTree
from tests.flows.pipeline.nightly_runs import context_of, run_plainly, settings_of
from tests.tools.torture.processes import start

PLACES: dict[str, tuple[object, str]] = {
    "fetch": (LandingBatch, "add"),
    "land": (LandingBatch, "keep"),
    "collect": (Collection, "collect"),
    "place": (judging, "record_batch"),
    "settle": (judging, "resolve_rivals"),
    "stage": (judging, "stage"),
    "check": (judging, "check"),
    "load": (judging, "load"),
    "roll_up": (pipeline, "roll_up"),
    "write_publication": (write, "publish"),
    "record": (publisher, "record"),
    "write_reply": (reply, "write"),
    "give_back": (pipeline, "write_replies"),
    "write_data": (PublishedTree, "write"),
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


def kill_run(stage: str, home: Path) -> int:
    """Run the pipeline in a fork of this process until it is killed; return the fork's exit code, -9 if all is well."""
    _, status = os.waitpid(start(lambda: run_and_die(stage, home)), 0)
    return os.waitstatus_to_exitcode(status)


def main(pairs: list[str]) -> None:
    """Run and kill, once for each stage and home; complain when a process ended by itself."""
    for kind in KINDS.values():
        import_module(kind.module)  # once, not in every fork
    open_catalog(settings_of(Path(pairs[1])))
    for stage, home in zip(pairs[::2], pairs[1::2], strict=True):
        code = kill_run(stage, Path(home))
        if code != -signal.SIGKILL:
            sys.exit(f"after {stage} the process was not killed but ended with {code}")


if __name__ == "__main__":
    main(sys.argv[1:])

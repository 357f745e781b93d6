"""Serves the rerun until its input ends: `python -m tests.flows.deployments.rerun_server NAME`.

Of the warm commands, so that the server is a fork of what has imported Prefect already; its runs are forks of another.
"""

import multiprocessing
import os
import shutil
import signal
import sys
from threading import Thread

from flows.deployments.rerun import rerun

_IMPORTED = ["flows.deployments.rerun", "expectations.evaluator", "publishing.document.report_document"]
"""What each run needs, and takes longest to import."""


def _end_with_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    # Prefect's runner starts each run by these; it asks for a process that imports all anew.
    sys.executable = shutil.which("python") or sys.executable
    multiprocessing.set_forkserver_preload(_IMPORTED)
    forks = multiprocessing.get_context("forkserver")
    multiprocessing.get_context = lambda _method=None: forks  # type: ignore[assignment,return-value]
    Thread(target=_end_with_input, daemon=True).start()
    rerun.serve(name=sys.argv[1], print_starting_message=False)

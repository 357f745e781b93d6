"""Serves the rerun until its input ends: `python -m tests.flows.deployments.rerun_server NAME`.

Of the warm commands, so that the server and each of its runs is a fork of what has imported Prefect already.
"""

import os
import shutil
import signal
import sys
from threading import Thread

from flows.deployments.rerun import rerun


def _end_with_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    # Prefect's runner starts each run by this.
    sys.executable = shutil.which("python") or sys.executable
    Thread(target=_end_with_input, daemon=True).start()
    rerun.serve(name=sys.argv[1], print_starting_message=False)

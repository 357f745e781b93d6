"""`tonghop prefect`: Prefect's own command, with this home's server and credential."""

import os
import sys

import typer

from flows.support.settings import prepare_environment


def prefect(context: typer.Context) -> None:
    """Run a command of Prefect on the server of this home, logged in: what comes after -- is its own.

    Example: tonghop prefect -- deployment ls

    Example: tonghop prefect -- work-pool inspect local
    """
    prepare_environment(context.obj)
    command = (sys.executable, "-m", "prefect", *context.args)
    os.execv(command[0], command)  # noqa: S606 # our own command

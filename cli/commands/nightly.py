"""`tonghop nightly`: start a nightly run now."""

from typing import Annotated

import typer

from cli.options import WaitOption
from flows.support.settings import has_own_server, patient, prepare_environment


def nightly(
    context: typer.Context,
    *,
    period: Annotated[
        str | None, typer.Option("--period", help="Judge only this period, e.g. 2025-05; else every open one.")
    ] = None,
    wait: WaitOption = None,
) -> None:
    """Collect what arrived, check it, load it, roll it up and publish it.

    Safe to run at any time: a second run over the same inbox changes nothing. Refused submissions are listed by name,
    sheet and cell; the others are published, the area marked partial. Uses the Prefect server of PREFECT_API_URL, else
    a temporary one.

    Example: tonghop nightly --period 2025-05
    """
    settings = patient(context.obj, wait)
    prepare_environment(settings)
    from domain.periods import parse_period
    from flows.service.temporary_server import start_early

    wanted = parse_period(period).id if period else None
    start_early()
    from cli.output.run_report import show_run
    from cli.output.terminal import open_terminal
    from cli.running import exit_code, run_flow

    terminal = open_terminal(settings)
    from flows.deployments.nightly import nightly as flow
    from flows.support.context import fork_early

    fork_early(settings)
    if not has_own_server():
        import expectations.evaluator as _evaluator  # noqa: F401 # what judging needs, while the server starts
    outcome = run_flow(terminal, lambda: flow(period=wanted, return_state=True))
    show_run(terminal, outcome)
    raise typer.Exit(exit_code(outcome))

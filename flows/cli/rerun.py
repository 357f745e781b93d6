"""`tonghop rerun`: take the correction of a unit and publish what it moves."""

from typing import Annotated

import typer

from flows.cli.options import PeriodOption, WaitOption
from flows.settings import patient, prepare_environment


def rerun(
    context: typer.Context,
    *,
    period: PeriodOption,
    unit: Annotated[list[str], typer.Option("--unit", help="Code of the commune; may be given several times.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence; kept with the run.")],
    wait: WaitOption = None,
) -> None:
    """Collect the inbox again, judge what is new of these communes, publish the next revision.

    The revision lists every figure that moved, from what to what. Files of other communes wait for the night.

    Example: tonghop rerun --period 2025-05 --unit 22828 --reason "Ma Nới sent a correction"
    """
    settings = patient(context.obj, wait)
    prepare_environment(settings)
    from domain.catalog import load_catalog
    from domain.periods import parse_period
    from flows.cli.running import exit_code, run_watched
    from flows.cli.telling import tell
    from flows.cli.voice import Voice
    from flows.scope import require_known

    catalog = load_catalog(settings.catalog)
    voice = Voice(catalog, settings.lang)
    wanted = parse_period(period).id
    require_known(unit, (known.code for known in catalog.units.units))
    from flows.rerun import rerun as flow

    outcome = run_watched(voice, lambda: flow(period=wanted, units=unit, reason=reason, return_state=True))
    tell(voice, outcome)
    raise typer.Exit(exit_code(outcome))

"""`tonghop rerun`: take the correction of a unit and publish what it moves."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import UsageError
from flows.cli.options import PeriodOption, WaitOption
from flows.settings import Settings, patient, prepare_environment

if TYPE_CHECKING:
    from domain.periods import Period
    from flows.cli.voice import Voice


def rerun(
    context: typer.Context,
    *,
    period: PeriodOption,
    unit: Annotated[list[str], typer.Option("--unit", help="Code of the commune; may be given several times.")],
    reason: Annotated[str | None, typer.Option("--reason", help="Why, in a sentence; kept with the run.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show verdicts and the published figures that would move; keep nothing.")
    ] = False,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            "--file", help="With --dry-run: a workbook that has not been delivered yet, instead of the inbox."
        ),
    ] = None,
    wait: WaitOption = None,
) -> None:
    """Collect the inbox again, judge what is new of these communes, publish the next revision.

    The revision lists every figure that moved, from what to what. Files of other communes wait for the night.

    With --dry-run nothing is kept: it shows what a rerun would accept, refuse and move, of what waits in the inbox or
    of the workbooks given with --file.

    Example: tonghop rerun --period 2025-05 --unit 22828 --dry-run --file ma-noi.xlsx

    Example: tonghop rerun --period 2025-05 --unit 22828 --reason "Ma Nới sent a correction"
    """
    settings = patient(context.obj, wait)
    if not dry_run and (file or not reason):
        raise UsageError(
            "--file goes with --dry-run only" if file else "say why with --reason: it is kept with the run"
        )
    if not dry_run:
        prepare_environment(settings)
    from domain.catalog import load_catalog
    from domain.periods import parse_period
    from flows.cli.voice import Voice
    from flows.scope import require_known

    catalog = load_catalog(settings.catalog)
    voice = Voice(catalog, settings.lang)
    wanted = parse_period(period)
    require_known(unit, (known.code for known in catalog.units.units))
    code = _try(voice, settings, wanted, unit, file or ()) if dry_run else _run(voice, wanted, unit, reason or "")
    raise typer.Exit(code)


def _run(voice: "Voice", period: "Period", units: list[str], reason: str) -> int:
    from flows.cli.running import exit_code, run_watched
    from flows.cli.telling import tell
    from flows.rerun import rerun as flow

    outcome = run_watched(voice, lambda: flow(period=period.id, units=units, reason=reason, return_state=True))
    tell(voice, outcome)
    return exit_code(outcome)


def _try(voice: "Voice", settings: Settings, period: "Period", units: list[str], files: Sequence[Path]) -> int:
    from flows.cli.foretelling import foretell
    from flows.cli.running import Bars, exit_code
    from flows.preview import preview
    from flows.scope import Scope
    from flows.wiring import open_house

    bars = Bars(voice)
    with bars.progress:
        found = preview(open_house(settings), Scope(period=period, units=frozenset(units)), bars, files)
    foretell(voice, found)
    return exit_code(found.outcome)

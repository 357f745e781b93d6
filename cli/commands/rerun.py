"""`tonghop rerun`: collect a correction, or check stored reports again, and publish what changes."""

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import PeriodOption, WaitOption
from domain.errors import UsageError
from flows.actions.reason import Reason
from flows.support.settings import Settings, patient, prepare_environment

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

    from cli.output.terminal import Terminal
    from flows.actions.rerun_request import RerunRequest
    from flows.pipeline.scope import RunScope


def rerun(
    context: typer.Context,
    *,
    period: PeriodOption,
    period_to: Annotated[
        str, typer.Option("--to", help="Last period of a range, both included: --period 2025-01 --to 2025-05.")
    ] = "",
    unit: Annotated[
        list[str] | None, typer.Option("--unit", help="Code of a commune; may be given several times.")
    ] = None,
    area: Annotated[
        str, typer.Option("--area", help="Instead of --unit: all communes of a district, province or area, e.g. 585.")
    ] = "",
    reason: Annotated[Reason, typer.Option("--reason", help="Why; kept with the run.")] = Reason.CORRECTION,
    note: Annotated[
        str, typer.Option("--note", help="In your own words; needed with --reason other. Kept with the run.")
    ] = "",
    recheck: Annotated[
        bool,
        typer.Option("--recheck", help="Judge stored reports as well, refused and accepted, under today's rules."),
    ] = False,
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
    """Collect the inbox again, check what is new of these communes, publish the next revision.

    The revision lists every figure that moved, from what to what. Files of other communes wait for the nightly run.
    Closed periods are refused.

    With --recheck stored reports are checked again under today's rules: refused ones may be accepted, also those that
    were sent before their period was over. An accepted report that would be refused today is reported, and still
    counts: only a person withdraws it.

    With --dry-run nothing is kept: it shows what a rerun would accept, refuse and move, of what waits in the inbox or
    of the workbooks given with --file.

    Example: tonghop rerun --period 2025-05 --unit 22828 --dry-run --file ma-noi.xlsx

    Example: tonghop rerun --period 2025-05 --unit 22828 --note "Ma Nới sent a correction"

    Example: tonghop rerun --area 585 --period 2025-01 --to 2025-05 --recheck --reason catalog_changed
    """
    settings = patient(context.obj, wait)
    if file and not dry_run:
        raise UsageError("--file goes with --dry-run only")
    if not dry_run:
        prepare_environment(settings)
    from datetime import UTC, datetime

    from cli.output.terminal import Terminal
    from domain.vietnam_time import day_in_vietnam
    from flows.actions.rerun_request import RerunRequest, scope_of
    from flows.support.catalog import open_catalog

    catalog = open_catalog(settings)
    request = RerunRequest(period, area, tuple(unit or ()), period_to, reason, note, recheck, getpass.getuser())
    scope = scope_of(catalog, day_in_vietnam(datetime.now(UTC)), request)
    terminal = Terminal(catalog, settings.lang)
    code = (
        _preview(terminal, settings, request, scope, file or ())
        if dry_run
        else _run(terminal, settings, request, scope)
    )
    raise typer.Exit(code)


def _run(terminal: "Terminal", settings: Settings, request: "RerunRequest", scope: "RunScope") -> int:
    from cli.output.run_report import show_run
    from cli.running import exit_code, run_flow
    from flows.actions.rerun_request import refuse_closed_periods
    from flows.deployments.rerun import rerun as flow
    from flows.support.context import build_context

    # Closed periods are refused before a server is started.
    refuse_closed_periods(build_context(settings), scope)

    def start() -> "State[Any]":
        return flow(
            area=request.area,
            units=tuple(request.units),
            period=request.period,
            period_to=request.period_to,
            reason=request.reason,
            note=request.note,
            recheck=request.recheck,
            by=request.by,
            return_state=True,
        )

    outcome = run_flow(terminal, start)
    show_run(terminal, outcome)
    return exit_code(outcome)


def _preview(
    terminal: "Terminal", settings: Settings, request: "RerunRequest", scope: "RunScope", files: Sequence[Path]
) -> int:
    from cli.output.preview_output import show_preview
    from cli.running import ProgressBars, exit_code
    from flows.actions.rerun_request import preview_rerun
    from flows.support.context import build_context

    bars = ProgressBars(terminal)
    with bars.progress:
        preview = preview_rerun(build_context(settings), scope, request, bars, files)
    show_preview(terminal, preview)
    return exit_code(preview.outcome)

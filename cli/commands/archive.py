"""`tonghop archive`: rows of old periods in Parquet files instead of the warehouse's tables."""

import getpass
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from cli.options import ByOption, FormOption, JsonOption, WaitOption
from cli.output.terminal import Terminal, literal, open_text_terminal
from flows.support.settings import Settings, patient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.rollups.archivable import OldPeriod

DONE = 0
DAMAGED = 3

archive = typer.Typer(
    name="archive",
    help="Rows of old, closed periods in Parquet files: move, restore, list, verify. They are read as before.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@archive.command("move")
def move_rows(
    context: typer.Context,
    *,
    before: Annotated[str, typer.Option("--before", metavar="PERIOD", help="Periods that end before this one begins.")],
    form: FormOption = None,
    by: ByOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be moved, and move nothing.")] = False,
    wait: WaitOption = None,
) -> None:
    """Move the figures read from reports of old, closed periods to Parquet files below archive/ of the home.

    Each file is read back before anything is removed from the tables. Rollups, explanations and pages go on as before;
    SQL views show archived reports no more, DuckDB reads the files. Periods of the last 24 months stay.

    Example: tonghop archive move --before 2023-01 --dry-run
    """
    from cli.running import ProgressBars
    from domain.periods import parse_period
    from flows.actions.archiving import archive_before
    from flows.support.context import build_context
    from warehouse.rollups.archivable import old_periods
    from warehouse.store.engine import reading

    app_context = build_context(patient(context.obj, wait))
    terminal = Terminal(app_context.catalog, app_context.lang)
    bound = parse_period(before)
    if dry_run:
        with reading(app_context.engine) as session:
            old = old_periods(session, app_context.catalog, bound, app_context.today, form)
        _show_old(terminal, old)
        if all(each.obstacle for each in old):
            terminal.say("archive_nothing", "yellow", before=bound.id)
        return
    bars = ProgressBars(terminal)
    with bars.progress:
        old, files = archive_before(app_context, str(uuid4()), bars, bound, form=form, by=by or getpass.getuser())
    _show_old(terminal, [each for each in old if each.obstacle])
    if files:
        rows, size = sum(file.rows for file in files), sum(file.size for file in files)
        terminal.say("archive_moved", "bold green", count=len({file.of for file in files}), rows=rows, size=_kb(size))
        terminal.say("archive_space", "dim")
    else:
        terminal.say("archive_nothing", "yellow", before=bound.id)


@archive.command("restore")
def restore_rows(
    context: typer.Context,
    *,
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="Period: 2020-05.", show_default=False)],
    form: FormOption = None,
    wait: WaitOption = None,
) -> None:
    """Bring the rows of an archived period back into the tables, and see that nothing differs.

    Example: tonghop archive restore 2020-05
    """
    from cli.running import ProgressBars
    from domain.periods import parse_period
    from flows.actions.archiving import restore_period
    from flows.support.context import build_context

    app_context = build_context(patient(context.obj, wait))
    terminal = Terminal(app_context.catalog, app_context.lang)
    bars = ProgressBars(terminal)
    with bars.progress:
        files = restore_period(app_context, str(uuid4()), bars, parse_period(period), form=form)
    terminal.say("archive_restored", "bold green", period=period, rows=sum(file.rows for file in files))


@archive.command("list")
def list_archived(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the archived periods with their files.

    Example: tonghop archive list
    """
    from cli.output.as_json import print_json
    from flows.support.warehouse import reading_warehouse
    from warehouse.archive.reading import archived_files

    settings: Settings = context.obj
    terminal = open_text_terminal(settings)
    with reading_warehouse(settings) as session:
        files = archived_files(session)
    if as_json:
        print_json(files)
        return
    if not files:
        terminal.say("archive_empty", "yellow")
        return
    table = terminal.table("column_form", "column_period", "column_rows", "column_size", "file")
    for file in files:
        table.add_row(*map(literal, (*file.of, str(file.rows), _kb(file.size), file.path)))
    terminal.show(table)


@archive.command("verify")
def verify_files(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Compare the files of archived periods with what was written. Exit codes: 0 all equal; 3 not.

    Example: tonghop archive verify
    """
    from cli.output.as_json import fields_of, print_json
    from flows.support.warehouse import reading_warehouse
    from warehouse.archive.moving import faults
    from warehouse.archive.reading import archived_files

    settings: Settings = context.obj
    terminal = open_text_terminal(settings)
    with terminal.console.status(terminal.text("archive_verifying")), reading_warehouse(settings) as session:
        damaged, count = list(faults(session)), len(archived_files(session))
    if as_json:
        print_json({"files": count, "faults": [{**fields_of(file), "fault": fault} for file, fault in damaged]})
    else:
        for file, fault in damaged:
            terminal.bullet("✗", f"{file.path}: {terminal.error(fault)}", "red")
        if not damaged:
            terminal.say("archive_whole", "bold green", count=count)
    raise typer.Exit(DAMAGED if damaged else DONE)


def _show_old(terminal: Terminal, old: "Sequence[OldPeriod]") -> None:
    """Show old periods, how many rows they have, and what keeps them in the tables."""
    table = terminal.table("column_form", "column_period", "column_rows", "column_archived")
    for each in old:
        state = terminal.text(f"archive_{each.obstacle}") if each.obstacle else terminal.text("archive_possible")
        table.add_row(*map(literal, (*each.of, str(each.rows))), state)
    if old:
        terminal.show(table)


def _kb(size: int) -> str:
    return f"{-(-size // 1000)} kB"

"""`tonghop check`: check workbooks as a nightly run would; loads nothing, needs no server."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import JsonOption
from flows.support.settings import Settings


def check(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Workbooks, or folders: all workbooks in them.")],
    *,
    as_json: JsonOption = False,
    annotate: Annotated[
        Path | None,
        typer.Option(
            "--annotate", metavar="DIR", help="Folder for a copy of each file, its wrong cells marked; originals stay."
        ),
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", help="Code of the commune, as if the files came in a folder of that name.")
    ] = None,
    period: Annotated[
        str | None, typer.Option("--period", help="Period, as if the files came in a folder of that name: 2025-05.")
    ] = None,
) -> None:
    """Check workbooks as a nightly run would, all faults at once; nothing is loaded.

    Rules that look at other reports (earlier ones, other communes') need a
    warehouse: one set by TONGHOP_WAREHOUSE_URL, or the home's. Without one
    they are named as not checked.

    With --annotate each file is also written to a folder as a copy: wrong cells
    red with a note in each, everything listed on a sheet of its own. An .xls, and
    a file nobody can open, get a workbook of results instead.

    With --json stdout holds a list of files and nothing else; it is described by
    docs/check.schema.json.

    A lock file, a missing or an unreadable file among others is named, and the others are checked.

    Exit codes: 0 all would be accepted; 1 some would be refused, or are no reports; 2 nothing named can be checked, or
    wrong usage; 3 our fault.

    Example: tonghop check ma-noi.xlsx

    Example: tonghop check inbox/2025-05 --annotate marked
    """
    from cli.output.as_json import print_json
    from cli.output.check_copies import require_folder, write_copies
    from cli.output.check_json import as_plain
    from cli.output.check_report import show_checked
    from cli.output.terminal import Terminal
    from cli.running import DONE, SOME_REFUSED, ProgressBars
    from domain.periods import parse_period
    from flows.actions.check_files import open_checker
    from flows.pipeline.scope import require_known
    from flows.support.catalog import open_catalog
    from flows.support.named_files import resolve_files
    from flows.support.sources import source_folders

    settings: Settings = context.obj
    catalog = open_catalog(settings)
    if unit:
        require_known([unit], (known.code for known in catalog.units.units))
    if annotate is not None:
        require_folder(annotate)
    named_files = resolve_files(files, source_folders(settings), unit, parse_period(period).id if period else None)
    aside = Terminal(catalog, settings.lang, aside=True)
    bars = ProgressBars(aside)
    with open_checker(settings) as checker, bars.progress:
        checked = checker.check(named_files, bars)
        copies = write_copies(checked, annotate, catalog, settings, bars) if annotate is not None else ()
    if as_json:
        print_json(as_plain(checked, catalog, settings.lang))
    else:
        show_checked(Terminal(catalog, settings.lang), checked)
    if annotate is not None:
        aside.say("check_copies", count=len(copies))
        aside.print_path(annotate.absolute())
    raise typer.Exit(DONE if all(checked_file.accepted for checked_file in checked) else SOME_REFUSED)

"""`tonghop sample`: write an inbox of filled workbooks, as the communes of an area would send them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track

from cli.options import AreaOption
from domain.errors import UsageError
from flows.support.settings import Settings

if TYPE_CHECKING:
    from workbooks.sample.inbox import SampleFile

CORRECTIONS = "corrections"
"""Folder beside the inbox for prepared corrections."""


def sample(
    context: typer.Context,
    *,
    area: AreaOption,
    first: Annotated[str, typer.Option("--from", help="First period, e.g. 2025-04.")],
    last: Annotated[str, typer.Option("--to", help="Last period, e.g. 2025-05.")],
    seed: Annotated[int, typer.Option("--seed", help="Same number, same files, byte for byte.")] = 1,
    defects: Annotated[str, typer.Option("--defects", help="Share of workbooks that are wrong, e.g. 10%.")] = "0%",
    form: Annotated[
        str | None, typer.Option("--form", help="Only this form; the only way to get an office's table, as hddt_t.")
    ] = None,
    inbox: Annotated[
        Path | None, typer.Option("--inbox", "-o", help="Folder to write to; else the inbox of the home.")
    ] = None,
) -> None:
    """Write an inbox of filled sample workbooks; corrections of wrong ones lie ready in a folder beside it.

    Figures of communes are invented and marked so. Units report as they are in each period: across a merger the old
    ones until it, the new ones since, with figures that go on. A neighbour that the area took in reports too. A form
    that an office gives is one table a period; with the same seed most of its figures are what the communes report.

    Example: tonghop sample --area 585 --from 2025-04 --to 2025-05 --seed 1
    """
    from cli.output.terminal import Terminal
    from domain.periods import parse_period, periods_between
    from flows.support.catalog import open_catalog
    from workbooks.sample.inbox import make_sample, reporting_units
    from workbooks.sample.unit_tables import make_sample_tables

    settings: Settings = context.obj
    catalog = open_catalog(settings)
    terminal = Terminal(catalog, settings.lang)
    periods = periods_between(parse_period(first), parse_period(last))
    folder = (inbox or settings.default_inbox).absolute()
    if form is not None and catalog.forms.form(form).reporter is not None:
        if share(defects):
            raise UsageError("an office's table gets no defects: leave --defects out")
        expected, files = len(periods), make_sample_tables(catalog, form, area, periods, seed)
    else:
        units = reporting_units(catalog, area, periods, only_form=form)
        expected = sum(len(of_period) for _, _, of_period in units)
        files = make_sample(catalog, area, periods, seed, share(defects), only_form=form)
    written = [
        write(folder, file)
        for file in track(
            files, terminal.text("sample_writing"), total=expected, console=terminal.console, transient=True
        )
    ]
    corrections = sum(file.is_correction for file in written)
    terminal.say("sample_written", files=len(written) - corrections, corrections=corrections)
    terminal.print_path(folder)
    if corrections:
        terminal.print_path(folder.parent / CORRECTIONS)


def write(inbox: Path, file: "SampleFile") -> "SampleFile":
    """Write a sample's file into the inbox or the corrections, with its time of delivery as modification time."""
    target = (inbox.parent / CORRECTIONS if file.is_correction else inbox) / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file.data)
    moment = file.delivered_at.timestamp()
    os.utime(target, (moment, moment))
    return file


def share(text: str) -> float:
    """Parse a share typed as `10%` or `10` into a number from 0 to 1.

    Raises:
        UsageError: it is not a percentage from 0 to 100.
    """
    try:
        number = float(text.removesuffix("%").replace(",", "."))
    except ValueError as error:
        raise UsageError(f"--defects {text}: write a percentage such as 10%") from error
    if not 0 <= number <= 100:
        raise UsageError(f"--defects {text}: a percentage lies between 0% and 100%")
    return number / 100

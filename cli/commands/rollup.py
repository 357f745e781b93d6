"""`tonghop rollup`: an area's figures for a period, now or as of a moment; stores nothing."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from cli.options import AreaOption, AsOfOption, BoundaryOption, FormOption, JsonOption, PeriodOption
from cli.output.terminal import Terminal, literal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from warehouse.queries import Revision


def rollup(
    context: typer.Context,
    *,
    area: AreaOption,
    period: PeriodOption,
    boundary: BoundaryOption = "as_then",
    as_of: AsOfOption = None,
    form: FormOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an area's figures for a month, quarter, half-year or year, with how many units are in each.

    Any commune, district, province, the country or an area of your own. Nothing is kept or published: see `publish`.

    Example: tonghop rollup --area 22810 --period 2025-Q2 --boundary as_now --as-of 2025-07-20T00:00
    """
    from cli.output.as_json import print_json
    from domain.periods import parse_period
    from domain.rollups import Boundary
    from flows.support.area_figures import FiguresRequest, render_as_of
    from flows.support.catalog import open_catalog
    from flows.support.choices import form_made_up, moment_of
    from flows.support.warehouse import open_warehouse

    settings: Settings = context.obj
    catalog = open_catalog(settings)
    wanted = parse_period(period)
    chosen = form_made_up(catalog.forms, wanted, form)
    engine = open_warehouse(settings)
    moment = moment_of(as_of) if as_of else datetime.now(UTC)
    revision = render_as_of(engine, catalog, FiguresRequest(area, chosen.id, wanted, Boundary(boundary)), moment)
    if as_json:
        print_json({"area_name": revision.area_name, "as_of": moment, "rows": revision.rows})
    else:
        show_rollup(Terminal(catalog, settings.lang), revision)


def show_rollup(terminal: Terminal, revision: "Revision") -> None:
    """Show figures, one line each, and their notes below."""
    from cli.output.figures import figure_of
    from publishing.figures.formatting import format_time

    moment = format_time(revision.published_at, terminal.lang)
    title = terminal.text("rollup_title", area=revision.area_name, period=revision.period.id, moment=moment)
    table = terminal.table("indicator", "value", "units", "standing", title=title)
    for row in revision.rows:
        name = terminal.catalog.indicators[row.indicator].name.get(terminal.lang)
        table.add_row(
            f"{literal(name)} ({row.indicator})",
            figure_of(terminal, row.indicator, row.value, row),
            f"{row.units_accepted}/{row.units_expected}",
            terminal.text(f"row_{row.status}"),
        )
    terminal.show(table)
    for note in dict.fromkeys(row.notes for row in revision.rows if row.notes):
        terminal.bullet("•", note)

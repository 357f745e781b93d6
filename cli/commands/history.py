"""`tonghop history`: every version of a unit's report, what became of it, and what differs between two of them."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from cli.options import FormOption, JsonOption, PeriodOption
from cli.output.terminal import Terminal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from domain.figure_changes import PlacedFigure
    from flows.actions.versions import VersionDifference
    from warehouse.queries.history import DeliveryRecord, MoveRecord, ReportHistory

MOST_CHANGES = 30


def history(
    context: typer.Context,
    *,
    unit: Annotated[str, typer.Option("--unit", help="Code of the commune, as it was in that period.")],
    period: PeriodOption,
    form: FormOption = None,
    diff: Annotated[
        tuple[int, int] | None,
        typer.Option("--diff", metavar="N M", help="Show what version M says otherwise than N; else the last two."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show every version of a commune's report: file, sender, deliveries, each move with its reason, which one counts.

    A code that meant two units is that of the period. Below stands what differs between two versions, cell by cell.

    Example: tonghop history --unit 22828 --period 2025-05 --diff 1 2
    """
    from cli.output.as_json import print_json, shallow
    from connectors.landing import Landing
    from domain.periods import parse_period
    from flows.actions.versions import difference
    from flows.support.catalog import open_catalog
    from flows.support.choices import form_for
    from flows.support.warehouse import open_warehouse
    from warehouse.queries.history import history as history_of
    from warehouse.store.engine import reading

    settings: Settings = context.obj
    catalog = open_catalog(settings)
    wanted = parse_period(period)
    chosen = form_for(catalog, wanted, form)
    who = catalog.units.get(unit, catalog.last_day(chosen.id, wanted))
    engine = open_warehouse(settings)
    with reading(engine) as session:
        result = history_of(session, who.key, chosen.id, wanted)
    differs = difference(engine, Landing(settings.landing), catalog, result, diff)
    if as_json:
        print_json({**shallow(result), "difference": differs})
        return
    terminal = Terminal(catalog, settings.lang)
    show_history(terminal, result, who.name)
    if differs is not None:
        show_difference(terminal, differs)


def show_history(terminal: Terminal, result: "ReportHistory", unit_name: str) -> None:
    """Show the versions of a report as people read them."""
    if not result.versions:
        terminal.say("history_none", unit=f"{result.unit} {unit_name}", period=result.period.id)
        return
    terminal.say("history_title", "bold", unit=f"{result.unit} {unit_name}", period=result.period.id)
    for version in result.versions:
        terminal.gap()
        state = terminal.submission_state(version.state)
        if version.issues:
            state += f" ({terminal.text('faults' if version.accepted_at is None else 'remarks', count=version.issues)})"
        kind = "history_counted" if version.counted else "history_version"
        terminal.say(kind, "bold green" if version.counted else "bold", version=version.version, state=state)
        terminal.console.print(f"  {escape(version.file_name)}", soft_wrap=True)
        terminal.console.print(f"  sha256 {version.sha256}", style="dim", soft_wrap=True)
        for delivery in version.deliveries:
            terminal.bullet("⇣", _came(terminal, delivery))
        for move in version.moves:
            terminal.bullet("•", _moved(terminal, move))


def show_difference(terminal: Terminal, result: "VersionDifference") -> None:
    """Show what one version says otherwise than another."""
    terminal.gap()
    terminal.say("history_difference", "bold", before=result.before, after=result.after, count=len(result.changes))
    for version in result.read_again:
        terminal.say("history_read_again", "dim", version=version)
    if not result.changes:
        return
    table = terminal.table("unit", "indicator", "moved_column", "before", "after")
    for change in result.changes[:MOST_CHANGES]:
        known = terminal.catalog.indicators.get(change.indicator)
        table.add_row(
            change.unit,
            escape(known.name.get(terminal.lang) if known else change.indicator),
            terminal.text(f"part_{change.part}"),
            _shown(terminal, change.before),
            _shown(terminal, change.after),
        )
    terminal.show(table)
    if len(result.changes) > MOST_CHANGES:
        terminal.say("and_more", count=len(result.changes) - MOST_CHANGES)


def _came(terminal: Terminal, delivery: "DeliveryRecord") -> str:
    from publishing.figures.formatting import format_time

    came = terminal.text(
        "history_delivery",
        at=format_time(delivery.delivered_at, terminal.lang),
        connector=delivery.connector,
        path=delivery.path,
    )
    return f"{came} {terminal.text('history_sender', sender=delivery.sender)}" if delivery.sender else came


def _moved(terminal: Terminal, move: "MoveRecord") -> str:
    """A move in a sentence; a reason's sentence says more than the state's."""
    from publishing.figures.formatting import format_time

    why = terminal.text(f"move_{move.reason or move.to_state}")
    result = terminal.text("history_said", actor=move.actor, note=move.note) if move.actor else ""
    return " ".join(filter(None, (f"{format_time(move.at, terminal.lang)}:", why, result)))


def _shown(terminal: Terminal, placed: "PlacedFigure | None") -> str:
    from cli.output.figures import number_of

    if placed is None:
        return ""
    figure = placed.figure
    if figure.number is not None:
        text = number_of(terminal, figure.number)
    else:
        text = terminal.text(f"cell_{figure.state}", raw=figure.raw)
    return escape(f"{text}\n{placed.sheet}!{figure.cell}")

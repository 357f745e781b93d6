"""`tonghop history`: all versions of a unit's report with their states, and the difference between two of them."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import FormOption, JsonOption, PeriodOption
from cli.output.terminal import Terminal, literal
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

    A code that meant two units is that of the period. The difference between two versions follows, cell by cell.

    Example: tonghop history --unit 22828 --period 2025-05 --diff 1 2
    """
    from cli.output.as_json import fields_of, print_json
    from domain.periods import parse_period
    from flows.actions.versions import difference
    from flows.support.catalog import open_catalog
    from flows.support.choices import form_for
    from flows.support.stores.opening import open_landing
    from flows.support.warehouse import open_warehouse
    from warehouse.queries.history import history as history_of
    from warehouse.store.engine import reading

    settings: Settings = context.obj
    catalog = open_catalog(settings)
    wanted = parse_period(period)
    chosen = form_for(catalog.forms, wanted, form)
    owner = catalog.units.get(unit, catalog.forms.last_day(chosen.id, wanted))
    engine = open_warehouse(settings)
    with reading(engine) as session:
        report = history_of(session, owner.key, chosen.id, wanted)
    differs = difference(engine, open_landing(settings), catalog, report, diff)
    if as_json:
        print_json({**fields_of(report), "difference": differs})
        return
    terminal = Terminal(catalog, settings.lang)
    show_history(terminal, report, owner.name)
    if differs is not None:
        show_difference(terminal, differs)


def show_history(terminal: Terminal, history: "ReportHistory", unit_name: str) -> None:
    """Show the versions of a report, each with its deliveries and moves."""
    facts = {"unit": f"{history.unit} {unit_name}", "period": history.period.id}
    if not history.versions:
        terminal.say("history_none", **facts)
        return
    terminal.say("history_title", "bold", **facts)
    for version in history.versions:
        terminal.blank_line()
        state = terminal.submission_state(version.state)
        if version.issues:
            state += f" ({terminal.text('faults' if version.accepted_at is None else 'remarks', count=version.issues)})"
        kind = "history_counted" if version.counted else "history_version"
        terminal.say(kind, "bold green" if version.counted else "bold", version=version.version, state=state)
        terminal.console.print(f"  {literal(version.file_name)}", soft_wrap=True)
        terminal.console.print(f"  sha256 {version.sha256}", style="dim", soft_wrap=True)
        for delivery in version.deliveries:
            terminal.bullet("⇣", _delivery_text(terminal, delivery))
        for move in version.moves:
            terminal.bullet("•", _move_text(terminal, move))


def show_difference(terminal: Terminal, difference: "VersionDifference") -> None:
    """Show the cells that differ between two versions."""
    terminal.blank_line()
    facts = {"before": difference.before, "after": difference.after, "count": len(difference.changes)}
    terminal.say("history_difference", "bold", **facts)
    for version in difference.read_again:
        terminal.say("history_read_again", "dim", version=version)
    if not difference.changes:
        return
    table = terminal.table("unit", "indicator", "moved_column", "before", "after")
    for change in difference.changes[:MOST_CHANGES]:
        known = terminal.catalog.indicators.get(change.indicator)
        table.add_row(
            change.unit,
            literal(known.name.get(terminal.lang) if known else change.indicator),
            terminal.text(f"part_{change.part}"),
            _shown(terminal, change.before),
            _shown(terminal, change.after),
        )
    terminal.show(table)
    if len(difference.changes) > MOST_CHANGES:
        terminal.say("and_more", count=len(difference.changes) - MOST_CHANGES)


def _delivery_text(terminal: Terminal, delivery: "DeliveryRecord") -> str:
    from publishing.figures.formatting import format_time

    text = terminal.text(
        "history_delivery",
        at=format_time(delivery.delivered_at, terminal.lang),
        connector=delivery.connector,
        path=delivery.path,
    )
    return f"{text} {terminal.text('history_sender', sender=delivery.sender)}" if delivery.sender else text


def _move_text(terminal: Terminal, move: "MoveRecord") -> str:
    """Describe a move in a sentence: that of its reason, if it has one, else that of the new state."""
    from publishing.figures.formatting import format_time

    why = terminal.text(f"move_{move.reason or move.to_state}")
    decision = terminal.text("history_said", actor=move.actor, note=move.note) if move.actor else ""
    return " ".join(filter(None, (f"{format_time(move.at, terminal.lang)}:", why, decision)))


def _shown(terminal: Terminal, placed: "PlacedFigure | None") -> str:
    from cli.output.figures import number_of

    if placed is None:
        return ""
    figure = placed.figure
    if figure.number is not None:
        text = number_of(terminal, figure.number)
    else:
        text = terminal.text(f"cell_{figure.state}", raw=figure.raw)
    return literal(text, f"{placed.sheet}!{figure.cell}")

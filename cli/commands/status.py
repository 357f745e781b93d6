"""`tonghop status`: who reported, who is late or missing, whose report was refused and why."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from cli.options import AreaOption, FormOption, JsonOption, PeriodOption
from cli.output.terminal import Terminal
from domain.vietnam_time import day_in_vietnam
from flows.support.settings import Settings

if TYPE_CHECKING:
    from domain.waivers import OpenWarning
    from warehouse.queries import PeriodStatus, Refusal, UnitStatus
    from warehouse.rollups.closings import Closing
    from warehouse.store.engine import Session

    _AskedOf = dict[str, tuple[OpenWarning, ...]]


def status(
    context: typer.Context,
    *,
    area: AreaOption,
    period: PeriodOption,
    form: FormOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who reported for an area and period, who is late or missing, whose report was refused and why.

    Example: tonghop status --area 585 --period 2025-05
    """
    from cli.output.as_json import print_json, shallow
    from domain.periods import parse_period
    from flows.support.catalog import open_catalog
    from flows.support.choices import form_for
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries import period_status, refusals
    from warehouse.rollups.due import awaiting_reopen

    settings: Settings = context.obj
    catalog = open_catalog(settings)
    wanted = parse_period(period)
    chosen = form_for(catalog, wanted, form)
    where = catalog.units.area(area, catalog.last_day(chosen.id, wanted))
    with reading_warehouse(settings) as session:
        result = period_status(session, catalog, where, chosen.id, wanted)
        unplaced = refusals(session, unplaced_only=True)
        results = _open_warnings(session, result)
        held = awaiting_reopen(session, catalog, today=day_in_vietnam(datetime.now(UTC))) if result.closed else ()
    waiting = sum(awaiting.reports for awaiting in held if awaiting.closing == result.closed)
    terminal = Terminal(catalog, settings.lang)
    days_late = max(0, (day_in_vietnam(datetime.now(UTC)) - result.deadline).days)
    if as_json:
        more = {"days_late": days_late, "waiting_for_reopening": waiting, "unplaced": unplaced, "warnings": results}
        print_json({**shallow(result), **more})
        return
    show_status(terminal, result, unplaced, results, days_late)
    if result.closed:
        show_closed(terminal, result.closed, waiting)


def _open_warnings(session: "Session", result: "PeriodStatus") -> "_AskedOf":
    """By unit, the warnings about its accepted report."""
    from domain.rollups import ReportingState
    from warehouse.queries import submission_warnings

    counted = {
        unit.standing.file.submission_id: unit.standing.code
        for unit in result.units
        if unit.standing.file is not None and unit.standing.state is ReportingState.ACCEPTED
    }
    warnings = submission_warnings(session, counted, datetime.now(UTC))
    return {counted[key]: answers for key, answers in warnings.items()}


def show_status(
    terminal: Terminal,
    result: "PeriodStatus",
    unplaced: "tuple[Refusal, ...]" = (),
    open_warnings: "_AskedOf | None" = None,
    days_late: int = 0,
) -> None:
    """Show how an area's units stand, what they have to mend and what they are asked, as people read it."""
    from cli.output.run_report import tell_issues

    show_standing(terminal, result, days_late)
    for unit in result.units:
        if open_warnings and unit.standing.code in open_warnings:
            _show_asked(terminal, unit, open_warnings[unit.standing.code], result)
    for unit in result.units:
        for refusal in unit.refusals:
            tell_issues(terminal, f"{unit.standing.code} {unit.standing.name}", refusal.file.file_name, refusal.issues)
    if unplaced:
        terminal.gap()
        terminal.say("unplaced", "bold", count=len(unplaced))
        for refusal in unplaced:
            tell_issues(terminal, "?", refusal.file.file_name, refusal.issues)


def _show_asked(
    terminal: Terminal, unit: "UnitStatus", open_warnings: "tuple[OpenWarning, ...]", result: "PeriodStatus"
) -> None:
    """The warnings about one report, each with its answer, or with the command that gives one."""
    from cli.output.run_report import tell_warning

    code, name = unit.standing.code, unit.standing.name
    terminal.gap()
    terminal.console.print(f"[bold]? {code} {escape(name)}[/]", soft_wrap=True)
    for each in open_warnings:
        tell_warning(terminal, each)
    waiting = sorted({open_warning.issue.code for open_warning in open_warnings if open_warning.waiver is None})
    for rule in waiting:
        terminal.say("how_to_waive", "dim", rule=rule, unit=code, period=result.period.id)


def show_closed(terminal: Terminal, closing: "Closing", waiting: int) -> None:
    """Show that figures are closed, and how much waits for them to be opened again."""
    from publishing.figures.formatting import format_day

    day = format_day(day_in_vietnam(closing.closed_at), terminal.lang)
    terminal.say("status_closed", revision=closing.revision, day=day, by=closing.closed_by, count=waiting)


def show_standing(terminal: Terminal, result: "PeriodStatus", days_late: int = 0) -> None:
    """Show how an area's units stand, one line each; `days_late` days have passed since the deadline."""
    from publishing.figures.formatting import format_day

    deadline = format_day(result.deadline, terminal.lang)
    title = terminal.text("status_title", area=result.area_name, period=result.period.id, deadline=deadline)
    table = terminal.table("unit", "standing", "received", "file", title=title)
    for unit in result.units:
        standing = unit.standing
        table.add_row(
            f"{standing.code} {standing.name}",
            _state(terminal, unit, days_late),
            format_day(day_in_vietnam(standing.received_at), terminal.lang) if standing.received_at else "",
            escape(standing.file.file_name) if standing.file else "",
        )
    terminal.show(table)
    terminal.gap()
    kinds = [_kind(unit) for unit in result.units]
    counts = {kind: kinds.count(kind) for kind in _COLOURS}
    terminal.say("status_counts", total=len(result.units), **counts)
    terminal.say("status_revision" if result.revision else "status_unpublished", revision=result.revision)


def _kind(unit: "UnitStatus") -> str:
    from domain.rollups import ReportingState

    match unit.standing.state:
        case ReportingState.ACCEPTED:
            return "late" if unit.standing.late else "accepted"
        case ReportingState.QUARANTINED:
            return "refused"
        case ReportingState.MISSING:
            return "missing"


_COLOURS = {"accepted": "green", "late": "yellow", "refused": "red", "missing": "magenta"}


def _state(terminal: Terminal, unit: "UnitStatus", days_late: int) -> str:
    from domain.submissions import Judgement

    kind = _kind(unit)
    name = f"{kind}_warned" if unit.judgement is Judgement.ACCEPTED_WITH_WARNINGS else kind
    notes = []
    if unit.standing.issues:
        notes.append(terminal.text("faults" if kind == "refused" else "remarks", count=unit.standing.issues))
    if kind == "missing" and days_late:
        notes.append(terminal.text("days_late", count=days_late))
    if unit.waiting:
        notes.append(terminal.text("waiting_files", count=unit.waiting))
    more = f" ({', '.join(notes)})" if notes else ""
    return f"[{_COLOURS[kind]}]{terminal.text(f'standing_{name}')}[/]{more}"

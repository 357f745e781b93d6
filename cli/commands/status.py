"""`tonghop status`: reporting status of an area's units: accepted, late, missing, or refused and why."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from cli.options import AreaOption, FormOption, JsonOption, PeriodOption
from cli.output.terminal import Terminal, literal
from domain.vietnam_time import day_in_vietnam
from flows.support.settings import Settings

if TYPE_CHECKING:
    from domain.waivers import OpenWarning
    from warehouse.queries import PeriodStatus, Refusal, UnitStatus
    from warehouse.rollups.closings import Closing
    from warehouse.store.engine import Session

    _WarningsByUnit = dict[str, tuple[OpenWarning, ...]]


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
    from cli.output.as_json import fields_of, print_json
    from domain.periods import parse_period
    from flows.support.catalog import open_catalog
    from flows.support.choices import form_for
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries import period_status, refusals
    from warehouse.rollups.due import awaiting_reopen
    from warehouse.submissions.authorisations import are_senders_checked

    settings: Settings = context.obj
    catalog = open_catalog(settings)
    wanted = parse_period(period)
    chosen = form_for(catalog.forms, wanted, form)
    members = catalog.units.area(area, catalog.forms.last_day(chosen.id, wanted))
    with reading_warehouse(settings) as session:
        status = period_status(session, catalog, members, chosen.id, wanted)
        unplaced = refusals(session, unplaced_only=True)
        warnings = _open_warnings(session, status)
        is_checked = are_senders_checked(session)
        held = awaiting_reopen(session, catalog, today=day_in_vietnam(datetime.now(UTC))) if status.closed else ()
    waiting = sum(awaiting.reports for awaiting in held if awaiting.closing == status.closed)
    terminal = Terminal(catalog, settings.lang)
    days_late = max(0, (day_in_vietnam(datetime.now(UTC)) - status.deadline).days)
    if as_json:
        more = {"days_late": days_late, "waiting_for_reopening": waiting, "unplaced": unplaced, "warnings": warnings}
        print_json({**fields_of(status), **more, "senders_checked": is_checked})
        return
    show_status(terminal, status, unplaced, warnings, days_late)
    if status.closed:
        show_closed(terminal, status.closed, waiting)
    if not is_checked:
        terminal.say("senders_none", "yellow")


def _open_warnings(session: "Session", status: "PeriodStatus") -> "_WarningsByUnit":
    """Return the warnings about the accepted reports, by unit."""
    from domain.rollups import ReportingState
    from warehouse.queries import submission_warnings

    counted = {
        unit.standing.file.submission_id: unit.standing.code
        for unit in status.units
        if unit.standing.file is not None and unit.standing.state is ReportingState.ACCEPTED
    }
    by_submission = submission_warnings(session, counted, datetime.now(UTC))
    return {counted[submission]: warnings for submission, warnings in by_submission.items()}


def show_status(
    terminal: Terminal,
    status: "PeriodStatus",
    unplaced: "tuple[Refusal, ...]" = (),
    open_warnings: "_WarningsByUnit | None" = None,
    days_late: int = 0,
) -> None:
    """Show the reporting status of an area's units, with warnings and the issues of refused reports."""
    from cli.output.run_report import show_issues
    from domain.issues import Severity

    show_units(terminal, status, days_late)
    for unit in status.units:
        if open_warnings and unit.standing.code in open_warnings:
            _show_warnings(terminal, unit, open_warnings[unit.standing.code], status)
    for unit in status.units:
        for refusal in unit.refusals:
            show_issues(terminal, f"{unit.standing.code} {unit.standing.name}", refusal.file.file_name, refusal.issues)
    for unit in status.units:
        for submission in unit.held:
            holds = [issue for issue in submission.issues if issue.severity is Severity.HOLD]
            show_issues(terminal, f"{unit.standing.code} {unit.standing.name}", submission.file.file_name, holds, "⏸")
            advice = terminal.text("how_to_release", unit=unit.standing.code, period=status.period.id)
            terminal.bullet("→", advice, "cyan", 4)
    if unplaced:
        terminal.blank_line()
        terminal.say("unplaced", "bold", count=len(unplaced))
        for refusal in unplaced:
            show_issues(terminal, "?", refusal.file.file_name, refusal.issues)


def _show_warnings(
    terminal: Terminal, unit: "UnitStatus", open_warnings: "tuple[OpenWarning, ...]", status: "PeriodStatus"
) -> None:
    """Show the warnings about one report, each with its answer or the command to answer it."""
    from cli.output.run_report import show_warning

    code, name = unit.standing.code, unit.standing.name
    terminal.blank_line()
    terminal.console.print(f"[bold]? {code} {literal(name)}[/]", soft_wrap=True)
    for warning in open_warnings:
        show_warning(terminal, warning)
    unanswered = sorted({warning.issue.code for warning in open_warnings if warning.waiver is None})
    for rule in unanswered:
        terminal.say("how_to_waive", "dim", rule=rule, unit=code, period=status.period.id)


def show_closed(terminal: Terminal, closing: "Closing", waiting: int) -> None:
    """Show that the period is closed, and how many reports wait until it is reopened."""
    from publishing.figures.formatting import format_day

    day = format_day(day_in_vietnam(closing.closed_at), terminal.lang)
    terminal.say("status_closed", revision=closing.revision, day=day, by=closing.closed_by, count=waiting)


def show_units(terminal: Terminal, status: "PeriodStatus", days_late: int = 0) -> None:
    """Show the reporting status of an area's units, one line each; `days_late`: days since the deadline."""
    from publishing.figures.formatting import format_day

    deadline = format_day(status.deadline, terminal.lang)
    title = terminal.text("status_title", area=status.area_name, period=status.period.id, deadline=deadline)
    table = terminal.table("unit", "standing", "received", "file", title=title)
    for unit in status.units:
        report = unit.standing
        table.add_row(
            f"{report.code} {report.name}",
            _state(terminal, unit, days_late),
            format_day(day_in_vietnam(report.received_at), terminal.lang) if report.received_at else "",
            literal(report.file.file_name) if report.file else "",
        )
    terminal.show(table)
    terminal.blank_line()
    kinds = [_kind(unit) for unit in status.units]
    counts = {kind: kinds.count(kind) for kind in _COLOURS}
    terminal.say("status_counts", total=len(status.units), **counts)
    terminal.say("status_revision" if status.revision else "status_unpublished", revision=status.revision)


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
    from publishing.figures.formatting import format_day

    kind = _kind(unit)
    name = f"{kind}_warned" if unit.judgement is Judgement.ACCEPTED_WITH_WARNINGS else kind
    notes = []
    if unit.standing.issues:
        notes.append(terminal.text("faults" if kind == "refused" else "remarks", count=unit.standing.issues))
    if kind == "missing" and days_late:
        notes.append(terminal.text("days_late", count=days_late))
    if unit.reminded and kind in {"missing", "refused"}:
        day = format_day(day_in_vietnam(unit.reminded.last_at), terminal.lang)
        notes.append(terminal.text("reminded", count=unit.reminded.count, day=day))
    if unit.held:
        notes.append(terminal.text("held_files", count=len(unit.held)))
    if unit.waiting:
        notes.append(terminal.text("waiting_files", count=unit.waiting))
    more = f" ({', '.join(notes)})" if notes else ""
    return f"[{_COLOURS[kind]}]{terminal.text(f'standing_{name}')}[/]{more}"

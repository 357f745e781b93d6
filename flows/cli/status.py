"""`tonghop status`: who reported, who is late or missing, whose report was refused and why."""

from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from flows.cli.options import AreaOption, FormOption, JsonOption, PeriodOption
from flows.cli.voice import Voice
from flows.settings import Settings

if TYPE_CHECKING:
    from warehouse.queries import PeriodStatus, Refusal, UnitStatus

MOST_FAULTS = 10


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
    from domain.catalog import load_catalog
    from domain.periods import parse_period
    from flows.cli.as_json import print_json, shallow
    from flows.cli.choices import form_for
    from warehouse.engine import migrate, open_engine, reading
    from warehouse.queries import period_status, refusals

    settings: Settings = context.obj
    catalog = load_catalog(settings.catalog)
    wanted = parse_period(period)
    chosen = form_for(catalog, wanted, form)
    where = catalog.units.area(area, catalog.last_day(chosen.id, wanted))
    engine = open_engine(settings.database)
    migrate(engine)
    with reading(engine) as session:
        found = period_status(session, catalog, where, chosen.id, wanted)
        unplaced = refusals(session, unplaced_only=True)
    voice = Voice(catalog, settings.lang)
    if as_json:
        print_json({**shallow(found), "unplaced": unplaced})
        return
    show_status(voice, found, unplaced)


def show_status(voice: Voice, found: "PeriodStatus", unplaced: "tuple[Refusal, ...]" = ()) -> None:
    """Show how an area's units stand and what they have to mend, as people read it."""
    show_standing(voice, found)
    for unit in found.units:
        for refusal in unit.refusals:
            _show_refusal(voice, f"{unit.standing.code} {unit.standing.name}", refusal)
    if unplaced:
        voice.gap()
        voice.say("unplaced", "bold", count=len(unplaced))
        for refusal in unplaced:
            _show_refusal(voice, "?", refusal)


def show_standing(voice: Voice, found: "PeriodStatus") -> None:
    """Show how an area's units stand, one line each."""
    from publishing.formatting import format_day, format_time

    deadline = format_day(found.deadline, voice.lang)
    title = voice.text("status_title", area=found.area_name, period=found.period.id, deadline=deadline)
    table = voice.table("unit", "standing", "received", "file", "issue_count", title=title)
    for unit in found.units:
        standing = unit.standing
        table.add_row(
            f"{standing.code} {standing.name}",
            _state(voice, unit),
            format_time(standing.received_at, voice.lang) if standing.received_at else "",
            escape(standing.file.file_name) if standing.file else "",
            str(standing.issues or ""),
        )
    voice.show(table)
    kinds = [_kind(unit) for unit in found.units]
    counts = {kind: kinds.count(kind) for kind in _COLOURS}
    voice.say("status_counts", total=len(found.units), **counts)
    voice.say("status_revision" if found.revision else "status_unpublished", revision=found.revision)


def _show_refusal(voice: Voice, label: str, refusal: "Refusal") -> None:
    from flows.cli.telling import fault_lines

    voice.gap()
    voice.console.print(f"[bold]✗ {escape(label)}[/]  {escape(refusal.file.file_name)}", soft_wrap=True)
    for issue in refusal.issues[:MOST_FAULTS]:
        message, action = fault_lines(voice, issue)
        voice.console.print(f"  • {escape(message)}")
        voice.console.print(f"    → {escape(action)}", style="cyan")
    if len(refusal.issues) > MOST_FAULTS:
        voice.console.print("  " + voice.text("and_more", count=len(refusal.issues) - MOST_FAULTS))


def _kind(unit: "UnitStatus") -> str:
    from warehouse.queries import UnitState

    match unit.standing.state:
        case UnitState.ACCEPTED:
            return "late" if unit.standing.late else "accepted"
        case UnitState.QUARANTINED:
            return "refused"
        case UnitState.MISSING:
            return "missing"


_COLOURS = {"accepted": "green", "late": "yellow", "refused": "red", "missing": "magenta"}


def _state(voice: Voice, unit: "UnitStatus") -> str:
    kind = _kind(unit)
    waiting = f" ({voice.text('waiting_files', count=unit.waiting)})" if unit.waiting else ""
    return f"[{_COLOURS[kind]}]{voice.text(f'standing_{kind}')}[/]{waiting}"

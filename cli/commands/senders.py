"""`tonghop senders`: by which way reports of a unit may arrive; what comes another way is held."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.deciding import change_text, current_day, decision_now
from cli.options import ByOption, JsonOption
from cli.output.terminal import Terminal, literal, open_terminal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.authorisations import Authorisation
    from warehouse.queries.authorisations import AuthorisationRecord

MOST_SHOWN = 30
"""Most ways of an imported list that are printed; tonghop senders list has all."""

ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in a sentence; kept in the list.")]

senders = typer.Typer(
    name="senders",
    help="By which way reports of a unit may arrive: list, add, remove, import. What comes another way is held.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@senders.command("list")
def list_senders(
    context: typer.Context,
    *,
    removed: Annotated[bool, typer.Option("--removed", help="Show those that were removed, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the ways by which reports may arrive: for which units, on which days, who added them and why.

    With --json those that were removed are always among them.

    Example: tonghop senders list
    """
    from cli.output.as_json import print_json
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries.authorisations import authorisation_records

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    with reading_warehouse(settings) as session:
        records = authorisation_records(session)
    if as_json:
        print_json(records)
        return
    in_force = [record for record in records if record.removed is None]
    shown = records if removed else in_force
    if shown:
        _show_records(terminal, shown)
    if not in_force:
        terminal.say("senders_none", "yellow")


@senders.command()
def add(
    context: typer.Context,
    *,
    units: Annotated[
        str, typer.Option("--units", help="Code of a commune, district or province, or an area's id: 22828, 585.")
    ],
    reason: ReasonOption,
    source: Annotated[str, typer.Option("--source", help="Name of the source; else the only one there is.")] = "",
    folder: Annotated[str, typer.Option("--folder", help="Folder in the source, with all below it; else all.")] = "",
    sender: Annotated[str, typer.Option("--sender", help="Account or address of the sender; else any.")] = "",
    first: Annotated[
        str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day on which a file may arrive; else today.")
    ] = "",
    last: Annotated[
        str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day on which a file may arrive; else no end.")
    ] = "",
    form: Annotated[
        str, typer.Option("--form", help="Only form that may be reported, such as hddt_t; else every form.")
    ] = "",
    by: ByOption = None,
) -> None:
    """Authorise a way for the reports of a unit, or of all units of an area.

    A commune's code means the commune that has it on the first day: name a day before 2025-07-01 for one that merged
    then. An area's code means all that it groups, in any period. --form is for an office that may report one form for
    these units and no other. From the first authorisation on, reports that arrive
    another way are held until an officer decides: tonghop held list.

    Example: tonghop senders add --folder 22813 --units 22813 --reason "letter 12/UBND of 3 June"
    """
    from flows.actions.senders import COLUMNS, make_authorisation
    from flows.support.sources import source_names

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    values = dict(zip(COLUMNS, (source, folder, sender, units, first, last, form), strict=True))
    authorisation = make_authorisation(terminal.catalog, source_names(settings), values, current_day())
    _add(settings, terminal, [authorisation], reason, by)


@senders.command("import")
def import_senders(
    context: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv",
            help="Columns source, folder, sender, units, valid_from, valid_to, form.",
            show_default=False,
        ),
    ],
    reason: ReasonOption,
    by: ByOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be added, and keep nothing.")] = False,
) -> None:
    """Authorise all ways that a CSV file lists, or none if a line is wrong; those that are in force already stay.

    Only the column units is required; the others, or single values, may be left out as with tonghop senders add.

    Example: tonghop senders import senders.csv --reason "list signed on 3 June" --dry-run
    """
    from flows.actions.senders import read_authorisations
    from flows.support.sources import source_names

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    listed = read_authorisations(terminal.catalog, source_names(settings), file, current_day())
    if dry_run:
        _show_ways(terminal, listed)
        terminal.say("senders_would_add", "bold", count=len(listed))
        return
    _add(settings, terminal, listed, reason, by)


@senders.command()
def remove(
    context: typer.Context,
    *,
    number: Annotated[int, typer.Argument(help="Its number: tonghop senders list shows it.", show_default=False)],
    reason: ReasonOption,
    by: ByOption = None,
) -> None:
    """Remove an authorisation; what counts already goes on counting, what is judged from now on needs another way.

    Example: tonghop senders remove 3 --reason "the account was closed"
    """
    from flows.support.warehouse import open_warehouse
    from warehouse.store.engine import transaction
    from warehouse.submissions.authorisations import are_senders_checked
    from warehouse.submissions.authorisations import remove as remove_authorisation

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    with transaction(open_warehouse(settings)) as session:
        removed = remove_authorisation(session, number, decision_now(reason, by))
        is_checked = are_senders_checked(session)
    _show_ways(terminal, [removed])
    terminal.say("senders_removed", "bold green", number=number)
    if not is_checked:
        terminal.say("senders_none", "yellow")


def _add(
    settings: Settings, terminal: Terminal, authorisations: "Sequence[Authorisation]", reason: str, by: str | None
) -> None:
    from flows.support.warehouse import open_warehouse
    from warehouse.store.engine import transaction
    from warehouse.submissions.authorisations import are_senders_checked, authorise

    with transaction(open_warehouse(settings)) as session:
        was_checked = are_senders_checked(session)
        numbers = authorise(session, authorisations, decision_now(reason, by))
    _show_ways(terminal, authorisations)
    terminal.say("senders_added", "bold green", count=len(numbers), known=len(authorisations) - len(numbers))
    if not was_checked:
        terminal.say("senders_checked", "yellow")


def _show_ways(terminal: Terminal, authorisations: "Sequence[Authorisation]") -> None:
    for each in authorisations[:MOST_SHOWN]:
        terminal.bullet("·", f"{_way(terminal, each)} → {_what(terminal, each)}, {_days(terminal, each)}")
    if len(authorisations) > MOST_SHOWN:
        terminal.bullet("·", terminal.text("and_more", count=len(authorisations) - MOST_SHOWN))


def _show_records(terminal: Terminal, records: "Iterable[AuthorisationRecord]") -> None:
    table = terminal.table("column_number", "column_way", "column_who", "column_days", "column_reason")
    for record in records:
        each = record.authorisation
        changes = [change_text(terminal, record.added)]
        if record.removed is not None:
            changes.append(terminal.text("sender_removed", change=change_text(terminal, record.removed)))
        table.add_row(
            str(record.number),
            literal(_way(terminal, each)),
            literal(_what(terminal, each)),
            literal(_days(terminal, each)),
            literal(*changes),
        )
    terminal.show(table)


def _way(terminal: Terminal, each: "Authorisation") -> str:
    place = f"{each.source}/{each.folder}" if each.folder else each.source
    return terminal.text("sender_way", place=place, sender=each.sender) if each.sender else place


def _what(terminal: Terminal, each: "Authorisation") -> str:
    """Return the units, with the form if only that may be reported for them."""
    if not each.form:
        return _units(terminal, each)
    form = terminal.catalog.forms.by_id.get(each.form)
    return terminal.text("sender_form", units=_units(terminal, each), form=form.number if form else each.form)


def _units(terminal: Terminal, each: "Authorisation") -> str:
    if each.units in terminal.catalog.areas:
        return f"{each.units} {terminal.catalog.areas[each.units].name.get(terminal.lang)}"
    versions = terminal.catalog.units.versions(each.units)
    name = next((unit.name for unit in reversed(versions) if each.unit_valid_from in {None, unit.valid_from}), "")
    return f"{each.units} {name}".strip()


def _days(terminal: Terminal, each: "Authorisation") -> str:
    from publishing.figures.formatting import format_day

    first = format_day(each.valid_from, terminal.lang)
    if each.valid_to is None:
        return terminal.text("sender_from", first=first)
    return terminal.text("sender_from_to", first=first, last=format_day(each.valid_to, terminal.lang))

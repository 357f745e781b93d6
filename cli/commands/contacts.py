"""`tonghop contacts`: whom to call or write to about a unit's reports."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.deciding import current_day, decision_now
from cli.options import ByOption, JsonOption
from cli.output.terminal import Terminal, literal, open_terminal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from domain.officers.contacts import Contact

contacts = typer.Typer(
    name="contacts",
    help="Whom to call or write to about a unit's reports: list, import. At the desk they are changed one by one.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@contacts.command("list")
def list_contacts(
    context: typer.Context,
    *,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="Code of a unit: 22813.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """List the contacts that a unit has and had, who kept them and why.

    Example: tonghop contacts list 22813
    """
    from cli.output.as_json import print_json
    from domain.errors import UsageError
    from flows.support.warehouse import reading_warehouse
    from warehouse.officers.contacts import contact_records

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    versions = terminal.catalog.units.versions(unit)
    if not versions:
        raise UsageError(f"no unit has the code {unit}: tonghop status shows the codes of an area")
    with reading_warehouse(settings) as session:
        records = [each for version in reversed(versions) for each in contact_records(session, version.key)]
    if as_json:
        print_json(records)
        return
    if not records:
        terminal.say("contacts_none", "yellow")
        return
    table = terminal.table("column_full_name", "column_reached_by", "column_days", "column_reason")
    for each in records:
        contact = each.contact
        reached = [part for part in (contact.telephone, contact.mail) if part]
        named = [part for part in (contact.full_name, contact.position) if part]
        cells = (literal(*named), literal(*reached), literal(_days(terminal, contact)))
        table.add_row(*cells, literal(f"“{each.reason}” ({each.by})"))
    terminal.show(table)


@contacts.command("import")
def import_contacts(
    context: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv",
            help="Columns unit, full_name, position, mail, telephone, valid_from, valid_to.",
            show_default=False,
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence; kept with each contact.")],
    by: ByOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be added, and keep nothing.")] = False,
) -> None:
    """Add all contacts that a CSV file lists, or none if a line is wrong; those that are kept already stay.

    A contact needs a full name and a telephone number or an e-mail address; without a first day it is today.

    Example: tonghop contacts import contacts.csv --reason "list of 3 June" --dry-run
    """
    from domain.errors import UsageError
    from flows.actions.units.contact_lists import add_contacts, read_contacts
    from flows.support.warehouse import open_warehouse
    from warehouse.store.engine import transaction

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    if not reason.strip():
        raise UsageError("say why, in a sentence: it is kept with each contact")
    listed = read_contacts(terminal.catalog, file, current_day())
    if dry_run:
        for each in listed:
            terminal.bullet("·", f"{each.unit.code}: {each.full_name}, {_days(terminal, each)}")
        terminal.say("contacts_would_add", "bold", count=len(listed))
        return
    with transaction(open_warehouse(settings)) as session:
        added = add_contacts(session, listed, decision_now(reason, by))
    terminal.say("contacts_added", "bold green", count=added, known=len(listed) - added)


def _days(terminal: Terminal, contact: "Contact") -> str:
    from publishing.figures.formatting import format_day

    first = format_day(contact.valid_from, terminal.lang)
    return f"{first} – {format_day(contact.valid_to, terminal.lang) if contact.valid_to else ''}".rstrip()

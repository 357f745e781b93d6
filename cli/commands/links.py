"""`tonghop links`: personal addresses by which a commune, and no other, uploads its reports."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.deciding import change_text, current_day, decision_now
from cli.options import ByOption, JsonOption
from cli.output.terminal import Terminal, literal, open_terminal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from domain.authorisations import UploadLink

ReasonOption = Annotated[str, typer.Option("--reason", help="For whom or why, in a sentence; kept in the list.")]

links = typer.Typer(
    name="links",
    help="Personal addresses by which a commune, and no other, uploads its reports: make, list, revoke.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@links.command()
def make(
    context: typer.Context,
    *,
    units: Annotated[list[str], typer.Argument(metavar="UNIT…", help="Codes of communes: 22813.", show_default=False)],
    reason: ReasonOption,
    days: Annotated[int, typer.Option("--days", help="For how many days, from the first on.")] = 180,
    first: Annotated[
        str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day on which it may be used; else today.")
    ] = "",
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a link for each commune and print its address: it reports for this commune, and for no other.

    The address is shown once and kept nowhere; pass it to the commune's reporter as you would a password. A code means
    the commune that has it on the first day: name a day before 2025-07-01 for one that merged then. TONGHOP_UPLOAD_URL
    is where communes reach the page.

    Example: tonghop links make 22813 --reason "chị Lan, văn phòng UBND xã"
    """
    from cli.output.as_json import print_json
    from flows.actions.senders import parse_day
    from flows.actions.upload_links import make_links

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    valid = (parse_day(first, "first") if first else current_day(), days)
    made = make_links(settings, terminal.catalog, units, valid, decision_now(reason, by))
    if as_json:
        print_json(made)
        return
    for each in made:
        facts = {"number": each.number, "unit": f"{each.link.unit} {each.name}", "days": _days(terminal, each.link)}
        terminal.say("link_made", "bold green", **facts)
        terminal.print_path(each.address)
    terminal.say("links_secret", "yellow")


@links.command("list")
def list_links(
    context: typer.Context,
    *,
    revoked: Annotated[bool, typer.Option("--all", help="Show revoked and expired ones, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the links: of which commune, on which days, who made them and why; never their addresses.

    With --json those that were revoked or expired are always among them.

    Example: tonghop links list
    """
    from cli.output.as_json import print_json
    from flows.actions.upload_links import name_of
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries.uploads import link_records

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    with reading_warehouse(settings) as session:
        records = link_records(session)
    if as_json:
        print_json(records)
        return
    today = current_day()
    shown = [each for each in records if revoked or (each.revoked is None and today <= each.link.valid_to)]
    if not shown:
        terminal.say("links_none", "yellow")
        return
    table = terminal.table("column_number", "column_who", "column_days", "column_reason")
    for each in shown:
        changes = [change_text(terminal, each.made)]
        if each.revoked is not None:
            changes.append(terminal.text("link_was_revoked", change=change_text(terminal, each.revoked)))
        unit = f"{each.link.unit} {name_of(terminal.catalog, each.link)}"
        table.add_row(str(each.number), literal(unit), literal(_days(terminal, each.link)), literal(*changes))
    terminal.show(table)


@links.command()
def revoke(
    context: typer.Context,
    *,
    number: Annotated[int, typer.Argument(help="Its number: tonghop links list shows it.", show_default=False)],
    reason: ReasonOption,
    by: ByOption = None,
) -> None:
    """Revoke a link at once; what it brought goes on counting, what was not judged yet is held.

    Example: tonghop links revoke 3 --reason "chị Lan chuyển công tác"
    """
    from flows.actions.upload_links import name_of
    from flows.support.warehouse import open_warehouse
    from warehouse.store.engine import transaction
    from warehouse.submissions.upload_links import revoke_link

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    with transaction(open_warehouse(settings)) as session:
        link = revoke_link(session, number, decision_now(reason, by))
    terminal.say("link_revoked", "bold green", number=number, unit=f"{link.unit} {name_of(terminal.catalog, link)}")


def _days(terminal: Terminal, link: "UploadLink") -> str:
    from publishing.figures.formatting import format_day

    first, last = (format_day(day, terminal.lang) for day in (link.valid_from, link.valid_to))
    return terminal.text("sender_from_to", first=first, last=last)

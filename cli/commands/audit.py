"""`tonghop audit verify`: whether the record of what people decided was changed."""

from typing import Annotated

import typer

from cli.options import JsonOption
from cli.output.terminal import open_text_terminal
from flows.support.settings import Settings

OUR_RECORD_DIFFERS = 3
MOST_SHOWN = 50
"""Most faults that are printed; --json has all."""

audit = typer.Typer(
    name="audit",
    help="The record of what people decided: answers, withdrawals, closings, notes, users, links, senders.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@audit.command()
def verify(
    context: typer.Context,
    *,
    head: Annotated[
        str, typer.Option("--head", metavar="SHA256", help="A head that was noted before: it has to be in the chain.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Examine the chain of records, compare all decisions with it, and print its head to be noted elsewhere.

    Each record has the hash of the one before, so that a decision that was changed or removed in the database shows.
    That the whole chain was replaced shows by a head that was noted before. Exit codes: 0 all as recorded; 3 not.

    Example: tonghop audit verify --head 3f9a…
    """
    from cli.output.as_json import print_json
    from flows.support.warehouse import reading_warehouse
    from warehouse.store.audit import examine

    settings: Settings = context.obj
    terminal = open_text_terminal(settings)
    with terminal.console.status(terminal.text("audit_examining")), reading_warehouse(settings) as session:
        report = examine(session, head)
    if as_json:
        print_json(report)
    else:
        for fault, subject in report.faults[:MOST_SHOWN]:
            terminal.bullet("✗", terminal.text(f"audit_{fault}", subject=subject), "red")
        if len(report.faults) > MOST_SHOWN:
            terminal.say("and_more", count=len(report.faults) - MOST_SHOWN)
        if not report.faults:
            terminal.say("audit_whole", "bold green", count=report.records)
        if report.records:
            terminal.say("audit_head")
            terminal.print_path(report.head)
    raise typer.Exit(OUR_RECORD_DIFFERS if report.faults else 0)

"""`tonghop replies`: replies that go back the way that reports came: due, sent, failed; try them again."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import JsonOption
from cli.output.terminal import TextTerminal, literal, open_text_terminal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.queries.outgoing import OutgoingRecord

_COLOURS = {"due": "yellow", "sent": "green", "failed": "red"}

replies = typer.Typer(
    name="replies",
    help="Replies on their way back to senders, by mail or into a source's outbox/: list them, try them again.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@replies.command("list")
def list_replies(
    context: typer.Context,
    *,
    sent: Annotated[bool, typer.Option("--sent", help="Also those that were sent.")] = False,
    unit: Annotated[str | None, typer.Option("--unit", help="Code of a commune; else all.")] = None,
    last: Annotated[int, typer.Option("--last", min=1, help="How many, newest first.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """List the replies that are due or failed, with the reason of the last attempt.

    A way that fails is tried again at growing intervals, for some five days; then the reply is failed.

    Exit codes: 0 none failed; 1 some did.

    Example: tonghop replies list

    Example: tonghop replies list --sent --unit 22813
    """
    from cli.output.as_json import print_json
    from cli.running import DONE, SOME_REFUSED
    from domain.mail.outgoing import OutgoingState
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries.outgoing import outgoing_records

    settings: Settings = context.obj
    states = [state for state in OutgoingState if sent or state is not OutgoingState.SENT]
    with reading_warehouse(settings) as session:
        records = outgoing_records(session, states, unit, last)
    if as_json:
        print_json(records)
    else:
        _show(open_text_terminal(settings), records)
    raise typer.Exit(SOME_REFUSED if any(each.state is OutgoingState.FAILED for each in records) else DONE)


@replies.command()
def retry(
    context: typer.Context,
    *,
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Numbers in the list; else all that failed or wait.", show_default=False)
    ] = None,
) -> None:
    """Try replies at once that failed or wait for their next attempt.

    Exit codes: 0 all were sent; 3 some were not, and tonghop replies list has the reasons.

    Example: tonghop replies retry
    """
    from cli.running import DONE, NOT_ALL_FETCHED
    from flows.pipeline.stages.deliver import deliver_due
    from flows.support.context import build_context
    from warehouse.store.engine import transaction
    from warehouse.submissions.outgoing import try_again

    settings: Settings = context.obj
    built = build_context(settings)
    with transaction(built.engine) as session:
        try_again(session, tuple(numbers or ()), built.clock())
    counts = deliver_due(built)
    terminal = open_text_terminal(settings)
    terminal.say("replies_tried", "bold", sent=counts["sent"], failed=counts["failed"])
    raise typer.Exit(NOT_ALL_FETCHED if counts["failed"] else DONE)


def _show(terminal: TextTerminal, records: "Sequence[OutgoingRecord]") -> None:
    from publishing.figures.formatting import format_time

    if not records:
        terminal.say("replies_none", "bold green")
        return
    columns = ("number", "state", "to", "folder", "attempts", "when", "problem")
    table = terminal.table(*(f"replies_column_{column}" for column in columns))
    for each in records:
        moment = each.sent_at or each.next_at
        table.add_row(
            str(each.number),
            f"[{_COLOURS[each.state]}]{terminal.text(f'replies_{each.state}')}[/]",
            literal(each.recipient or each.source),
            literal(each.folder),
            str(each.attempts),
            format_time(moment, terminal.lang) if moment else "",
            literal(terminal.error(each.problem or "")),
        )
    terminal.show(table)

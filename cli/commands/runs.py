"""`tonghop runs`: which runs there were and what they did, and whether the night ran at all."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import JsonOption
from cli.output.terminal import Terminal, open_terminal
from domain.errors import TerminalError, TonghopError, UsageError
from flows.support.settings import Settings

if TYPE_CHECKING:
    from flows.actions.run_list import ListedRun

_COLOURS = {"well": "green", "refused": "red", "unfinished": "yellow"}
_COUNTS = ("judged", "refused", "published")
"""What fits a terminal of eighty columns; --json has all that was counted."""


def runs(
    context: typer.Context,
    *,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only nightly, rerun, close, withdraw, …; else every kind.")
    ] = None,
    last: Annotated[int, typer.Option("--last", min=1, help="How many, newest first.")] = 20,
    expect: Annotated[
        str | None,
        typer.Option("--expect", metavar="HH:MM", help="Fail unless a night ended in the day before this time."),
    ] = None,
    mail: Annotated[
        bool, typer.Option("--mail", help="With --expect: a failure is also told by mail, to TONGHOP_MAIL_TO.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the runs: kind, start, how long they took, what they counted, how they ended.

    With --expect it says only whether a night has ended, for a timer: exit code 3 when none did. It asks the warehouse
    and needs no Prefect server, so it speaks up, with --mail also from afar, even when nothing else runs.

    Example: tonghop runs --kind nightly --last 7

    Example: tonghop runs --expect 06:00 --mail
    """
    from cli.output.as_json import print_json
    from flows.actions.run_list import listed
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries.runs import runs as look_back

    if mail and expect is None:
        raise UsageError("--mail tells of a night that is missing: say with --expect by when one should have ended")
    settings: Settings = context.obj
    terminal = open_terminal(settings)
    if expect is not None:
        with _told_by_mail(terminal, settings, expect) if mail else nullcontext():
            _expect(terminal, settings, expect)
        return
    with reading_warehouse(settings) as session:
        results = [listed(record) for record in look_back(session, last, kind)]
    if as_json:
        print_json(results)
    elif results:
        _show(terminal, results)
    else:
        terminal.say("no_runs")


@contextmanager
def _told_by_mail(terminal: Terminal, settings: Settings, clock: str) -> Iterator[None]:
    """Tell whoever gets notices of our error within the block, whichever it is: then nobody knows of a night."""
    from flows.presentation.message_formatter import MessageFormatter
    from flows.presentation.notices import of_no_night, send
    from flows.support.masking import masked

    try:
        yield
    except TonghopError as error:
        if settings.sends_mail:
            try:
                send(
                    settings, of_no_night(MessageFormatter(terminal.catalog, terminal.lang), clock, masked(str(error)))
                )
            except TonghopError as unsent:
                raise TerminalError(f"{error}. Nobody was told by mail: {unsent}") from error
        raise


def _expect(terminal: Terminal, settings: Settings, clock: str) -> None:
    from datetime import UTC, datetime

    from flows.actions.run_list import NIGHT, NoRunError, expected_since
    from flows.support.warehouse import reading_warehouse
    from publishing.figures.formatting import format_time
    from warehouse.queries.runs import last_ended
    from warehouse.queries.runs import runs as look_back

    since = expected_since(clock, datetime.now(UTC))
    with reading_warehouse(settings) as session:
        ended = last_ended(session, NIGHT, since)
        newest = look_back(session, 1, NIGHT)
    if ended is None or ended.finished_at is None:
        raise NoRunError(since, next((revision for revision in newest if revision.finished_at is None), None))
    terminal.say("night_ended", "green", at=format_time(ended.finished_at, terminal.lang))


def _show(terminal: Terminal, result: "list[ListedRun]") -> None:
    from rich.markup import escape

    from publishing.figures.formatting import format_time

    # Nights have no reason: the column is only there when some run has one.
    why = ("why",) if any(listed_run.record.reason for listed_run in result) else ()
    table = terminal.table(
        "run_started", "run_kind", "run_took", "run_ended", *(f"count_{count}" for count in _COUNTS), *why
    )
    for other_listed_run in result:
        record = other_listed_run.record
        table.add_row(
            format_time(record.started_at, terminal.lang),
            escape(record.kind),
            "" if other_listed_run.seconds is None else _duration(other_listed_run.seconds),
            f"[{_COLOURS[other_listed_run.ended]}]{terminal.text(f'ended_{other_listed_run.ended}')}[/]",
            *(str(record.counts.get(name, "")) for name in _COUNTS),
            *([escape(_why(terminal, record.reason))] if why else []),
        )
    terminal.show(table)


def _why(terminal: Terminal, reason: str | None) -> str:
    """The reason's sentence and the person's own words behind it; of old runs those words alone."""
    code, mark, note = (reason or "").partition(": ")
    key = f"reason_{code}"
    if f"flows.{key}" not in terminal.catalog.texts:
        return reason or ""
    return terminal.text(key) + (f": {note}" if mark else "")


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"

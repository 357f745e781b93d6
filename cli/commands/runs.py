"""`tonghop runs`: list the runs, and fail unless a nightly run has ended."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import JsonOption
from cli.output.terminal import TextTerminal, literal, open_text_terminal
from domain.errors import TerminalError, TonghopError, UsageError
from flows.support.settings import Settings

if TYPE_CHECKING:
    from flows.actions.run_list import ListedRun

_COLOURS = {"well": "green", "refused": "yellow", "to_decide": "yellow", "incomplete": "red", "unfinished": "yellow"}
_COUNTS = ("judged", "refused", "published")
"""Counts that fit a terminal of eighty columns; --json has all of them."""


def runs(
    context: typer.Context,
    *,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only nightly, rerun, close, withdraw, …; else every kind.")
    ] = None,
    last: Annotated[int, typer.Option("--last", min=1, help="How many, newest first.")] = 20,
    expect: Annotated[
        str | None,
        typer.Option("--expect", metavar="HH:MM", help="Fail unless a nightly run ended in the day before this time."),
    ] = None,
    mail: Annotated[
        bool, typer.Option("--mail", help="With --expect: a failure is also reported by mail, to TONGHOP_MAIL_TO.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the runs: kind, start, how long they took, what they counted, how they ended.

    With --expect it says only whether a nightly run has ended, for a timer: exit code 3 when none did. It reads the
    warehouse and needs no Prefect server, so it reports, with --mail also by mail, even when nothing else runs.

    Example: tonghop runs --kind nightly --last 7

    Example: tonghop runs --expect 06:00 --mail
    """
    from cli.output.as_json import print_json
    from flows.actions.run_list import listed
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries.runs import runs as list_runs

    if mail and expect is None:
        raise UsageError(
            "--mail tells of a nightly run that is missing: say with --expect by when one should have ended"
        )
    settings: Settings = context.obj
    terminal = open_text_terminal(settings)
    if expect is not None:
        with _mail_on_failure(settings, expect) if mail else nullcontext():
            _expect(terminal, settings, expect)
        return
    with reading_warehouse(settings) as session:
        results = [listed(record) for record in list_runs(session, last, kind)]
    if as_json:
        print_json(results)
    elif results:
        _show(terminal, results)
    else:
        terminal.say("no_runs")


@contextmanager
def _mail_on_failure(settings: Settings, clock: str) -> Iterator[None]:
    """Send a notice of any of our errors within the block, because then no nightly run is known to have ended."""
    from flows.presentation.message_formatter import MessageFormatter
    from flows.presentation.notices import of_no_night, send
    from flows.support.catalog import open_catalog
    from flows.support.masking import masked

    try:
        yield
    except TonghopError as error:
        if settings.sends_mail:
            try:
                messages = MessageFormatter(open_catalog(settings), settings.lang)
                send(settings, of_no_night(messages, clock, masked(str(error))))
            except TonghopError as unsent:
                raise TerminalError(f"{error}. Nobody was told by mail: {unsent}") from error
        raise


def _expect(terminal: TextTerminal, settings: Settings, clock: str) -> None:
    from datetime import UTC, datetime

    from flows.actions.run_list import NIGHTLY, NoRunError, expected_since
    from flows.support.warehouse import reading_warehouse
    from publishing.figures.formatting import format_time
    from warehouse.queries.runs import last_ended
    from warehouse.queries.runs import runs as list_runs

    since = expected_since(clock, datetime.now(UTC))
    with reading_warehouse(settings) as session:
        ended = last_ended(session, NIGHTLY, since)
        newest = list_runs(session, 1, NIGHTLY)
    if ended is None or ended.finished_at is None:
        raise NoRunError(since, next((record for record in newest if record.finished_at is None), None))
    terminal.say("night_ended", "green", at=format_time(ended.finished_at, terminal.lang))


def _show(terminal: TextTerminal, runs: "list[ListedRun]") -> None:

    from publishing.figures.formatting import format_time

    # Nightly runs have no reason: the column is shown if any run has one.
    why = ("why",) if any(run.record.reason for run in runs) else ()
    table = terminal.table(
        "run_started", "run_kind", "run_took", "run_ended", *(f"count_{count}" for count in _COUNTS), *why
    )
    for run in runs:
        record = run.record
        table.add_row(
            format_time(record.started_at, terminal.lang),
            literal(record.kind),
            "" if run.seconds is None else _duration(run.seconds),
            f"[{_COLOURS[run.ended]}]{terminal.text(f'ended_{run.ended}')}[/]",
            *(str(record.counts.get(name, "")) for name in _COUNTS),
            *([literal(_why(terminal, record.reason))] if why else []),
        )
    terminal.show(table)


def _why(terminal: TextTerminal, reason: str | None) -> str:
    """Format the reason's sentence and the person's note; of old runs the note alone."""
    code, mark, note = (reason or "").partition(": ")
    key = f"reason_{code}"
    if f"flows.{key}" not in terminal.texts.by_key:
        return reason or ""
    return terminal.text(key) + (f": {note}" if mark else "")


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"

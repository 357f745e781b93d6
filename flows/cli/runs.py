"""`tonghop runs`: which runs there were and what they did, and whether the night ran at all."""

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import JsonOption
from flows.cli.voice import Voice
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.run_list import ListedRun
    from warehouse.engine import Engine

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
    as_json: JsonOption = False,
) -> None:
    """List the runs: kind, start, how long they took, what they counted, how they ended.

    With --expect it says only whether a night has ended, for a timer: exit code 3 when none did. It asks the warehouse
    and needs no Prefect server, so it speaks up even when nothing else runs.

    Example: tonghop runs --kind nightly --last 7

    Example: tonghop runs --expect 06:00
    """
    from domain.catalog import load_catalog
    from flows.cli.as_json import print_json
    from flows.run_list import listed
    from warehouse.engine import migrate, open_engine, reading
    from warehouse.queries.runs import runs as look_back

    settings: Settings = context.obj
    voice = Voice(load_catalog(settings.catalog), settings.lang)
    engine = open_engine(settings.database)
    migrate(engine)
    if expect is not None:
        _expect(voice, engine, expect)
        return
    with reading(engine) as session:
        found = [listed(record) for record in look_back(session, last, kind)]
    if as_json:
        print_json(found)
    elif found:
        _show(voice, found)
    else:
        voice.say("no_runs")


def _expect(voice: Voice, engine: "Engine", clock: str) -> None:
    from datetime import UTC, datetime

    from flows.run_list import NIGHT, NoNightError, expected_since
    from publishing.formatting import format_time
    from warehouse.engine import reading
    from warehouse.queries.runs import last_ended
    from warehouse.queries.runs import runs as look_back

    since = expected_since(clock, datetime.now(UTC))
    with reading(engine) as session:
        ended = last_ended(session, NIGHT, since)
        newest = look_back(session, 1, NIGHT)
    if ended is None or ended.finished_at is None:
        raise NoNightError(since, next((one for one in newest if one.finished_at is None), None))
    voice.say("night_ended", "green", at=format_time(ended.finished_at, voice.lang))


def _show(voice: Voice, found: "list[ListedRun]") -> None:
    from rich.markup import escape

    from publishing.formatting import format_time

    # Nights have no reason: the column is only there when some run has one.
    why = ("why",) if any(one.record.reason for one in found) else ()
    table = voice.table("run_started", "run_kind", "run_took", "run_ended", *(f"count_{one}" for one in _COUNTS), *why)
    for one in found:
        record = one.record
        table.add_row(
            format_time(record.started_at, voice.lang),
            escape(record.kind),
            "" if one.seconds is None else _duration(one.seconds),
            f"[{_COLOURS[one.ended]}]{voice.text(f'ended_{one.ended}')}[/]",
            *(str(record.counts.get(name, "")) for name in _COUNTS),
            *([escape(_why(voice, record.reason))] if why else []),
        )
    voice.show(table)


def _why(voice: Voice, reason: str | None) -> str:
    """The reason's sentence and the person's own words behind it; of old runs those words alone."""
    code, mark, note = (reason or "").partition(": ")
    key = f"reason_{code}"
    if f"flows.{key}" not in voice.catalog.texts:
        return reason or ""
    return voice.text(key) + (f": {note}" if mark else "")


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"

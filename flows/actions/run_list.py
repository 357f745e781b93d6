"""Outcomes of runs from their records: for the list of runs, and for the timer that detects a missed nightly run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from domain.errors import TerminalError, UsageError
from domain.vietnam_time import VIETNAM
from warehouse.queries import RunRecord

NIGHTLY = "nightly"


class RunEnd(StrEnum):
    """How a run ended; each has a text, `flows.ended_<value>`."""

    WELL = "well"
    """Every submission was accepted."""
    REFUSED = "refused"
    """Reports were returned to their senders; the run itself is well."""
    TO_DECIDE = "to_decide"
    """Reports wait for a person's decision."""
    INCOMPLETE = "incomplete"
    """Something could not be collected or was damaged: a fault of ours or of the network; the rest was done."""
    UNFINISHED = "unfinished"
    """The run is in progress, or was stopped half-way: the next run completes it."""


class NoRunError(TerminalError):
    """No nightly run ended in time."""

    def __init__(self, since: datetime, begun: RunRecord | None) -> None:
        """Keep since when none ended (UTC), and the one that began and did not end, if there is one."""
        self.since = since
        self.begun = begun
        result = f"no nightly run has ended since {since.astimezone(VIETNAM):%Y-%m-%d %H:%M} (Vietnam)"
        if begun is not None:
            result += f"; one began at {begun.started_at.astimezone(VIETNAM):%Y-%m-%d %H:%M} and has not ended"
        super().__init__(f"{result}. Is the worker running (tonghop up)? To start it now: tonghop nightly")


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run with its outcome; `seconds` is its duration, None while it has not ended."""

    record: RunRecord
    ended: RunEnd
    seconds: int | None


def listed(record: RunRecord) -> ListedRun:
    """The outcome of a run."""
    if record.finished_at is None:
        return ListedRun(record, RunEnd.UNFINISHED, None)
    seconds = round((record.finished_at - record.started_at).total_seconds())
    return ListedRun(record, _end_of(record.counts), seconds)


def _end_of(counts: Mapping[str, int]) -> RunEnd:
    if counts.get("left") or counts.get("damaged"):
        return RunEnd.INCOMPLETE
    if counts.get("refused"):
        return RunEnd.REFUSED
    return RunEnd.TO_DECIDE if counts.get("held") or counts.get("doubted") else RunEnd.WELL


def expected_since(clock: str, now: datetime) -> datetime:
    """Return the moment since which a nightly run must have ended, expected daily by a time in Vietnam such as 06:00.

    That is the day before the last such time: at five past six a run of one o'clock is in time, and so is one of
    yesterday at half past five, when today's is not due yet.

    Raises:
        UsageError: the text is not a time of day.
    """
    try:
        wanted = time.fromisoformat(clock)
    except ValueError as error:
        raise UsageError(f"{clock!r} is no time: write 06:00") from error
    local = now.astimezone(VIETNAM)
    last = datetime.combine(local.date(), wanted.replace(tzinfo=None), VIETNAM)
    return (last if last <= local else last - timedelta(days=1)) - timedelta(days=1)

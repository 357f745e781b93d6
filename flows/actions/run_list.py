"""What became of runs, as their records tell it: for the list of runs, and for the timer that misses a night."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from domain.errors import TerminalError, UsageError
from domain.vietnam_time import VIETNAM
from warehouse.queries import RunRecord

NIGHT = "nightly"


class RunEnd(StrEnum):
    """How a run ended; each has a text, `flows.ended_<value>`."""

    WELL = "well"
    """Everything that came was accepted."""
    REFUSED = "refused"
    """Something was refused, doubted or could not be fetched; the rest was done."""
    UNFINISHED = "unfinished"
    """It still goes on, or was stopped half-way: the next run makes it good."""


class NoRunError(TerminalError):
    """No night ended in time."""

    def __init__(self, since: datetime, begun: RunRecord | None) -> None:
        """Keep since when none ended (UTC), and the one that began and did not end, if there is one."""
        self.since = since
        self.begun = begun
        result = f"no night has ended since {since.astimezone(VIETNAM):%Y-%m-%d %H:%M} (Vietnam)"
        if begun is not None:
            result += f"; one began at {begun.started_at.astimezone(VIETNAM):%Y-%m-%d %H:%M} and has not ended"
        super().__init__(f"{result}. Is the worker running (tonghop up)? To run the night now: tonghop nightly")


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run with what became of it; `seconds` is how long it took, None while it has not ended."""

    record: RunRecord
    ended: RunEnd
    seconds: int | None


def listed(record: RunRecord) -> ListedRun:
    """What became of a run."""
    if record.finished_at is None:
        return ListedRun(record, RunEnd.UNFINISHED, None)
    troubled = any(record.counts.get(name) for name in ("refused", "left", "doubted"))
    seconds = round((record.finished_at - record.started_at).total_seconds())
    return ListedRun(record, RunEnd.REFUSED if troubled else RunEnd.WELL, seconds)


def expected_since(clock: str, now: datetime) -> datetime:
    """Since when a night has to have ended that is expected every day by a time of Vietnam's clock, as 06:00.

    That is the day before the last such time: at five past six a night of one o'clock is in time, and so is one of
    yesterday at half past five, when today's is not due yet.

    Raises:
        UsageError: the text is no time.
    """
    try:
        wanted = time.fromisoformat(clock)
    except ValueError as error:
        raise UsageError(f"{clock!r} is no time: write 06:00") from error
    local = now.astimezone(VIETNAM)
    last = datetime.combine(local.date(), wanted.replace(tzinfo=None), VIETNAM)
    return (last if last <= local else last - timedelta(days=1)) - timedelta(days=1)

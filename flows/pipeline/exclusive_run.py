"""Run one at a time on a warehouse that is sound and not ahead of the clock; report which run is waited for."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.errors import TerminalError
from domain.vietnam_time import VIETNAM
from flows.pipeline.progress import ProgressListener
from flows.support.context import AppContext
from flows.support.logs import bind_run
from warehouse.queries.newest_record import database_clock, newest_record
from warehouse.store.engine import Engine, reading
from warehouse.store.integrity import require_sound
from warehouse.store.run_lock import Holder, only_run, this_process

_LOG = logging.getLogger(__name__)
_SKEW: Final = timedelta(minutes=1)
"""How far the clocks of several machines may differ."""


class ClockBehindError(TerminalError):
    """The clock stands before the newest record of the warehouse; nothing was done."""

    def __init__(self, newest: datetime, now: datetime) -> None:
        """Keep the moment of the newest record, and the clock's."""
        self.newest = newest
        self.now = now
        super().__init__(
            f"the clock says {_shown(now)}, but the newest record of the warehouse is of {_shown(newest)}: nothing was "
            "done, for reports would count in the wrong order. Set the clock right (timedatectl set-ntp true) and run "
            "again. If it is right now, and stood ahead when that record was made, bring the last backup from before "
            f"back, or accept the record with TONGHOP_RECORDS_AHEAD_UNTIL={newest:%Y-%m-%dT%H:%M:%S.%fZ}"
        )


class ClocksDifferError(TerminalError):
    """The clock of this machine is not that of the database's machine; nothing was done."""

    def __init__(self, database: datetime, now: datetime) -> None:
        """Keep the moment of the database's clock, and of this machine's."""
        self.database = database
        self.now = now
        super().__init__(
            f"the clock of this machine says {_shown(now)}, that of the database {_shown(database)}: nothing was done, "
            "for reports would count in the wrong order. Set both clocks right (timedatectl set-ntp true) and run again"
        )


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S %z}"


@contextmanager
def exclusive_run(context: AppContext, run_id: str, kind: str, listener: ProgressListener) -> Iterator[None]:
    """Hold the warehouse's run lock for the length of the block, if the warehouse is sound and the clock right.

    Where the caller of the run has seen to that, nothing is done.

    Raises:
        WarehouseDamagedError: a part of the SQLite file is damaged.
        ClockBehindError: the clock was set back.
        ClocksDifferError: the clocks of this machine and of the database are more than a minute apart.
        RunInProgressError: another run did not end in time.
    """

    def on_wait(holder: Holder | None) -> None:
        _LOG.info("waiting for %s to end", holder or "another run")
        listener.wait_for(holder)

    if context.is_locked:
        with bind_run(run_id, kind):
            yield
        return
    holder = this_process(run_id, kind, context.clock())
    with bind_run(run_id, kind), only_run(context.engine, holder, wait=context.wait_seconds, on_wait=on_wait):
        # A trial is examined by the run that holds the lock.
        if isinstance(context.engine, Engine):
            _require_sound(context.engine, context.check_seconds)
            _require_clock(context)
        yield


def _require_sound(engine: Engine, seconds: int) -> None:
    if seconds and not require_sound(engine, seconds):
        _LOG.info("only a part of the warehouse was examined for damage, within TONGHOP_CHECK_SECONDS=%s", seconds)


def _require_clock(context: AppContext) -> None:
    with reading(context.engine) as session:
        newest, database = newest_record(session), database_clock(session)
    # Not by the clock of the context, which a test may have stopped.
    machine = datetime.now(UTC)
    if database is not None and abs(database - machine) > _SKEW:
        raise ClocksDifferError(database, machine)
    now = context.clock()
    latest = max(now + _SKEW, context.records_ahead_until or now)
    if newest is not None and newest > latest:
        raise ClockBehindError(newest, now)

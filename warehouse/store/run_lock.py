"""Lock that admits one run at a time to a warehouse; a second one waits, with a notice of the first, or is refused."""

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError

from domain.errors import TransientError
from warehouse.models.runs import RunHolderRow
from warehouse.store.bulk import table_of, upsert_rows
from warehouse.store.engine import Engine, Warehouse, explained, reading, transaction

_KEY = 585_2025_06
_QUEUE_KEY = 585_2025_08
_PAUSE = 1.0
"""Seconds between two attempts to take a held lock."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of the lock: run, kind, machine, process, and since when (UTC)."""

    run_id: str
    kind: str
    host: str
    process: int
    since: datetime

    def __str__(self) -> str:
        return (
            f"{self.kind} {self.run_id} (process {self.process} on {self.host}, since {self.since:%Y-%m-%d %H:%M} UTC)"
        )


class RunInProgressError(TransientError):
    """Another run holds the lock of this warehouse and did not end in time; nothing was done."""

    def __init__(self, holder: Holder | None, waited: float) -> None:
        """Keep the holder of the lock, if known, and the seconds waited."""
        self.holder = holder
        self.waited = waited
        super().__init__(
            f"another run is at work on this warehouse: {holder or 'it has not said which'}. Waited for {waited:.0f} "
            "seconds; nothing was done. Run again when it has ended, or wait longer with --wait"
        )


def this_process(run_id: str, kind: str, since: datetime) -> Holder:
    """Describe a run of this process as a holder."""
    return Holder(run_id, kind, platform.node() or "?", os.getpid(), since)


@contextmanager
def only_run(
    warehouse: Warehouse, holder: Holder, *, wait: float, on_wait: Callable[[Holder | None], None]
) -> Iterator[None]:
    """Hold the warehouse's lock for the length of the block.

    The lock is a locked file beside a SQLite warehouse, a session's advisory lock on PostgreSQL: both are released when
    the process that holds them ends, in whatever way. In a trial nothing is locked: its caller holds the lock of the
    warehouse itself.

    Args:
        warehouse: the warehouse, migrated.
        holder: description of this run for others.
        wait: seconds to wait for another run.
        on_wait: called once, with the current holder, before waiting.

    Raises:
        RunInProgressError: the other run did not end in time.
        TransientError: the database does not answer.
    """
    if not isinstance(warehouse, Engine):
        yield
        return
    engine = warehouse
    with closing(_lock_of(engine)) as lock:
        _take(engine, lock, wait, on_wait)
        _note(engine, holder)
        try:
            yield
        finally:
            # A leftover row is harmless once the lock is free, and must not hide the original error.
            with suppress(TransientError):
                _forget(engine, holder)


def current_holder(engine: Engine) -> Holder | None:
    """Return the last holder that did not release the lock; a killed run is returned until the next one takes it."""
    with reading(engine) as session:
        row = session.get(RunHolderRow, 1)
        return Holder(row.run_id, row.kind, row.host, row.process, row.since) if row else None


def is_run_at_work(engine: Engine) -> bool:
    """Return whether a run holds the lock now."""
    with closing(_lock_of(engine)) as lock:
        return not lock.take()


@contextmanager
def only_queue(engine: Engine) -> Iterator[bool]:
    """Hold the lock of those who carry out what waits for runs, and yield whether it was free."""
    with closing(_lock_of(engine, "queue", _QUEUE_KEY)) as lock:
        yield lock.take()


class _Lock(Protocol):
    def take(self) -> bool:
        """Take the lock if it is free."""

    def close(self) -> None:
        """Release the lock, if it was taken."""


class _FileBeside:
    def __init__(self, engine: Engine, name: str) -> None:
        # Not falling back to a file that merely exists: a killed run would leave it behind.
        self._lock = FileLock(f"{engine.url.database}.{name}-lock", fallback_to_soft=False)

    def take(self) -> bool:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def close(self) -> None:
        self._lock.release()


class _SessionLock:
    def __init__(self, engine: Engine, key: int) -> None:
        self._engine, self._key = engine, key
        with explained(engine):
            self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # Out of the pool: closing it ends the session, and the lock with it.
        self._connection.detach()

    def take(self) -> bool:
        with explained(self._engine):
            return bool(self._connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}))

    def close(self) -> None:
        # The server notices later that a session has ended; a lost one has no lock any more.
        with suppress(DBAPIError):
            self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
        self._connection.close()


def _lock_of(engine: Engine, name: str = "run", key: int = _KEY) -> _Lock:
    return _SessionLock(engine, key) if engine.dialect.name == "postgresql" else _FileBeside(engine, name)


def _take(engine: Engine, lock: _Lock, wait: float, on_wait: Callable[[Holder | None], None]) -> None:
    if lock.take():
        return
    on_wait(current_holder(engine))
    begun = time.monotonic()
    while (left := wait - (time.monotonic() - begun)) > 0:
        time.sleep(min(_PAUSE, left))
        if lock.take():
            return
    raise RunInProgressError(current_holder(engine), wait)


def _note(engine: Engine, holder: Holder) -> None:
    row = {
        "id": 1,
        "run_id": holder.run_id,
        "kind": holder.kind,
        "host": holder.host,
        "process": holder.process,
        "since": holder.since,
    }
    with transaction(engine) as session:
        upsert_rows(session, table_of(RunHolderRow), [row])


def _forget(engine: Engine, holder: Holder) -> None:
    with transaction(engine) as session:
        session.execute(delete(RunHolderRow).where(RunHolderRow.run_id == holder.run_id))

"""A run begins on a sound warehouse, with a clock that is not before its records, or says why it does not."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.pipeline import exclusive_run as exclusive_run_module
from flows.pipeline.exclusive_run import ClockBehindError, ClocksDifferError, exclusive_run
from flows.pipeline.progress import NoProgress
from flows.support.context import AppContext
from tests.flows.pipeline.nightly_runs import NOW, context_of
from tests.warehouse.damage import damage
from warehouse.errors import WarehouseDamagedError
from warehouse.queries.newest_record import database_clock
from warehouse.store.engine import Engine, open_engine, reading, transaction
from warehouse.store.integrity import require_sound
from warehouse.submissions.runs import finish_run, start_run


def begin(context: AppContext, at: datetime) -> None:
    """Record a run that ended at a moment."""
    with transaction(context.engine) as session:
        start_run(session, "before", "nightly", "1", at - timedelta(hours=1))
        finish_run(session, "before", {}, at)


def run(context: AppContext) -> None:
    """Run nothing, exclusively."""
    with exclusive_run(context, "now", "nightly", NoProgress()):
        pass


def test_a_clock_set_back_stops_the_run(home: Path) -> None:
    """The message names the record's moment, the clock, and what to do."""
    begin(context_of(home), NOW)
    with pytest.raises(ClockBehindError) as raised:
        run(context_of(home, now=NOW - timedelta(days=1)))
    assert (raised.value.newest, raised.value.now) == (NOW, NOW - timedelta(days=1))
    for item in ("the clock says", "newest record", "timedatectl set-ntp true", "TONGHOP_RECORDS_AHEAD_UNTIL=2025-"):
        assert item in str(raised.value)


def test_clocks_of_several_machines_may_differ_a_little(home: Path) -> None:
    """Half a minute is no clock that was set back."""
    begin(context_of(home), NOW)
    run(context_of(home, now=NOW - timedelta(seconds=30)))


def test_a_record_of_a_clock_that_stood_ahead_can_be_accepted(home: Path) -> None:
    """Up to the accepted moment, and no further."""
    ahead = NOW + timedelta(days=300)
    begin(context_of(home), ahead)
    run(context_of(home, records_ahead_until=ahead))
    with pytest.raises(ClockBehindError):
        run(context_of(home, records_ahead_until=ahead - timedelta(minutes=2)))


def test_a_clock_unlike_the_databases_stops_the_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names both clocks; half a minute is no difference."""
    clock = {"difference": timedelta(seconds=30)}
    monkeypatch.setattr(exclusive_run_module, "database_clock", lambda _: datetime.now(UTC) + clock["difference"])
    run(context_of(home))
    clock["difference"] = timedelta(minutes=5)
    with pytest.raises(ClocksDifferError, match="that of the database"):
        run(context_of(home))


def test_only_a_database_on_a_machine_of_its_own_has_a_clock(warehouse_url: str) -> None:
    """PostgreSQL says its time, which is this machine's in tests; SQLite has none."""
    engine = open_engine(warehouse_url)
    with reading(engine) as session:
        shown = database_clock(session)
    engine.dispose()
    if warehouse_url.startswith("sqlite"):
        assert shown is None
    else:
        assert shown
        assert abs(shown - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.fixture
def filled(home: Path) -> Path:
    """Make a home whose warehouse holds pages of records."""
    context = context_of(home)
    with transaction(context.engine) as session:
        for number in range(500):
            start_run(session, f"run {number}", "nightly", "version " * 40, NOW)
    context.engine.dispose()
    return home


def test_damage_in_the_middle_of_the_file_stops_the_run(filled: Path) -> None:
    """It is seen before anything is written, and the advice names backup and restore."""
    damage(filled / "warehouse.db")
    with pytest.raises(WarehouseDamagedError, match=r"tonghop backup FILE.*tonghop restore FILE"):
        run(context_of(filled))


def test_the_examination_ends_in_time(filled: Path) -> None:
    """A warehouse too large to be examined in time is examined in part."""
    engine = context_of(filled).engine
    assert isinstance(engine, Engine)
    assert require_sound(engine, 60)
    assert not require_sound(engine, 1, itertools.count().__next__)

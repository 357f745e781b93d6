"""Of two runs in two processes one waits or is refused; a killed one blocks no other."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse.store import audit, run_lock
from warehouse.store import engine as engine_module
from warehouse.store.engine import Engine, migrate, open_engine
from warehouse.store.run_lock import Holder, RunInProgressError, current_holder, only_run, this_process

ROOT = Path(__file__).parents[3]
NOW = datetime(2025, 6, 2, 18, 0, tzinfo=UTC)
MINE = this_process("second", "rerun", NOW)

Process = subprocess.Popen[str]


def no_run(_: Holder | None) -> None:
    """Ignore the notice of waiting."""


@pytest.fixture
def engine(warehouse_url: str) -> Iterator[Engine]:
    """A migrated warehouse."""
    opened = open_engine(warehouse_url)
    yield opened
    opened.dispose()


@contextmanager
def another_run(url: str) -> Iterator[Process]:
    """A process that holds the lock; it is gone after the block, by itself or not."""
    words = [sys.executable, "-m", "tests.warehouse.store.lock_runner", url, "first"]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def finish(process: Process) -> None:
    """Let the other run come to its end."""
    assert process.stdin is not None
    process.stdin.write("done\n")
    process.stdin.flush()


def test_second_run_is_refused_with_the_name_of_the_first(engine: Engine, warehouse_url: str) -> None:
    """The error and the notice before waiting name run, process and kind of the first."""
    results: list[Holder | None] = []
    with another_run(warehouse_url) as process:
        with (
            pytest.raises(RunInProgressError, match="nightly first") as refusal,
            only_run(engine, MINE, wait=0, on_wait=results.append),
        ):
            pytest.fail("two runs at once")
        assert results == [refusal.value.holder]
        assert refusal.value.holder is not None
        assert (refusal.value.holder.run_id, refusal.value.holder.process) == ("first", process.pid)


def test_second_run_waits_for_the_first_to_end(engine: Engine, warehouse_url: str) -> None:
    """As soon as the first has ended the second works, and is named in the record."""
    with (
        another_run(warehouse_url) as process,
        only_run(engine, MINE, wait=60, on_wait=lambda _: finish(process)),
    ):
        assert current_holder(engine) == MINE


def test_killed_run_releases_its_lock(engine: Engine, warehouse_url: str) -> None:
    """The lock of a killed process is free; its record is overwritten."""
    with another_run(warehouse_url) as process:
        process.kill()
        process.wait()
        left = current_holder(engine)
        assert left is not None
        assert left.run_id == "first"
        with only_run(engine, MINE, wait=60, on_wait=no_run):
            assert current_holder(engine) == MINE


def test_ended_run_releases_its_lock(engine: Engine) -> None:
    """After a run, and after one that failed, lock and record are free."""
    with pytest.raises(ZeroDivisionError), only_run(engine, MINE, wait=0, on_wait=no_run):
        raise ZeroDivisionError
    assert current_holder(engine) is None
    with only_run(engine, MINE, wait=0, on_wait=no_run):
        assert current_holder(engine) == MINE
    assert current_holder(engine) is None


def test_two_runs_of_one_process_do_not_meet_either(engine: Engine) -> None:
    """A server that carries out two flow runs in one process is no exception."""
    with (
        only_run(engine, MINE, wait=0, on_wait=no_run),
        pytest.raises(RunInProgressError),
        only_run(engine, this_process("third", "rerun", NOW), wait=0, on_wait=no_run),
    ):
        pytest.fail("two runs at once")


def test_locks_of_two_warehouses_are_independent(engine: Engine, tmp_path: Path) -> None:
    """Runs on different warehouses go side by side."""
    other = open_engine(f"sqlite:///{tmp_path / 'other' / 'warehouse.db'}")
    migrate(other)
    with only_run(engine, MINE, wait=0, on_wait=no_run), only_run(other, MINE, wait=0, on_wait=no_run):
        assert current_holder(other) == MINE


def test_locks_for_several_things_have_keys_of_their_own() -> None:
    """On PostgreSQL they are numbers: two of the same would let a run wait for itself for ever."""
    assert len({run_lock._KEY, audit._CHAIN_LOCK, engine_module._LIFECYCLE_LOCK}) == 3

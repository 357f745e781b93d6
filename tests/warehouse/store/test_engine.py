"""Opening the warehouse: accepted URLs, and concurrent writers."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from domain.errors import TransientError, UsageError
from tests.warehouse.warehouse_builder import WarehouseBuilder, taken_back
from warehouse.errors import WarehouseDamagedError, WarehouseUnusableError
from warehouse.models import DeliveryRow, SubmissionRow
from warehouse.store.engine import Engine, give_way, normalise_url, open_engine, reading, transaction
from warehouse.submissions.submissions import receive


@pytest.mark.parametrize("url", ["", "warehouse.db", "sqlite://", "sqlite:///:memory:", "oracle://host/db"])
def test_address_that_is_no_warehouse_is_refused(url: str) -> None:
    """Only a SQLite file or a PostgreSQL database will do, and the message says so."""
    with pytest.raises(UsageError, match=r"sqlite|SQLite"):
        open_engine(url)


def test_postgresql_url_gets_the_installed_driver() -> None:
    """The plain scheme is completed, the password kept."""
    assert normalise_url("postgresql://me:secret@host/db") == "postgresql+psycopg://me:secret@host/db"


def test_unreachable_server_is_worth_another_try() -> None:
    """No server at the address is a transient error whose message hides the password."""
    engine = open_engine("postgresql://me:secret@127.0.0.1:1/db")
    with pytest.raises(TransientError) as caught, transaction(engine) as session:
        session.execute(text("SELECT 1"))
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """A file of something else ends as a clear error, and stays as it was."""
    path = tmp_path / "warehouse.db"
    path.write_bytes(b"this is no database " * 100)
    with pytest.raises(WarehouseDamagedError, match="backup"), transaction(open_engine(f"sqlite:///{path}")) as result:
        result.execute(text("SELECT 1 FROM sqlite_master"))
    assert path.read_bytes().startswith(b"this is no database")


def test_block_that_raises_keeps_nothing(builder: WarehouseBuilder) -> None:
    """A transaction is kept wholly or not at all."""
    with taken_back(builder.engine) as session:
        receive(session, builder.arrival())
    with reading(builder.engine) as session:
        assert session.scalar(select(func.count()).select_from(SubmissionRow)) == 0


def test_foreign_keys_are_enforced(builder: WarehouseBuilder) -> None:
    """A delivery of no file cannot be kept, on SQLite neither."""
    arrival = builder.arrival()
    with pytest.raises(IntegrityError), transaction(builder.engine) as session:
        session.add(
            DeliveryRow(
                sha256="99",
                connector="inbox",
                path="a",
                fingerprint="a",
                file_name="a",
                delivered_at=arrival.delivered_at,
                landed_at=arrival.landed_at,
            )
        )


def test_reader_cannot_write(builder: WarehouseBuilder) -> None:
    """A reading session refuses to change anything."""
    with pytest.raises((DBAPIError, WarehouseUnusableError), match="read"), reading(builder.engine) as session:
        session.execute(text("DELETE FROM submission"))


def test_reader_does_not_make_the_next_writer_read_only(builder: WarehouseBuilder) -> None:
    """The connection that was read from can be written to afterwards."""
    with reading(builder.engine) as session:
        session.execute(text("SELECT 1"))
    assert builder.receive() == 1


def test_second_writer_waits_for_the_first(builder: WarehouseBuilder) -> None:
    """Two writers at once: one waits until the other is done, and both are kept."""
    first_is_in, first_may_end = threading.Event(), threading.Event()
    arrivals = {name: builder.arrival(name) for name in ("first.xlsx", "second.xlsx")}
    order: list[str] = []

    def first() -> None:
        with transaction(builder.engine) as session:
            receive(session, arrivals["first.xlsx"])
            first_is_in.set()
            first_may_end.wait(30)
            order.append("first")

    def second() -> None:
        first_is_in.wait(30)
        with transaction(builder.engine) as session:
            receive(session, arrivals["second.xlsx"])
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    first_is_in.wait(30)
    threads[1].join(0.2)
    assert not order
    first_may_end.set()
    for thread in threads:
        thread.join(30)
    assert order == ["first", "second"]
    with reading(builder.engine) as session:
        assert session.scalar(select(func.count()).select_from(SubmissionRow)) == 2


def test_a_series_of_transactions_lets_a_writer_in(engine: Engine) -> None:
    """A writer that waits is not kept waiting until the last transaction of a run, one right after the other."""
    begun, done = threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        with transaction(engine):
            done.set()

    thread = threading.Thread(target=write)
    with transaction(engine):
        thread.start()
        begun.wait(30)
    series = 0
    while not done.is_set() and series < 1000:
        give_way(engine)
        with transaction(engine):
            series += 1
    thread.join(30)
    assert series < 1000


def test_sqlite_writer_that_waits_too_long_is_worth_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that finds the file locked for longer than the limit gets a transient error."""
    monkeypatch.setattr("warehouse.store.engine.BUSY_SECONDS", 0)
    engine = open_engine(f"sqlite:///{tmp_path / 'warehouse.db'}")
    with transaction(engine) as holder:
        holder.execute(text("CREATE TABLE t (x)"))
        with pytest.raises(TransientError), transaction(engine) as session:
            session.execute(text("SELECT 1"))

"""A database that goes away in the middle of a load leaves nothing half-done, and the next try does the whole."""

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import func, select, text

from domain.indicators import Measure
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder
from warehouse.errors import WarehouseUnavailableError, WarehouseUnusableError
from warehouse.models import ObservationRow
from warehouse.rollups.rollups import roll_up
from warehouse.store.engine import Session, reading, transaction
from warehouse.submissions.loading import JudgedReport, load


def hang_up(session: Session) -> None:
    """Let the server end the session's connection, as when it is restarted."""
    number = session.scalar(text("SELECT pg_backend_pid()"))
    address = session.get_bind().engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [number])


def fill_up(session: Session) -> None:
    """Simulate a full disk by limiting the pages of the SQLite file."""
    pages = session.scalar(text("PRAGMA page_count"))
    session.execute(text(f"PRAGMA max_page_count = {pages}"))


LOSS: dict[str, tuple[Callable[[Session], None], type[Exception], str]] = {
    "postgresql": (hang_up, WarehouseUnavailableError, "nothing of the unfinished step was kept.*run again"),
    "sqlite": (fill_up, WarehouseUnusableError, "nothing of the unfinished step was kept.*free some disk space"),
}
"""By engine: how the database is lost, the error raised, and its text."""


def test_database_lost_in_a_load_keeps_nothing_of_it(builder: WarehouseBuilder) -> None:
    """The error says what is intact and what to do; loading again succeeds."""
    lose, error, result = LOSS[builder.engine.dialect.name]
    reports = [builder.report(unit.code, _many(builder)) for unit in builder.area().members]
    judged = [JudgedReport(builder.check(report), report, ()) for report in reports]
    with pytest.raises(error, match=result):
        _do(builder, lose, lambda session: load(session, judged, "run-1", builder.now()))
    builder.engine.dispose()
    assert _observations(builder) == 0
    assert len(builder.load(*judged).accepted) == len(judged)
    assert _observations(builder) > 0


def test_database_lost_in_a_rollup_makes_no_revision(builder: WarehouseBuilder) -> None:
    """A revision is there with all its rows or not at all."""
    lose, error, result = LOSS[builder.engine.dialect.name]
    for unit in builder.area().members:
        builder.accept(builder.report(unit.code, _many(builder)))
    area, at = builder.area(), builder.now()
    with pytest.raises(error, match=result):
        _do(builder, lose, lambda session: roll_up(session, builder.catalog, area, FORM, MAY, run_id="run-1", at=at))
    builder.engine.dispose()
    assert builder.roll_up() == 1
    assert builder.revision().rows


def _do(builder: WarehouseBuilder, *steps: Callable[[Session], object]) -> None:
    with transaction(builder.engine) as session:
        for step in steps:
            step(session)


def _many(builder: WarehouseBuilder) -> dict[str, tuple[int, int]]:
    due = builder.catalog.due_indicators(FORM, builder.area().members[0], MAY)
    return {due_indicator.id: (8, 10) for due_indicator in due if due_indicator.measure is Measure.RATIO}


def _observations(builder: WarehouseBuilder) -> int:
    with reading(builder.engine) as session:
        return session.scalar(select(func.count()).select_from(ObservationRow)) or 0

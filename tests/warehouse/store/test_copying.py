"""A whole warehouse is copied to another engine, and nothing differs."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from domain.authorisations import link_for
from domain.indicators import Measure
from tests.warehouse.warehouse_builder import IN_TIME, MAY, WarehouseBuilder
from tests.warehouse_fixtures import copy_template
from warehouse.models import SubmissionRow
from warehouse.store.copying import CopyDiffersError, WarehouseNotEmptyError, content_of, copy_warehouse, lasting_tables
from warehouse.store.engine import Engine, open_engine, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.upload_links import make_link, revoke_link
from warehouse.submissions.withdrawal import Decision

pytestmark = pytest.mark.long
DECISION = Decision(DecisionReason(note="moved", actor="an"), IN_TIME, "")


@pytest.fixture
def full_house(builder: WarehouseBuilder) -> WarehouseBuilder:
    """A warehouse in which a report was refused, corrected twice and published twice, and a link revoked."""
    indicator = builder.indicator_of(Measure.RATIO)
    builder.refuse(builder.report("22813", {indicator: (12, 10)}))
    builder.accept(builder.report("22813", {indicator: (8, 10)}))
    builder.roll_up(period=MAY)
    builder.accept(builder.report("22813", {indicator: (9, 10)}))
    builder.accept(builder.report("22816", {indicator: ("0.5", 10)}))
    builder.roll_up(period=MAY)
    with transaction(builder.engine) as session:
        make_link(session, link_for(builder.catalog, "22813", IN_TIME.date(), 60), "token", DECISION)
        revoke_link(session, 1, DECISION)
    return builder


@pytest.fixture(params=["sqlite", "postgresql"])
def other(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Another warehouse without rows, on either engine."""
    engine = open_engine(copy_template(request, request.param, tmp_path / "copy.db"))
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def without_tables(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Another database, on either engine, that is no warehouse yet."""
    is_file = request.param == "sqlite"
    engine = open_engine(f"sqlite:///{tmp_path / 'copy.db'}" if is_file else request.getfixturevalue("empty_postgres"))
    yield engine
    engine.dispose()


def test_copy_says_the_same_on_the_other_engine(full_house: WarehouseBuilder, without_tables: Engine) -> None:
    """Every table that lasts, made by the copy, holds the same rows, and the same revision is read from them."""
    contents = copy_warehouse(full_house.engine, without_tables)
    assert contents["submission"].rows == 4
    assert contents["rollup_revision"].rows == 2
    copied = WarehouseBuilder(without_tables, full_house.catalog)
    assert copied.revision() == full_house.revision()


def test_copy_continues_the_numbers_of_the_original(full_house: WarehouseBuilder, other: Engine) -> None:
    """The next report in the copy gets the next numbers, and is rolled up as in the original."""
    copy_warehouse(full_house.engine, other)
    with reading(other) as session:
        last = session.scalar(select(func.max(SubmissionRow.id)))
    copied = WarehouseBuilder(other, full_house.catalog, full_house.clock)
    report = copied.report("22813", {copied.indicator_of(Measure.RATIO): (7, 10)})
    submission_id = copied.accept(report, copied.arrival("later.xlsx"))
    assert last is not None
    assert submission_id == last + 1
    assert copied.roll_up(period=MAY) == 3


def test_copy_of_nothing_is_nothing(engine: Engine, other: Engine) -> None:
    """A warehouse that was never used can be copied."""
    assert {content.rows for content in copy_warehouse(engine, other).values()} == {0}


def test_copying_into_a_used_warehouse_is_refused(full_house: WarehouseBuilder, other: Engine) -> None:
    """Rows of a filled target are neither mixed with the copy nor lost."""
    copy_warehouse(full_house.engine, other)
    with pytest.raises(WarehouseNotEmptyError, match="empty"):
        copy_warehouse(full_house.engine, other)
    with reading(full_house.engine) as original, reading(other) as copied:
        assert all(content_of(original, table) == content_of(copied, table) for table in lasting_tables())


def test_copy_that_differs_is_not_kept(full_house: WarehouseBuilder, other: Engine) -> None:
    """When the target changes what it is given, the table is named and the target is left empty."""
    with other.begin() as connection:
        for statement in TAMPERING[other.dialect.name]:
            connection.execute(text(statement))
    with pytest.raises(CopyDiffersError, match="observation"):
        copy_warehouse(full_house.engine, other)
    with transaction(other) as session:
        assert session.scalar(select(func.count()).select_from(SubmissionRow)) == 0


def test_progress_counts_every_row(full_house: WarehouseBuilder, other: Engine) -> None:
    """The callback's numbers add up to the rows copied."""
    counter: Counter[str] = Counter()
    contents = copy_warehouse(full_house.engine, other, lambda table, rows: counter.update({table: rows}))
    assert counter == {table: content.rows for table, content in contents.items() if content.rows}


TAMPERING = {
    "sqlite": [
        "CREATE TRIGGER meddle AFTER INSERT ON observation BEGIN UPDATE observation SET numerator_raw = '?'; END",
    ],
    "postgresql": [
        (
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.numerator_raw := '?'; RETURN NEW; END $$"
        ),
        "CREATE TRIGGER meddle BEFORE INSERT ON observation FOR EACH ROW EXECUTE FUNCTION meddle()",
    ],
}
"""What makes a database keep something else than it was given."""

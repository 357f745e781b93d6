"""The migrations make exactly what the models describe, and can be taken back."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from domain.indicators import Measure
from domain.quality.burden import LineBurden
from domain.quality.reporting import Share
from tests.warehouse.warehouse_builder import MAY, WarehouseBuilder
from warehouse.errors import NewerWarehouseError, WarehouseUnusableError
from warehouse.migrations import apply
from warehouse.migrations.apply import downgrade, upgrade
from warehouse.migrations.current import is_current, newest_migration
from warehouse.models import Base, QualityPeriodRow
from warehouse.queries.desk.line_burden import line_burden
from warehouse.store.engine import Engine, migrate, open_engine, reading, transaction
from warehouse.store.reference import mirror_catalog
from warehouse.submissions.replies import unreplied

AREAS = ("585", "58")
"""A district, and its province, which shares what the district stores."""
EARLIER = sorted(path.name[:4] for path in (Path(apply.__file__).parent / "versions").glob("0*.py"))[:-1]
"""Every migration but the newest."""


def shape_of(engine: Engine) -> dict[str, object]:
    """Return what the database says of each table and view, whatever the order of columns and of listed values."""
    inspector = inspect(engine)
    shape: dict[str, object] = {}
    for table in (*inspector.get_table_names(), *inspector.get_view_names()):
        checks, indexes = inspector.get_check_constraints(table), inspector.get_indexes(table)
        shape[table] = (
            {column["name"]: {**column, "type": str(column["type"])} for column in inspector.get_columns(table)},
            inspector.get_pk_constraint(table),
            sorted(map(str, inspector.get_foreign_keys(table))),
            sorted(map(str, inspector.get_unique_constraints(table))),
            {check["name"]: sorted(re.findall(r"\w+", check["sqltext"])) for check in checks},
            {
                index["name"]: (index["column_names"], index["unique"], *map(str, index["dialect_options"].values()))
                for index in indexes
            },
        )
    return shape


def test_all_migrations_make_what_the_models_and_an_empty_database_have(empty_engine: Engine) -> None:
    """Tables, views and version are those that an empty database gets at once, and nothing is left to migrate."""
    migrate(empty_engine)
    at_once = shape_of(empty_engine)
    assert "rollup_current" in at_once
    with empty_engine.begin() as connection:
        downgrade(connection)
        upgrade(connection)
        assert is_current(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert shape_of(empty_engine) == at_once


def test_the_newest_file_is_the_newest_migration() -> None:
    """The number of the last file, by which a current database is known, is the one that Alembic migrates to."""
    assert newest_migration() == ScriptDirectory(str(Path(apply.__file__).parent)).get_current_head()


def test_checks_of_the_models_are_in_the_database(engine: Engine) -> None:
    """Every check constraint of the models is in the database under its own name."""
    result = inspect(engine)
    for table in Base.metadata.sorted_tables:
        wanted = {
            str(other_constraint.name)
            for other_constraint in table.constraints
            if str(other_constraint.name).startswith("ck_")
        }
        assert {constraint["name"] for constraint in result.get_check_constraints(table.name)} == wanted


def test_downgrade_removes_every_table_and_upgrade_brings_them_back(builder: WarehouseBuilder) -> None:
    """Down to nothing with rows in it, and up again."""
    with builder.engine.begin() as connection:
        downgrade(connection)
    assert set(inspect(builder.engine).get_table_names()) <= {"alembic_version"}
    migrate(builder.engine)
    assert set(Base.metadata.tables) <= set(inspect(builder.engine).get_table_names())


@pytest.mark.long
def test_earlier_shapes_and_back_keep_every_figure(builder: WarehouseBuilder) -> None:
    """A filled warehouse keeps revision and cells through downgrades, each to an earlier shape, and goes on working.

    Each engine goes to every fourth shape, to others than the other engine, and on its way through those between.
    """
    ratio = builder.indicator_of(Measure.RATIO)
    builder.refuse(builder.report("22816", {ratio: (12, 10)}))
    builder.accept(builder.report("22813", {ratio: (1, 100)}))
    for area in AREAS:
        builder.roll_up(area)
    shapes = EARLIER[2 * (builder.engine.dialect.name == "sqlite") :: 4]
    for numerator, earlier in enumerate(reversed(shapes), start=2):
        before = [builder.revision(area=area) for area in AREAS]
        with builder.engine.begin() as connection:
            downgrade(connection, earlier)
        migrate(builder.engine)
        with transaction(builder.engine) as session:
            mirror_catalog(session, builder.catalog)
        assert [builder.revision(area=area) for area in AREAS] == before, earlier
        builder.accept(builder.report("22813", {ratio: (numerator, 100)}))
        for area in AREAS:
            builder.roll_up(area)
            changes = builder.revision(area=area).changes
            moved = {(move.before, move.after) for move in changes if move.column == "numerator"}
            assert moved == {(str(numerator - 1), str(numerator))}, earlier


def test_reports_judged_before_the_upgrade_get_no_reply(builder: WarehouseBuilder) -> None:
    """Reports judged before the upgrade get no reply; those judged from now on do."""
    ratio = builder.indicator_of(Measure.RATIO)
    builder.accept(builder.report("22813", {ratio: (8, 10)}))
    builder.refuse(builder.report("22816", {ratio: (12, 10)}))
    with builder.engine.begin() as connection:
        downgrade(connection, "0007")
    migrate(builder.engine)
    after = builder.accept(builder.report("22819", {ratio: (8, 10)}))
    with reading(builder.engine) as session:
        assert unreplied(session) == (after,)


def test_quality_counted_before_there_were_parts_stays(builder: WarehouseBuilder) -> None:
    """Counts of whole periods are read as they were."""
    with builder.engine.begin() as connection:
        downgrade(connection, "0041")
        connection.execute(text("INSERT INTO line_burden VALUES ('f', '2025-05', 'a', 9, 1, 2, 3, 4, 5, 6, TRUE)"))
        connection.execute(text("INSERT INTO quality_period VALUES ('f', '2025-05', '1 2 3', '2025-06-20 16:00:00')"))
    migrate(builder.engine)
    with reading(builder.engine) as session:
        (line,) = line_burden(session, "f", [MAY])
        (state,) = session.execute(select(QualityPeriodRow.part, QualityPeriodRow.state))
    assert line == LineBurden("a", 9, 1, 2, Share(3, 4), Share(5, 6), is_published=True)
    assert tuple(state) == ("", "1 2 3")


def test_migrating_twice_keeps_what_is_there(builder: WarehouseBuilder) -> None:
    """A current database is left alone."""
    submission_id = builder.receive()
    migrate(builder.engine)
    assert builder.receive(builder.arrival("another.xlsx")) == submission_id + 1


def test_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    """An unknown migration stops the upgrade before any change, and both revisions are named."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerWarehouseError, match="9999") as caught:
        migrate(engine)
    assert caught.value.found == "9999"


def test_database_that_was_never_migrated_says_so(empty_engine: Engine) -> None:
    """Using an empty database raises with the advice to migrate it."""
    with pytest.raises(WarehouseUnusableError, match="migrate"), transaction(empty_engine) as session:
        session.execute(text("SELECT * FROM submission"))


def test_migration_needs_no_folder_to_exist(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A SQLite warehouse makes its own folder."""
    path = tmp_path_factory.mktemp("home") / "new" / "warehouse.db"
    migrate(open_engine(f"sqlite:///{path}"))
    assert path.is_file()

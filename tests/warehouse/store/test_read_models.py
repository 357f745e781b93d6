"""The SQL views say what the warehouse says, and a tool that reads them can do nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from domain.indicators import Measure
from domain.periods import parse_period
from domain.units import Level
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder
from warehouse.errors import WarehouseUnusableError
from warehouse.store.engine import Engine, migrate, open_engine
from warehouse.views.definitions import READER_ROLE, SqlView, are_current, views

pytestmark = pytest.mark.xdist_group("readers")  # a role is one for all databases of the server

ROOT = Path(__file__).parents[3]
ROLE_SCRIPT = ROOT / "deploy" / "read_only_role.sql"


@pytest.fixture
def full_house(builder: WarehouseBuilder) -> WarehouseBuilder:
    """Fill a warehouse with one corrected, one refused and one village report, rolled up twice."""
    ratio, by_village = builder.indicator_of(Measure.RATIO), builder.indicator_of(Measure.RATIO, Level.VILLAGE)
    builder.accept(builder.report("22813", {ratio: (8, 10)}))
    builder.roll_up(period=MAY)
    builder.accept(builder.report("22813", {ratio: ("8.5", 10)}))
    builder.refuse(builder.report("22816", {ratio: (12, 10)}))
    first, second, *others = villages_of(builder, "22819")
    answers: dict[str, tuple[str | int, str | int]] = {
        first: (0, 1),
        second: ("x", "x"),
        **dict.fromkeys(others, (1, 1)),
    }
    villages = {village: {by_village: answer} for village, answer in answers.items()}
    builder.accept(builder.report("22819", {}, villages))
    builder.roll_up(period=MAY)
    return builder


def villages_of(builder: WarehouseBuilder, unit: str) -> list[str]:
    """Return the registered villages of a commune."""
    day = builder.catalog.forms.last_day(FORM, MAY)
    return [village.code for village in builder.catalog.units.villages(builder.catalog.units.get(unit, day), day)]


def rows(engine: Engine, statement: str) -> list[dict[str, Any]]:
    """What a statement gives."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(statement)).mappings()]


@pytest.mark.parametrize("view", views(), ids=lambda view: view.name)
def test_every_column_of_a_view_is_explained(full_house: WarehouseBuilder, view: SqlView) -> None:
    """A view has the columns that its file explains, in that order, and some rows to show."""
    result = rows(full_house.engine, f"SELECT * FROM {view.name}")
    assert result
    assert list(result[0]) == list(view.columns)


def test_rollup_current_is_the_newest_revision(full_house: WarehouseBuilder) -> None:
    """The figures are those of the second revision, as published."""
    result = rows(full_house.engine, "SELECT * FROM rollup_current ORDER BY position")
    expected = full_house.revision()
    assert [(row["indicator"], row["status"], row["units_missing"]) for row in result] == [
        (row.indicator, row.status, row.units_missing) for row in expected.rows
    ]
    assert [row["value"] is None or float(row["value"]) for row in result] == [
        row.value is None or float(row.value) for row in expected.rows
    ]
    assert {row["revision"] for row in result} == {2}


def test_submission_status_has_one_row_per_unit(full_house: WarehouseBuilder) -> None:
    """The accepted file of each unit, the refused one where none is accepted, and those from whom nothing came."""
    results = {row["unit"]: row for row in rows(full_house.engine, "SELECT * FROM submission_status")}
    assert {unit: row["state"] for unit, row in results.items()} == {
        unit.code: {"22813": "accepted", "22816": "quarantined", "22819": "accepted"}.get(unit.code, "missing")
        for unit in full_house.area().members
    }
    assert results["22813"]["version"] == 2
    assert results["22816"]["critical_issues"] == 1
    assert results["22816"]["unit_name"] == "Xã Lương Sơn"


def test_refused_file_that_is_judged_again_is_refused_until_then(full_house: WarehouseBuilder) -> None:
    """A run that stops before it has decided leaves the last judgement standing."""
    judged = "SELECT state, judgement, submission_id FROM submission_status WHERE unit = '22816'"
    (refused,) = rows(full_house.engine, judged)
    full_house.check_again(refused["submission_id"])
    assert rows(full_house.engine, judged) == [{**refused, "state": "checked"}]
    assert refused["judgement"] == "quarantined"


def test_unidentified_file_is_in_submission_status(full_house: WarehouseBuilder) -> None:
    """A file without unit and period has a row of its own."""
    full_house.receive()
    assert len(rows(full_house.engine, "SELECT * FROM submission_status WHERE unit IS NULL")) == 1


def test_observation_current_leaves_superseded_figures_out(full_house: WarehouseBuilder) -> None:
    """Only the corrected figure is shown, exactly as typed."""
    result = rows(full_house.engine, "SELECT * FROM observation_current WHERE unit = '22813'")
    assert [(float(row["numerator"]), float(row["value"]), row["village"]) for row in result] == [(8.5, 85.0, None)]


def test_lineage_ends_in_the_cells_that_were_summed(full_house: WarehouseBuilder) -> None:
    """The numerators of a figure's cells sum to the published numerator, villages without a figure left out."""
    summed = "SELECT indicator, SUM(numerator) AS numerator FROM lineage GROUP BY indicator"
    by_cells = {row["indicator"]: float(row["numerator"]) for row in rows(full_house.engine, summed)}
    published = {row.indicator: float(row.numerator) for row in full_house.revision().rows if row.numerator is not None}
    assert by_cells == published
    first, _not_applicable, *others = villages_of(full_house, "22819")
    cells = rows(full_house.engine, "SELECT village FROM lineage WHERE unit = '22819'")
    assert {row["village"] for row in cells} == {first, *others}


def test_lineage_names_the_month_of_a_quarter(builder: WarehouseBuilder) -> None:
    """A quarter's figure leads to the report of each of its months."""
    ratio = builder.indicator_of(Measure.RATIO)
    for month in ("2025-04", "2025-05", "2025-06"):
        builder.accept(builder.report("22813", {ratio: (8, 10)}, period=parse_period(month)))
    builder.roll_up(period=parse_period("2025-Q2"))
    result = rows(builder.engine, "SELECT DISTINCT reported_period FROM lineage WHERE period = '2025-Q2'")
    assert {row["reported_period"] for row in result} <= {"2025-04", "2025-05", "2025-06"}
    assert result


def test_views_of_another_version_are_made_anew(builder: WarehouseBuilder) -> None:
    """A view that differs from ours is replaced when the warehouse is next opened."""
    name = views()[0].name
    with builder.engine.begin() as connection:
        connection.execute(text(f"DROP VIEW {name}"))
        connection.execute(text(f"CREATE VIEW {name} AS SELECT 1 AS one"))
    with builder.engine.connect() as connection:
        assert not are_current(connection)
    migrate(builder.engine)
    with builder.engine.connect() as connection:
        assert are_current(connection)


def test_foreign_view_on_a_view_of_ours_is_named(postgres_warehouse: str) -> None:
    """An upgrade that has to replace our view stops at a dependent one, and names it, its owner and the remedy."""
    with _owner(postgres_warehouse) as owner:
        owner.execute("CREATE VIEW theirs AS SELECT * FROM lineage")
        owner.execute("COMMENT ON VIEW lineage IS 'of an earlier version'")
    with pytest.raises(WarehouseUnusableError, match=r"view theirs depends on view lineage.*drop what is named there"):
        migrate(open_engine(postgres_warehouse))


def test_columns_are_explained_in_the_guide() -> None:
    """The guide to reading the warehouse with SQL names every view and column with its meaning."""
    guide = (ROOT / "docs" / "read-models.md").read_text(encoding="utf-8")
    missing = [
        f"{view.name}.{column}"
        for view in views()
        for column, means in view.columns.items()
        if f"| `{column}` | {means} |" not in guide
    ]
    assert missing == []


@pytest.fixture
def reader(postgres_warehouse: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of a tool that has the role of readers, to a warehouse on PostgreSQL."""
    with _owner(postgres_warehouse) as owner:
        owner.execute(ROLE_SCRIPT.read_text(encoding="utf-8"))
        owner.execute(ROLE_SCRIPT.read_text(encoding="utf-8"))
        owner.execute("DROP ROLE IF EXISTS metabase")
        owner.execute(f"CREATE ROLE metabase LOGIN IN ROLE {READER_ROLE}")
    with psycopg.connect(_plain(postgres_warehouse), autocommit=True) as connection:
        connection.execute("SET SESSION AUTHORIZATION metabase")
        yield connection


@pytest.mark.parametrize("view", views(), ids=lambda view: view.name)
def test_reader_sees_the_views(reader: psycopg.Connection[Any], view: SqlView) -> None:
    """Every view can be read."""
    assert reader.execute(f"SELECT * FROM {view.name}").fetchall() == []  # type: ignore[arg-type] # a constant of ours


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM submission",
        "DELETE FROM observation_current",
        "UPDATE rollup SET value = 100",
        "INSERT INTO run (run_id) VALUES ('mine')",
        "CREATE TABLE mine (id integer)",
        "DROP VIEW lineage",
        "TRUNCATE rollup",
        "SELECT sender FROM delivery",
    ],
)
def test_reader_can_do_nothing_else(reader: psycopg.Connection[Any], statement: str) -> None:
    """The role may neither write nor create tables nor read senders."""
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)):
        reader.execute(statement)  # type: ignore[arg-type] # a constant of this test


def test_reader_still_sees_views_that_were_made_anew(reader: psycopg.Connection[Any], postgres_warehouse: str) -> None:
    """After an upgrade that makes the views again, the role may read them as before."""
    with _owner(postgres_warehouse) as owner:
        owner.execute("DROP VIEW lineage")
    migrate(open_engine(postgres_warehouse))
    assert reader.execute("SELECT * FROM lineage").fetchall() == []


def test_columns_carry_their_meaning_in_postgresql(postgres_warehouse: str) -> None:
    """A tool that shows column comments shows what ours mean."""
    with _owner(postgres_warehouse) as owner:
        result = owner.execute("SELECT col_description('rollup_current'::regclass, 1)").fetchone()
    assert result == (next(iter(views()[2].columns.values())),)


@contextmanager
def _owner(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        yield connection


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)

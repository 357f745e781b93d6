"""Rows of a period move to files and back: they are in one place or the other, and equal wherever they are read."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from sqlalchemy import func, select

from domain.indicators import Measure
from domain.observations import CellState, Figure, Observation
from domain.periods import parse_period
from domain.units import Level
from tests.warehouse.archive.archiving import BY, PERIOD, archive_period
from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.archive.files import ArchivedPeriod, write_file
from warehouse.archive.moving import archive_rows, faults, remove_unnamed, restore_rows
from warehouse.archive.reading import archived_files, put_back
from warehouse.archive.tables import OBSERVATIONS
from warehouse.errors import ArchivedRowsError
from warehouse.models import ArchivedFileRow, ObservationRow
from warehouse.queries.history import kept_figures
from warehouse.rollups.sums import reported_amounts, reported_amounts_of_villages
from warehouse.store.copying import copy_warehouse
from warehouse.store.engine import open_engine, reading, transaction

JUNE = parse_period("2025-06")

pytestmark = pytest.mark.long


def stored(builder: WarehouseBuilder) -> list[tuple[Any, ...]]:
    """Return all rows of observations in the database."""
    with reading(builder.engine) as session:
        row = ObservationRow.__table__
        return [tuple(each) for each in session.execute(select(row).order_by(*row.primary_key))]


def archive(builder: WarehouseBuilder) -> None:
    """Archive May."""
    archive_period(builder)


def restore(builder: WarehouseBuilder) -> None:
    """Restore May."""
    with transaction(builder.engine) as session:
        restore_rows(session, PERIOD)


def report(builder: WarehouseBuilder, unit: str = "22813", count: int = 5) -> int:
    """A commune's accepted report of May with a count, a ratio and a figure of two villages."""
    by_village = builder.indicator_of(Measure.RATIO, Level.VILLAGE)
    figures = {builder.indicator_of(Measure.COUNT): (count,), builder.indicator_of(Measure.RATIO): (Decimal("1.5"), 7)}
    villages = {f"{unit}-01": {by_village: (3, 4)}, f"{unit}-02": {by_village: ("x", "x")}}
    return builder.accept(builder.report(unit, figures, villages))


def test_rows_come_back_equal(archiving: WarehouseBuilder) -> None:
    """A period that was archived and restored has the rows that it had."""
    report(archiving)
    before = stored(archiving)
    archive(archiving)
    assert stored(archiving) == []
    restore(archiving)
    assert stored(archiving) == before
    with reading(archiving.engine) as session:
        assert archived_files(session) == ()


def test_other_periods_stay(archiving: WarehouseBuilder) -> None:
    """Rows of other periods stay in the table."""
    report(archiving)
    other = archiving.accept(archiving.report("22813", {archiving.indicator_of(Measure.COUNT): (1,)}, period=JUNE))
    archive(archiving)
    assert {row[0] for row in stored(archiving)} == {other}


def say(builder: WarehouseBuilder, key: int) -> tuple[object, ...]:
    """Return the figures of a submission, and their sums over its own cells and over those of the only village."""
    indicators = builder.catalog.indicators.values()
    villages = [replace(each, collected_at=Level.VILLAGE) for each in indicators]
    with reading(builder.engine) as session:
        own = reported_amounts(session, {key: 1}, indicators)
        return kept_figures(session, key), own, reported_amounts_of_villages(session, {key: ["22813"]}, villages)


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
NUMBERS = st.decimals(-(10**11), 10**11, places=6, allow_nan=False).map(lambda number: Decimal(f"{number:f}"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    cells=st.lists(st.tuples(st.sampled_from(CellState), st.none() | NUMBERS, TEXTS, TEXTS), min_size=1, max_size=6),
    denominator=st.none() | NUMBERS,
)
def test_odd_values_come_back_equal(
    archiving: WarehouseBuilder, cells: list[tuple[CellState, Decimal | None, str, str]], denominator: Decimal | None
) -> None:
    """Whatever numbers, texts and states cells hold, they are the same after archiving, and while archived."""
    names = [each for each in archiving.catalog.indicators if each][: len(cells)]
    below = None if denominator is None else Figure(CellState.VALUE, denominator, "D1", str(denominator), 2)
    figures = [
        Observation("22813", name, text, Figure(state, number, cell, text), below, below)
        for name, (state, number, cell, text) in zip(names, cells, strict=True)
    ]
    key = archiving.accept(replace(archiving.report("22813", {}), observations=tuple(figures)))
    before, read = stored(archiving), say(archiving, key)
    archive(archiving)
    assert say(archiving, key) == read
    restore(archiving)
    assert stored(archiving) == before


def test_a_correction_counts_beside_archived_reports(archiving: WarehouseBuilder) -> None:
    """A later version of an archived report is read from the table, all others from the file."""
    report(archiving)
    report(archiving, "22828", 8)
    archive(archiving)
    report(archiving, "22828", 9)
    archiving.roll_up()
    count = archiving.indicator_of(Measure.COUNT)
    row = next(row for row in archiving.revision().rows if row.indicator == count)
    assert row.numerator == 14


def test_archiving_again_takes_later_rows_along(archiving: WarehouseBuilder) -> None:
    """Of a period that got another report since, old and new rows come back."""
    report(archiving)
    before = stored(archiving)
    archive(archiving)
    report(archiving, "22828", 8)
    added = stored(archiving)
    archive(archiving)
    assert stored(archiving) == []
    with reading(archiving.engine) as session:
        assert len(remove_unnamed(session)) == 1
    restore(archiving)
    assert stored(archiving) == before + added


def test_sql_over_all_rows_sees_those_put_back(archiving: WarehouseBuilder) -> None:
    """Within the block the table holds the archived rows, afterwards it is as before."""
    report(archiving)
    before = stored(archiving)
    archive(archiving)
    with transaction(archiving.engine) as session:
        with put_back(session, [PERIOD]):
            assert session.scalar(select(func.count()).select_from(ObservationRow)) == len(before)
        assert session.scalar(select(func.count()).select_from(ObservationRow)) == 0


@pytest.mark.parametrize("step", ["write_file", "delete", "commit"])
def test_a_killed_try_leaves_all_rows_in_the_table(
    archiving: WarehouseBuilder, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whenever archiving ends early the table has all rows, and the next try succeeds."""
    report(archiving)
    before = stored(archiving)

    class Killed(Exception):  # noqa: N818 # no error of ours
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    def try_it() -> None:
        with transaction(archiving.engine) as session:
            archive_rows(session, PERIOD, BY)
            raise Killed

    with monkeypatch.context() as patched:
        if step != "commit":
            patched.setattr(f"warehouse.archive.moving.{step}", die)
        with pytest.raises(Killed):
            try_it()
    assert stored(archiving) == before
    archive(archiving)
    restore(archiving)
    assert stored(archiving) == before


def test_a_damaged_file_is_refused(archiving: WarehouseBuilder, tmp_path: Path) -> None:
    """Readers, restoring and verifying name a file whose bytes were changed; the record stays."""
    key = report(archiving)
    archive(archiving)
    with reading(archiving.engine) as session:
        (file,) = archived_files(session)
    path = tmp_path / "archive" / file.path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with reading(archiving.engine) as session:
        assert [fault for _, fault in faults(session)] == ["is damaged"]
        with pytest.raises(ArchivedRowsError, match="is damaged"):
            kept_figures(session, key)
    with pytest.raises(ArchivedRowsError, match="is damaged"):
        restore(archiving)
    path.unlink()
    with reading(archiving.engine) as session:
        assert [fault for _, fault in faults(session)] == ["is missing"]


def test_a_copy_reads_the_same_files(archiving: WarehouseBuilder, tmp_path: Path) -> None:
    """A copy of the warehouse on another engine reads and restores what was archived, below the same home."""
    key = report(archiving)
    before, read = stored(archiving), say(archiving, key)
    archive(archiving)
    copied = WarehouseBuilder(open_engine(f"sqlite:///{tmp_path / 'copy.db'}", tmp_path / "archive"), archiving.catalog)
    copy_warehouse(archiving.engine, copied.engine)
    assert say(copied, key) == read
    restore(copied)
    assert stored(copied) == before
    copied.engine.dispose()


def test_without_a_folder_archived_rows_are_refused(archiving: WarehouseBuilder) -> None:
    """A process that knows no folder of archived rows says so; it does not take them for missing."""
    key = report(archiving)
    archive(archiving)
    other = open_engine(archiving.engine.url.render_as_string(hide_password=False))
    with reading(other) as session, pytest.raises(ArchivedRowsError, match="no folder"):
        kept_figures(session, key)
    other.dispose()


def test_a_file_of_before_a_column_was_added_can_be_restored(
    archiving: WarehouseBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of an earlier version of the tables come back by the names of columns; what was added has its default."""
    report(archiving)
    before = stored(archiving)
    columns = list(OBSERVATIONS.table.columns)
    place = [column.name for column in columns].index("stated_decimals")

    def without_decimals(folder: Path, of: Any, period: ArchivedPeriod, rows: Any, facts: Any) -> Any:  # noqa: ANN401 # stands in
        written = write_file(folder, of, period, rows, facts)
        old = parquet.read_table(folder / written.path).drop_columns(["stated_decimals"])
        out = pa.BufferOutputStream()
        parquet.write_table(old, out)
        content = bytes(out.getvalue())
        (folder / written.path).write_bytes(content)
        return written._replace(sha256=sha256(content).hexdigest(), size=len(content))

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.archive.moving.write_file", without_decimals)
        archive(archiving)
    restore(archiving)
    assert stored(archiving) == [(*row[:place], None, *row[place + 1 :]) for row in before]


def test_duckdb_reads_the_same_sums(archiving: WarehouseBuilder, tmp_path: Path) -> None:
    """DuckDB's sums over the files are those of SQL over the table, exactly."""
    report(archiving)
    report(archiving, "22828", 8)
    row = ObservationRow
    with reading(archiving.engine) as session:
        sums = select(row.indicator, func.sum(row.numerator)).group_by(row.indicator).order_by(row.indicator)
        wanted = [tuple(each) for each in session.execute(sums)]
    archive(archiving)
    files = tmp_path / "archive" / "observation" / "**" / "*.parquet"
    query = f"SELECT form, reporting_period, indicator, SUM(numerator) FROM read_parquet('{files}') GROUP BY ALL"
    rows = duckdb.sql(f"{query} ORDER BY indicator").fetchall()
    assert [tuple(each[2:]) for each in rows] == wanted
    assert {tuple(map(str, each[:2])) for each in rows} == {PERIOD}


def test_files_that_no_record_names_are_removed(archiving: WarehouseBuilder, tmp_path: Path) -> None:
    """What a killed try left is removed, and the folders with it."""
    report(archiving)
    archive(archiving)
    left = tmp_path / "archive" / "observation" / "form=x" / "reporting_period=2020-01" / ".draft"
    left.parent.mkdir(parents=True)
    left.touch()
    others = tmp_path / "archive" / "minutes.docx"
    others.touch()
    with reading(archiving.engine) as session:
        assert remove_unnamed(session) == ("observation/form=x/reporting_period=2020-01/.draft",)
        assert [*faults(session)] == []
    assert not left.parent.parent.exists()
    assert others.exists()  # whatever else a person keeps there
    with transaction(archiving.engine) as session:
        assert session.scalar(select(func.count()).select_from(ArchivedFileRow)) == 1

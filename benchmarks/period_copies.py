"""Fill a PostgreSQL warehouse with copies of the period that it holds, moved into earlier months.

A pipeline would take weeks for what the copies take an hour: every row of the first period, with what rests on it, is
written once for each month before, by INSERT … SELECT. Numbers of rows, moments, hashes of files and the period itself
are moved; figures are the same. Copies come before the original in every order, as if they had been collected first.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Column, Connection, Engine, Table, text

from domain.periods import Frequency, Period
from warehouse.models import (
    DeliveryRow,
    FileRow,
    IssueRow,
    LineBurdenRow,
    ObservationRow,
    PlacementRow,
    PublicationRow,
    QualityPeriodRow,
    RepairRow,
    RepliedJudgementRow,
    ReplyRow,
    ReportQualityRow,
    RollupBesideRow,
    RollupChangeRow,
    RollupContributionRow,
    RollupCountedFormRow,
    RollupFigureRow,
    RollupOtherReportRow,
    RollupPartRow,
    RollupRevisionRow,
    RollupSeenRow,
    RollupSourceRow,
    RollupUnitRow,
    RunRow,
    SubmissionEventRow,
    SubmissionRow,
)
from warehouse.models.exact import UtcMoment
from warehouse.store.bulk import table_of

_FIRST_ID: Final = 1_000_000_000
"""First number of rows of the original: those of its copies lie below."""
_STRIDE: Final = 1_000_000
"""Distance of the numbers of two copies: no table has as many rows of one period that are numbered."""
_COPIED: Final = tuple(
    table_of(model)
    for model in (
        RunRow,
        FileRow,
        DeliveryRow,
        SubmissionRow,
        SubmissionEventRow,
        PlacementRow,
        ObservationRow,
        IssueRow,
        RepairRow,
        ReplyRow,
        RepliedJudgementRow,
        RollupRevisionRow,
        RollupFigureRow,
        RollupContributionRow,
        RollupSourceRow,
        RollupPartRow,
        RollupUnitRow,
        RollupCountedFormRow,
        RollupOtherReportRow,
        RollupBesideRow,
        RollupChangeRow,
        RollupSeenRow,
        PublicationRow,
        QualityPeriodRow,
        ReportQualityRow,
        LineBurdenRow,
    )
)
_POSITIONS: Final = {"event_id", "delivery_id", "placement_id"}
"""Columns of `rollup_seen` that hold numbers of rows without a foreign key."""


def raise_numbers(engine: Engine) -> None:
    """Have an empty warehouse number its rows so that numbers below stay free for copies, before the first run."""
    with engine.begin() as connection:
        for table in _COPIED:
            if "id" in table.columns:
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                connection.execute(text(f"SELECT setval({sequence}, {_FIRST_ID})"))  # names of tables


def keep_original(engine: Engine) -> None:
    """Keep the rows of the only period so far in a schema of their own, from which copies are made."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA original"))
        for table in _COPIED:
            connection.execute(text(f"CREATE UNLOGGED TABLE original.{table.name} AS TABLE {table.name}"))  # as above


def copy_periods(engine: Engine, original: Period, first: int, last: int) -> Iterator[Period]:
    """Write the copies from `last` to `first` months before the original, oldest first; yield each one's period."""
    for months in range(last, first - 1, -1):
        period = original.shift(-months)
        with engine.begin() as connection:
            # Foreign keys hold by construction; checking them takes most of the time.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            for table in _COPIED:
                _copy(connection, table, months, original, period)
        yield period
    _review_longer(engine, original, last)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))  # as autovacuum does in time


def _review_longer(engine: Engine, original: Period, months: int) -> None:
    """Let quarters and years of the copies count as rolled up, which they are not: no run makes them all at once."""
    longer = {original.shift(-each).within(frequency) for each in range(months + 1) for frequency in Frequency}
    with engine.begin() as connection:
        for period in sorted(longer - {original.shift(-each) for each in range(months + 1)}, key=lambda each: each.id):
            moved = ", ".join(
                f"'{period.id}'" if column.name == "period" else column.name
                for column in table_of(RollupSeenRow).columns
            )
            connection.execute(
                text(f"INSERT INTO rollup_seen SELECT {moved} FROM original.rollup_seen ON CONFLICT DO NOTHING")  # noqa: S608 # as above
            )


def _copy(connection: Connection, table: Table, months: int, original: Period, period: Period) -> None:
    names = ", ".join(column.name for column in table.columns)
    moved = ", ".join(_moved(column, months, original, period) for column in table.columns)
    order = ", ".join(column.name for column in table.primary_key)
    connection.execute(
        text(f"INSERT INTO {table.name} ({names}) SELECT {moved} FROM original.{table.name} ORDER BY {order}")  # noqa: S608 # as above
    )


def _moved(column: Column[object], months: int, original: Period, period: Period) -> str:
    """Return the SQL of a column's value in the copy."""
    name, targets = column.name, {key.target_fullname for key in column.foreign_keys}
    if name == "id" or name in _POSITIONS or any(target.endswith(".id") for target in targets - {"indicator.id"}):
        return f"{name} - {months * _STRIDE}"
    if isinstance(column.type, UtcMoment):
        return f"{name} - interval '{months} months'"
    moved = {
        "sha256": f"encode(sha256(convert_to({name} || '-{months}', 'UTF8')), 'hex')",
        "period": f"'{period.id}'",
        "path": f"replace({name}, '{original.id}', '{period.id}')",
        "run_id": f"{name} || '-{months}'",
        # Quality is counted anew where this differs from the reports, of which it sums up the numbers.
        "state": _quality_state(months) if column.table.name == QualityPeriodRow.__tablename__ else name,
    }
    return moved.get(name, name)


def _quality_state(months: int) -> str:
    """Return the SQL of a copy's `quality_period.state`, as `warehouse.rollups.reporting_facts` writes it."""
    is_counted = "quality_period.part IN ('', right(unit_code, 2))"
    reports, moved = f"SELECT count(*) FROM original.submission WHERE {is_counted} AND", months * _STRIDE  # noqa: S608 # constants
    counts = (f"({reports} accepted_at IS NOT NULL)", f"({reports} state = 'accepted')", "1")
    # Parts of the units have no publications.
    moved_parts = (
        f"nullif(split_part(quality_period.state, ' ', {place}), '')::numeric - {moved} * {count}"
        for place, count in enumerate(counts, 4)
    )
    kept = [f"split_part(state, ' ', {place})" for place in (1, 2, 3)]
    return f"concat_ws(' ', {', '.join([*kept, *moved_parts])})"

"""Staging tables hold parsed reports by run, and the history that rules compare with."""

from decimal import Decimal

import pytest
from sqlalchemy import select, text

from domain.observations import CellState
from domain.periods import parse_period
from domain.staging import (
    TABLES,
    StagedAccepted,
    StagedDue,
    StagedHistory,
    StagedObservation,
    StagedPeer,
    StagedRegister,
    StagedRow,
    StagedSubmission,
    columns_of,
)
from tests.warehouse.warehouse_builder import FORM, WarehouseBuilder
from warehouse.models import STAGING
from warehouse.store.engine import reading, transaction
from warehouse.submissions.runs import finish_run, start_run
from warehouse.submissions.staging import clear, clear_abandoned, history, stage

OBSERVED = StagedObservation(
    run_id="r1", submission_id=1, unit="22813", village="", indicator="hsskdt", sheet="Biểu 01-T", cell="E10",
    denominator_cell="D10", stated_cell="F10", state=CellState.VALUE, numerator=Decimal("2450.5"),
    denominator=Decimal(3000), stated=None, numerator_state="value", denominator_state="value", stated_state="blank",
    numerator_raw="2.450,5", denominator_raw="3000", stated_raw="", stated_decimals=None,
)  # fmt: skip
ROWS: tuple[StagedRow, ...] = (
    StagedSubmission(
        "r1", 1, "22813", "2025-05", FORM, "2025.1", "Biểu 01-T", "Xã Lâm Sơn", "585", "2025-05-14", "2025-04",
        "2025.1", "0f", 20,
    ),
    OBSERVED,
    StagedDue("r1", 1, "hsskdt", "refuse", "Tỷ lệ hồ sơ sức khỏe điện tử"),
    StagedRegister("r1", 1, "tcnscd_thon", 7),
    StagedHistory("r1", 1, "22813", "", "hsskdt", "2025-04", 1, Decimal(2400), Decimal(3000)),
    StagedAccepted("r1", 7, "22816", "Xã Lương Sơn", "585", FORM, "2025-05", "0f"),
    StagedPeer("r1", 7, "585", FORM, "2025-05", "hsskdt", Decimal(2400), Decimal(3000)),
)  # fmt: skip


def rows_in(builder: WarehouseBuilder, run_id: str) -> int:
    """How many rows a run has in all staging tables."""
    with reading(builder.engine) as session:
        return sum(
            len(session.execute(select(table).where(table.c.run_id == run_id)).all()) for table in STAGING.values()
        )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_row_comes_back_as_it_was_staged(builder: WarehouseBuilder, row: StagedRow) -> None:
    """Every column of every kind survives, empty ones too."""
    with transaction(builder.engine) as session:
        assert stage(session, [row]) == 1
    with reading(builder.engine) as session:
        result = session.execute(select(STAGING[type(row)])).one()
    assert type(row)(*result) == row


@pytest.mark.parametrize("table", TABLES)
def test_staging_tables_have_the_columns_of_their_row_types(builder: WarehouseBuilder, table: str) -> None:
    """A rule's SQL finds each column of `domain/staging.py` under its name."""
    with reading(builder.engine) as session:
        rows = session.execute(text(f"SELECT * FROM {table}"))
        assert tuple(rows.keys()) == columns_of(table)


def test_figures_divide_as_numbers_do(builder: WarehouseBuilder) -> None:
    """A rule that divides two whole numbers gets a fraction, on both engines."""
    with transaction(builder.engine) as session:
        stage(session, [OBSERVED._replace(numerator=Decimal(1), denominator=Decimal(4))])
    with reading(builder.engine) as session:
        assert float(session.scalar(text("SELECT numerator / denominator FROM stg_observation")) or 0) == 0.25


def test_number_of_any_size_can_be_staged(builder: WarehouseBuilder) -> None:
    """A number of thirty digits is staged for the rules instead of failing the nightly run."""
    with transaction(builder.engine) as session:
        stage(session, [OBSERVED._replace(numerator=Decimal(10) ** 30)])
    with reading(builder.engine) as session:
        assert session.scalar(text("SELECT count(*) FROM stg_observation WHERE numerator > denominator")) == 1


def test_clearing_a_run_leaves_the_others(builder: WarehouseBuilder) -> None:
    """Two runs never see each other's rows, nor lose them."""
    with transaction(builder.engine) as session:
        stage(session, [*ROWS, *(row._replace(run_id="r2") for row in ROWS)])
    with transaction(builder.engine) as session:
        clear(session, "r1")
    assert (rows_in(builder, "r1"), rows_in(builder, "r2")) == (0, len(ROWS))


def test_rows_of_killed_runs_are_cleared(builder: WarehouseBuilder) -> None:
    """What a run that never finished left behind goes; a finished run's rows and those of runs begun since stay."""
    with transaction(builder.engine) as session:
        for run_id in ("killed", "finished"):
            start_run(session, run_id, "nightly", "v", builder.now())
        finish_run(session, "finished", {}, builder.now())
        tonight = builder.now()
        start_run(session, "tonight", "nightly", "v", tonight)
        stage(session, [ROWS[0]._replace(run_id=run_id) for run_id in ("killed", "finished", "tonight")])
    with transaction(builder.engine) as session:
        clear_abandoned(session, tonight)
    assert [rows_in(builder, run_id) for run_id in ("killed", "finished", "tonight")] == [0, 1, 1]


def test_rows_of_no_recorded_run_are_cleared(builder: WarehouseBuilder) -> None:
    """Rows of a killed preview are cleared by the next run, however young they are."""
    with transaction(builder.engine) as session:
        stage(session, [ROWS[0]._replace(run_id="preview-1")])
        clear_abandoned(session, builder.now())
    assert rows_in(builder, "preview-1") == 0


def test_history_goes_back_over_accepted_periods(builder: WarehouseBuilder) -> None:
    """The figures now accepted for earlier months, newest first, with how far back each lies; villages apart."""
    for month, number in (("2025-01", 1), ("2025-03", 3), ("2025-04", 4)):
        period = parse_period(month)
        builder.accept(builder.report("22813", {"hd_dvc": (number,)}, period=period))
    villages = builder.catalog.units.villages(builder.area().members[1], builder.area().members[1].valid_from)
    first_village = villages[0].code if villages else "22813-01"
    corrected = builder.report(
        "22813", {"hd_dvc": (40,)}, {first_village: {"tcnscd_tv": (3,)}}, period=parse_period("2025-04")
    )
    builder.accept(corrected)
    now = builder.check(builder.report("22813", {"hd_dvc": (5,)}))
    with reading(builder.engine) as session:
        result = history(session, "r1", [now])
    assert [(item.period, item.steps_back, item.village, item.numerator) for item in result] == [
        ("2025-04", 1, "", 40),
        ("2025-04", 1, first_village, 3),
        ("2025-03", 2, "", 3),
        ("2025-01", 4, "", 1),
    ]
    assert {(item.run_id, item.submission_id, item.unit) for item in result} == {("r1", now, "22813")}


def test_history_can_be_kept_short(builder: WarehouseBuilder) -> None:
    """The history is limited to the given number of periods."""
    for month in ("2025-02", "2025-04"):
        builder.accept(builder.report("22813", {"hd_dvc": (1,)}, period=parse_period(month)))
    now = builder.check(builder.report("22813", {"hd_dvc": (5,)}))
    with reading(builder.engine) as session:
        assert [item.period for item in history(session, "r1", [now], steps=1)] == ["2025-04"]


def test_refused_figures_are_no_history(builder: WarehouseBuilder) -> None:
    """Refused figures of an earlier period are not staged for rules."""
    builder.refuse(builder.report("22813", {"hd_dvc": (999,)}, period=parse_period("2025-04")))
    now = builder.check(builder.report("22813", {"hd_dvc": (5,)}))
    with reading(builder.engine) as session:
        assert history(session, "r1", [now]) == ()


def test_reused_code_brings_no_history_of_the_other_unit(builder: WarehouseBuilder) -> None:
    """The new commune 22810 does not inherit the figures of the old town 22810."""
    before, after = builder.catalog.units.versions("22810")
    assert before.valid_from < after.valid_from
    builder.accept(builder.report("22810", {"hd_dvc": (7,)}))
    now = builder.check(builder.report("22810", {"hd_dvc": (8,)}, period=parse_period("2025-08")))
    with reading(builder.engine) as session:
        assert history(session, "r1", [now]) == ()

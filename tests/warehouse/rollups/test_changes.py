"""A revision lists its changes: the figure, old and new value, and the file that caused it."""

from dataclasses import replace
from decimal import Decimal

from domain.catalog.targets import Targets
from domain.rollups import RollupChange
from tests.warehouse.warehouse_builder import TOO_LATE, WarehouseBuilder
from warehouse import queries
from warehouse.store.engine import reading

RATIO, OTHER = "dvc_toantrinh", "vb_dt"


def sha_of(builder: WarehouseBuilder, submission_id: int) -> str:
    """Return the hash of a submission's file."""
    with reading(builder.engine) as session:
        return queries.submission_record(session, submission_id).file.sha256


def everyone_gives(builder: WarehouseBuilder, but: tuple[str, ...] = ()) -> None:
    """Every commune reports 1 of 2 for two indicators."""
    for unit in builder.area().members:
        if unit.code not in but:
            builder.accept(builder.report(unit.code, {RATIO: (1, 2), OTHER: (1, 2)}))


def test_first_revision_moves_nothing(builder: WarehouseBuilder) -> None:
    """The first revision has no predecessor."""
    everyone_gives(builder)
    builder.roll_up()
    assert builder.revision().changes == ()


def test_correction_is_listed_with_its_file(builder: WarehouseBuilder) -> None:
    """All changed columns of the corrected figure are listed with the corrected workbook's hash."""
    everyone_gives(builder)
    builder.roll_up()
    corrected = builder.accept(builder.report("22813", {RATIO: (2, 2), OTHER: (1, 2)}))
    assert builder.roll_up() == 2
    sha256 = sha_of(builder, corrected)
    assert builder.revision().changes == (
        RollupChange(RATIO, "value", "50.00", "56.25", sha256),
        RollupChange(RATIO, "numerator", "8", "9", sha256),
    )
    assert builder.revision().file_names[sha256].endswith(".xlsx")


def test_unit_that_comes_in_at_last_moves_figures_and_coverage(builder: WarehouseBuilder) -> None:
    """Seven of eight communes are in, then the corrected workbook of the eighth completes the row."""
    everyone_gives(builder, but=("22828",))
    builder.refuse(builder.report("22828", {RATIO: (3, 2)}))
    builder.roll_up()
    corrected = builder.accept(builder.report("22828", {RATIO: (2, 2), OTHER: (1, 2)}))
    builder.roll_up()
    moved = {
        change.column: (change.before, change.after)
        for change in builder.revision().changes
        if change.indicator == RATIO
    }
    assert moved["units_accepted"] == ("7", "8")
    assert moved["units_missing"] == ("1", "0")
    assert moved["status"] == ("partial", "complete")
    assert moved["denominator"] == ("14", "16")
    assert {change.sha256 for change in builder.revision().changes} == {sha_of(builder, corrected)}


def test_refusal_of_a_unit_that_had_sent_nothing_moves_only_the_notes(builder: WarehouseBuilder) -> None:
    """The unit stays missing; only the notes change, because of the refused file."""
    everyone_gives(builder, but=("22828",))
    builder.roll_up()
    refused = builder.refuse(builder.report("22828", {RATIO: (3, 2)}))
    builder.roll_up()
    changes = builder.revision().changes
    assert {change.column for change in changes} == {"notes"}
    assert {change.sha256 for change in changes} == {sha_of(builder, refused)}


def test_late_unit_is_named_as_the_reason(builder: WarehouseBuilder) -> None:
    """The count of late units changes because of the late file."""
    everyone_gives(builder, but=("22828",))
    builder.roll_up()
    late = builder.accept(
        builder.report("22828", {RATIO: (1, 2), OTHER: (1, 2)}), builder.arrival(delivered_at=TOO_LATE)
    )
    builder.roll_up()
    (change,) = [
        other_change
        for other_change in builder.revision().changes
        if (other_change.indicator, other_change.column) == (RATIO, "units_late")
    ]
    assert (change.before, change.after, change.sha256) == ("0", "1", sha_of(builder, late))


def test_figure_moved_by_two_files_names_both(builder: WarehouseBuilder) -> None:
    """After two corrections in one run the figure is listed once for each file; other figures are not."""
    everyone_gives(builder)
    builder.roll_up()
    files = {
        sha_of(builder, builder.accept(builder.report(unit, {RATIO: (2, 2), OTHER: (1, 2)})))
        for unit in ("22813", "22816")
    }
    builder.roll_up()
    changes = builder.revision().changes
    assert {change.sha256 for change in changes if change.column == "numerator"} == files
    assert {change.indicator for change in changes} == {RATIO}


def test_target_that_changed_names_no_file(builder: WarehouseBuilder) -> None:
    """A change of the catalogue is attributed to no file."""
    target = next(
        other_target
        for other_target in builder.catalog.targets.rows
        if other_target.level == "district" and other_target.year == 2025
    )
    everyone_gives(builder)
    builder.roll_up()
    others = tuple(other_target for other_target in builder.catalog.targets.rows if other_target is not target)
    builder.catalog = replace(
        builder.catalog, version="new targets", targets=Targets((*others, replace(target, value=Decimal(42))))
    )
    builder.roll_up()
    changes = [change for change in builder.revision().changes if change.column == "target"]
    assert [(change.indicator, change.after, change.sha256) for change in changes] == [(target.indicator, "42", None)]


def test_unit_whose_figure_goes_away_is_named(builder: WarehouseBuilder) -> None:
    """A correction that leaves a cell blank removes the figure and is named as the cause."""
    everyone_gives(builder)
    builder.roll_up()
    blanked = builder.accept(builder.report("22813", {RATIO: (None, 2), OTHER: (1, 2)}))
    builder.roll_up()
    moved = {change.column: change for change in builder.revision().changes}
    assert (moved["numerator"].before, moved["numerator"].after) == ("8", "7")
    assert {change.sha256 for change in builder.revision().changes} == {sha_of(builder, blanked)}


def test_blank_that_becomes_not_applicable_is_named(builder: WarehouseBuilder) -> None:
    """The figure is absent before and after, but the file that settled it is named."""
    everyone_gives(builder, but=("22813",))
    builder.accept(builder.report("22813", {RATIO: (None, 2), OTHER: (1, 2)}))
    builder.roll_up()
    settled = builder.accept(builder.report("22813", {RATIO: ("x", "x"), OTHER: (1, 2)}))
    builder.roll_up()
    changes = builder.revision().changes
    assert {change.column for change in changes} == {"units_missing", "status", "notes"}
    assert {(change.indicator, change.sha256) for change in changes} == {(RATIO, sha_of(builder, settled))}


def test_figure_moved_by_very_many_files_names_none(builder: WarehouseBuilder) -> None:
    """A figure changed by a whole province's files is listed once, without a file."""
    units = builder.area("58").members
    assert len(units) > 20
    builder.roll_up("58")
    for unit in units:
        builder.accept(builder.report(unit.code, {RATIO: (1, 2)}))
    builder.roll_up("58")
    (value,) = [change for change in builder.revision(area="58").changes if change.column == "value"]
    assert (value.before, value.after, value.sha256) == ("", "50.00", None)

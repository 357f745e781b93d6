"""Changed columns and the submissions that changed them follow from two snapshots, without a database."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.rollups import Boundary, ReportingState, RollupRow, RollupStatus
from tests.warehouse.rollups.plain_values import APRIL, MAY, expected_report
from warehouse.rollups.changes import (
    ColumnChange,
    CountedAmount,
    RecordedStatus,
    RevisionSnapshot,
    as_text,
    column_changes,
)
from warehouse.submissions.report_keys import ReportKey

A, B = expected_report("A").key, expected_report("B").key
MISSING = RecordedStatus(ReportingState.MISSING, late=False, submission_id=None)
ROW = RollupRow(
    area="D",
    period="2025-05",
    indicator="figure",
    value=Decimal(8),
    numerator=Decimal(8),
    denominator=None,
    denominator_kind="none",
    target=None,
    target_assumed=None,
    attained=None,
    units_expected=2,
    units_accepted=2,
    units_late=0,
    units_missing=0,
    status=RollupStatus.COMPLETE,
    boundary=Boundary.AS_THEN,
    revision=1,
    published_at=datetime(2025, 6, 1, tzinfo=UTC),
    run_id="run-1",
    notes="",
)


def accepted(submission_id: int, *, late: bool = False) -> RecordedStatus:
    """Make the status of an accepted report."""
    return RecordedStatus(ReportingState.ACCEPTED, late, submission_id)


def refused(submission_id: int) -> RecordedStatus:
    """Make the status of a quarantined report."""
    return RecordedStatus(ReportingState.QUARANTINED, late=False, submission_id=submission_id)


def revision(
    row: RollupRow, statuses: dict[ReportKey, RecordedStatus], amounts: dict[ReportKey, int] | None = None
) -> RevisionSnapshot:
    """Make a snapshot of one row; each amount comes from the submission that its report's status names."""
    counted = {
        key: CountedAmount(statuses[key].submission_id or 0, Decimal(amount), None, None)
        for key, amount in (amounts or {}).items()
    }
    return RevisionSnapshot({row.indicator: row}, {row.indicator: counted}, statuses)


def test_correction_is_the_cause_of_changed_figures() -> None:
    """Only the changed columns are listed, each with the corrected report's submission."""
    before = revision(ROW, {A: accepted(1), B: accepted(2)}, {A: 5, B: 3})
    row = replace(ROW, value=Decimal(9), numerator=Decimal(9), revision=2, run_id="run-2")
    after = revision(row, {A: accepted(3), B: accepted(2)}, {A: 6, B: 3})
    assert column_changes(before, after) == (
        ColumnChange("figure", "value", "8", "9", 3),
        ColumnChange("figure", "numerator", "8", "9", 3),
    )


def test_columns_of_the_revision_are_no_change() -> None:
    """Number, run and time differ between any two revisions."""
    before = revision(ROW, {A: accepted(1)}, {A: 8})
    row = replace(ROW, revision=2, run_id="run-2", published_at=datetime(2025, 6, 2, tzinfo=UTC))
    assert column_changes(before, revision(row, {A: accepted(1)}, {A: 8})) == ()


def test_every_cause_is_listed() -> None:
    """A column changed by two submissions is listed once for each, by number."""
    before = revision(ROW, {A: accepted(1), B: accepted(2)}, {A: 5, B: 3})
    after = revision(replace(ROW, value=Decimal(7)), {A: accepted(4), B: accepted(3)}, {A: 4, B: 3})
    assert [change.submission_id for change in column_changes(before, after)] == [4]
    after = revision(replace(ROW, value=Decimal(6)), {A: accepted(4), B: accepted(3)}, {A: 4, B: 2})
    assert [change.submission_id for change in column_changes(before, after)] == [3, 4]


@pytest.mark.parametrize(("count", "causes"), [(20, list(range(101, 121))), (21, [None])])
def test_more_than_twenty_causes_are_not_listed(count: int, causes: list[int | None]) -> None:
    """The column is then listed once, without a submission."""
    keys = [expected_report(f"{number:03}").key for number in range(count)]
    before = revision(ROW, dict.fromkeys(keys, MISSING))
    statuses = {key: accepted(101 + number) for number, key in enumerate(keys)}
    after = revision(replace(ROW, value=Decimal(9)), statuses, dict.fromkeys(keys, 1))
    assert [change.submission_id for change in column_changes(before, after)] == causes


def test_withdrawn_file_is_the_cause_of_a_lost_figure() -> None:
    """A quarantined file that came meanwhile removes nothing."""
    before = revision(ROW, {A: accepted(1)}, {A: 8})
    after = revision(replace(ROW, value=None, units_accepted=0), {A: refused(2)})
    assert {change.submission_id for change in column_changes(before, after)} == {1}


def test_correction_without_the_figure_is_the_cause() -> None:
    """An accepted file that leaves the cell blank takes the figure out."""
    before = revision(ROW, {A: accepted(1)}, {A: 8})
    after = revision(replace(ROW, value=None), {A: accepted(2)})
    assert {change.submission_id for change in column_changes(before, after)} == {2}


def test_report_recounted_with_another_one_is_no_cause() -> None:
    """May completes the unit's flow, so that April is counted too: May's file alone is the cause."""
    april = expected_report("A", APRIL).key
    before = revision(replace(ROW, value=None), {april: accepted(1), A: MISSING})
    after = revision(ROW, {april: accepted(1), A: accepted(2)}, {april: 5, A: 3})
    assert A.period == MAY
    assert {change.submission_id for change in column_changes(before, after)} == {2}


def test_refusal_of_a_missing_report_changes_the_notes_only() -> None:
    """The quarantined file is the cause, though no figure moved."""
    before = revision(ROW, {A: MISSING})
    after = revision(replace(ROW, notes="refused"), {A: refused(3)})
    assert column_changes(before, after) == (ColumnChange("figure", "notes", "", "refused", 3),)


def test_late_report_is_the_cause_of_the_count_of_late_units() -> None:
    """Coverage columns name the report whose status changed."""
    before = revision(ROW, {A: accepted(1)}, {A: 8})
    after = revision(replace(ROW, units_late=1), {A: accepted(1, late=True)}, {A: 8})
    assert column_changes(before, after) == (ColumnChange("figure", "units_late", "0", "1", 1),)


def test_blank_replaced_by_not_applicable_names_the_new_file() -> None:
    """Neither file has the figure and the status is the same; still the replacing file is the cause."""
    before = revision(replace(ROW, units_missing=1), {A: accepted(1)})
    after = revision(ROW, {A: accepted(2)})
    assert {change.submission_id for change in column_changes(before, after)} == {2}


def test_target_changes_without_a_submission() -> None:
    """What the catalogue changed has no file to name."""
    before = revision(ROW, {A: accepted(1)}, {A: 5})
    after = revision(replace(ROW, target=Decimal(10)), {A: accepted(2)}, {A: 5})
    assert column_changes(before, after) == (ColumnChange("figure", "target", "", "10", None),)


def test_row_of_a_new_indicator_is_listed() -> None:
    """All its columns with a value appear; those of a dropped indicator disappear."""
    empty = RevisionSnapshot({}, {}, {A: accepted(1)})
    full = revision(ROW, {A: accepted(1)}, {A: 8})
    added, dropped = column_changes(empty, full), column_changes(full, empty)
    assert ("value", "", "8", 1) in [(each.column, each.before, each.after, each.submission_id) for each in added]
    assert ("value", "8", "", 1) in [(each.column, each.before, each.after, each.submission_id) for each in dropped]


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (True, "true"), (False, "false"), (Decimal("1.50"), "1.50"), ("x", "x")]
)
def test_values_as_text(value: object, text: str) -> None:
    """A change keeps texts: nothing for None, lower-case truth values."""
    assert as_text(value) == text

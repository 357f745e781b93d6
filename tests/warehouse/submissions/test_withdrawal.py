"""A person takes a report back, and takes that back: nothing is deleted, one version counts, every step is logged."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from domain.errors import UsageError
from domain.submissions import MoveReason, SubmissionState
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder
from warehouse.models import ObservationRow, SubmissionEventRow, SubmissionRow
from warehouse.queries import submission_record
from warehouse.store.engine import reading, transaction
from warehouse.submissions.holds import withdrawn_before
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.withdrawal import Decision, VersionChange, restore, withdraw

UNIT = "22813"
FIRST, SECOND = {"dvc_toantrinh": (30, 40)}, {"dvc_toantrinh": (35, 40)}
WHY = DecisionReason("báo cáo gửi nhầm tháng", "an.nguyen")


def decide(
    builder: WarehouseBuilder,
    what: Callable[..., VersionChange],
    version: int | None = None,
    decision: DecisionReason = WHY,
    unit: str = UNIT,
) -> VersionChange:
    """Let a person withdraw or restore the report of a unit for 2025-05."""
    key = builder.catalog.units.get(unit, builder.catalog.forms.last_day(FORM, MAY)).key
    with transaction(builder.engine) as session:
        return what(session, ReportKey(key, FORM, MAY), Decision(decision, builder.now(), "run-9"), version)


def states(builder: WarehouseBuilder) -> list[SubmissionState]:
    """States of all submissions, in the order of their numbers."""
    with reading(builder.engine) as session:
        return list(session.scalars(select(SubmissionRow.state).order_by(SubmissionRow.id)))


def accept(builder: WarehouseBuilder, *versions: dict[str, tuple[int, int]]) -> list[int]:
    """Versions of one commune's report, accepted one after the other."""
    return [builder.accept(builder.report(UNIT, figures)) for figures in versions]


def test_withdrawal_restores_the_version_before(builder: WarehouseBuilder) -> None:
    """Withdrawing the second version makes the first count again; both keep their figures."""
    first, second = accept(builder, FIRST, SECOND)
    changed = decide(builder, withdraw)
    assert changed.out is not None
    assert changed.counted is not None
    assert (changed.out.submission_id, changed.counted.submission_id) == (second, first)
    assert states(builder) == ["accepted", "withdrawn"]
    with reading(builder.engine) as session:
        assert set(session.scalars(select(ObservationRow.submission_id))) == {first, second}
        assert session.get_one(SubmissionRow, first).superseded_by is None


def test_person_and_reason_are_kept_with_the_withdrawal(builder: WarehouseBuilder) -> None:
    """Both moves carry a code, the person's words and name, and the run."""
    accept(builder, FIRST, SECOND)
    decide(builder, withdraw)
    with reading(builder.engine) as session:
        log = session.scalars(select(SubmissionEventRow).order_by(SubmissionEventRow.id.desc()).limit(2)).all()
    assert [row.reason for row in log] == [MoveReason.LATER_VERSION_WITHDRAWN, MoveReason.WITHDRAWN_BY_PERSON]
    assert {(row.note, row.actor, row.run_id) for row in log} == {(WHY.note, WHY.actor, "run-9")}


def test_withdrawing_down_a_chain_brings_back_one_after_the_other(builder: WarehouseBuilder) -> None:
    """Of three versions the third, then the second is withdrawn: the first counts; then nothing is left."""
    accept(builder, FIRST, SECOND, FIRST)
    seen = []
    for _ in range(3):
        changed = decide(builder, withdraw)
        seen.append(changed.counted.version if changed.counted else None)
    assert seen == [2, 1, None]
    assert states(builder) == ["withdrawn"] * 3


def test_an_old_file_accepted_and_superseded_at_once_is_next_in_line(builder: WarehouseBuilder) -> None:
    """Of the versions superseded by the withdrawn one the latest is accepted again."""
    old_report = builder.report(UNIT, FIRST)
    old = builder.refuse(old_report)
    accept(builder, FIRST, SECOND)
    builder.check_again(old)
    builder.load(JudgedReport(old, old_report, ()))
    assert [changed.counted.version for changed in (decide(builder, withdraw),) if changed.counted] == [2]
    assert [changed.counted.version for changed in (decide(builder, withdraw),) if changed.counted] == [1]


def test_without_an_accepted_version_before_it_the_unit_is_missing(builder: WarehouseBuilder) -> None:
    """A refused version is not reinstated: none is accepted, and the result has the states of the others."""
    builder.refuse(builder.report(UNIT, FIRST))
    accept(builder, SECOND)
    changed = decide(builder, withdraw)
    assert changed.counted is None
    assert changed.others == {1: SubmissionState.QUARANTINED}


def test_rollup_loses_the_figure_and_names_the_file(builder: WarehouseBuilder) -> None:
    """After a withdrawal the next rollup is a revision that names the withdrawn file's unit as moved."""
    accept(builder, FIRST, SECOND)
    builder.roll_up()
    decide(builder, withdraw)
    assert builder.roll_up() == 2
    moved = {change.column: (change.before, change.after) for change in builder.revision().changes}
    assert moved["numerator"] == ("35", "30")


def test_a_figure_that_a_withdrawal_takes_is_put_down_to_the_withdrawn_file(builder: WarehouseBuilder) -> None:
    """Of the version refused before it nothing was ever counted: it moved no figure and no coverage."""
    builder.refuse(builder.report(UNIT, FIRST))
    (second,) = accept(builder, SECOND)
    builder.roll_up()
    decide(builder, withdraw)
    assert builder.roll_up() == 2
    with reading(builder.engine) as session:
        withdrawn = submission_record(session, second).file.sha256
    moved = {(change.column, change.sha256) for change in builder.revision().changes}
    assert moved >= {("numerator", withdrawn), ("units_missing", withdrawn), ("notes", withdrawn)}
    assert {sha256 for _, sha256 in moved} == {withdrawn}


def test_a_named_version_is_not_withdrawn_twice(builder: WarehouseBuilder) -> None:
    """The command given twice with its version's number does not take the version before it as well."""
    accept(builder, FIRST, SECOND)
    decide(builder, withdraw, 2)
    with pytest.raises(UsageError, match=r"version 2 .* is withdrawn .* version 1"):
        decide(builder, withdraw, 2)
    assert states(builder) == ["accepted", "withdrawn"]


@pytest.mark.parametrize("version", [1, 7])
def test_only_the_version_that_counts_can_be_withdrawn(builder: WarehouseBuilder, version: int) -> None:
    """A superseded and an unknown version raise, and no state changes."""
    accept(builder, FIRST, SECOND)
    with pytest.raises(UsageError, match=f"version {version}"):
        decide(builder, withdraw, version)
    assert states(builder) == ["superseded", "accepted"]


def test_error_of_an_impossible_withdrawal_names_the_versions(builder: WarehouseBuilder) -> None:
    """Where only a refused version lies, the message says so; where nothing does, too."""
    builder.refuse(builder.report(UNIT, FIRST))
    with pytest.raises(UsageError, match="version 1 is quarantined"):
        decide(builder, withdraw)
    with pytest.raises(UsageError, match="no file was received"):
        decide(builder, withdraw, unit="22816")


def test_a_reason_has_to_be_given(builder: WarehouseBuilder) -> None:
    """A withdrawal without a reason is refused."""
    accept(builder, FIRST)
    with pytest.raises(UsageError, match="say why"):
        decide(builder, withdraw, decision=DecisionReason("  ", "an.nguyen"))


def test_same_bytes_again_are_marked_as_withdrawn(builder: WarehouseBuilder) -> None:
    """A touched file stays withdrawn; delivered again it is a version that is known to have been withdrawn."""
    builder.accept(builder.report(UNIT, FIRST), builder.arrival("a.xlsx"))
    decide(builder, withdraw)
    builder.receive(builder.arrival("a.xlsx", fingerprint="touched"))
    assert states(builder) == ["withdrawn"]
    again = builder.parse(builder.report(UNIT, FIRST), builder.arrival("a.xlsx", path="2025-05/again/a.xlsx"))
    other = builder.parse(builder.report(UNIT, FIRST), builder.arrival("b.xlsx"))
    with reading(builder.engine) as session:
        assert withdrawn_before(session, [again, other]) == {again}


def test_a_withdrawal_is_taken_back(builder: WarehouseBuilder) -> None:
    """Restoring makes the withdrawn version count again and supersedes the one that had come to life."""
    accept(builder, FIRST, SECOND)
    decide(builder, withdraw)
    changed = decide(builder, restore)
    assert changed.out is not None
    assert changed.counted is not None
    assert (changed.out.version, changed.counted.version) == (1, 2)
    assert states(builder) == ["superseded", "accepted"]
    with reading(builder.engine) as session:
        reasons = session.scalars(select(SubmissionEventRow.reason).order_by(SubmissionEventRow.id.desc()).limit(2))
        assert list(reasons) == [MoveReason.RESTORED_BY_PERSON, MoveReason.OTHER_VERSION_RESTORED]


def test_restoring_has_to_name_one_of_several(builder: WarehouseBuilder) -> None:
    """Two withdrawn versions: the number says which is meant."""
    accept(builder, FIRST, SECOND)
    decide(builder, withdraw)
    decide(builder, withdraw)
    with pytest.raises(UsageError, match="version 1 is withdrawn, version 2 is withdrawn"):
        decide(builder, restore)
    assert decide(builder, restore, 1).out is None
    assert states(builder) == ["accepted", "withdrawn"]


def test_only_what_is_withdrawn_can_be_restored(builder: WarehouseBuilder) -> None:
    """Neither with nothing withdrawn nor for another version."""
    accept(builder, FIRST, SECOND)
    with pytest.raises(UsageError, match="nothing is withdrawn"):
        decide(builder, restore)
    decide(builder, withdraw)
    with pytest.raises(UsageError, match="cannot be restored"):
        decide(builder, restore, 1)


def test_correction_after_a_withdrawal_supersedes_the_accepted_version(builder: WarehouseBuilder) -> None:
    """The third version supersedes the first."""
    first, second = accept(builder, FIRST, SECOND)
    decide(builder, withdraw)
    third = builder.accept(builder.report(UNIT, SECOND))
    assert states(builder) == ["superseded", "withdrawn", "accepted"]
    with reading(builder.engine) as session:
        assert session.get_one(SubmissionRow, first).superseded_by == third
        assert session.get_one(SubmissionRow, second).superseded_by is None

"""One submission per deliberate delivery, every delivery noted, every move lawful and logged."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from domain.errors import UsageError
from domain.issues import Issue, Severity
from domain.submissions import IllegalMoveError, ParsedReport, SubmissionState
from tests.warehouse.warehouse_builder import FORM, IN_TIME, MAY, WarehouseBuilder, critical
from warehouse import queries
from warehouse.models import DeliveryRow, FileRow, SubmissionEventRow, SubmissionRow
from warehouse.store.engine import reading, transaction
from warehouse.submissions.arrivals import deliveries_of
from warehouse.submissions.lifecycle import count_anew
from warehouse.submissions.submissions import (
    known_fingerprints,
    pending,
    quarantine,
    receive,
    record_checked,
    record_parsed,
)

COUNTED = {
    "postgresql": "SELECT count(*) FROM pg_class WHERE relname IN ('submission', 'submission_event') AND reltuples = 1",
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'",
}
"""Queries for how many tables a database counted."""
UNREADABLE = ParsedReport(unit=None, period=None, form=None, layout_version=None)


def state_of(builder: WarehouseBuilder, submission_id: int) -> SubmissionState:
    """The state of a submission."""
    with reading(builder.engine) as session:
        return session.get_one(SubmissionRow, submission_id).state


def test_known_bytes_at_a_new_path_are_submitted_again(builder: WarehouseBuilder) -> None:
    """What is sent once more is what the commune means: a submission of its own, of one file."""
    first = builder.receive(builder.arrival("a.xlsx", path="2025-05/a.xlsx"))
    second = builder.receive(builder.arrival("a.xlsx", path="2025-05/22813/a.xlsx"))
    assert first != second
    with reading(builder.engine) as session:
        assert len(session.scalars(select(FileRow)).all()) == 1
        assert session.get_one(SubmissionRow, first).delivery_id != session.get_one(SubmissionRow, second).delivery_id


def test_earlier_bytes_at_the_same_path_are_submitted_again(builder: WarehouseBuilder) -> None:
    """Version 1 put back over version 2 is a delivery: the path held something else in between."""
    report = builder.report("22813", {"dvc_toantrinh": (1, 2)})
    builder.accept(report, builder.arrival("a.xlsx", path="bc.xlsx"))
    wrong = builder.accept(report, builder.arrival("b.xlsx", path="bc.xlsx"))
    again = builder.accept(report, builder.arrival("a.xlsx", path="bc.xlsx", fingerprint="put back"))
    with reading(builder.engine) as session:
        assert session.get_one(SubmissionRow, again).version == 3
    assert (state_of(builder, again), state_of(builder, wrong)) == ("accepted", "superseded")


def test_restored_files_make_no_submission(builder: WarehouseBuilder) -> None:
    """An old version that comes back with a whole share repeats its delivery, at whatever path, and says so."""
    report = builder.report("22813", {"dvc_toantrinh": (1, 2)})
    old = builder.accept(report, builder.arrival("a.xlsx", path="bc.xlsx"))
    counting = builder.accept(report, builder.arrival("b.xlsx", path="bc.xlsx"))
    with transaction(builder.engine) as session:
        for path in ("bc.xlsx", "copy/bc.xlsx"):
            arrival = builder.arrival("a.xlsx", path=path, fingerprint=f"restored {path}")
            assert receive(session, arrival, restored=True) == old
    with reading(builder.engine) as session:
        assert pending(session) == ()
        assert [row.restored for row in deliveries_of(session, [old])[old]] == [False, True, True]
    assert (state_of(builder, old), state_of(builder, counting)) == ("superseded", "accepted")


def test_same_delivery_twice_changes_nothing(builder: WarehouseBuilder) -> None:
    """Receiving the same file again after a killed run changes nothing."""
    arrival = builder.arrival()
    builder.receive(arrival)
    builder.receive(arrival)
    with reading(builder.engine) as session:
        assert len(session.scalars(select(DeliveryRow)).all()) == 1
        assert len(session.scalars(select(SubmissionEventRow)).all()) == 1


def test_fingerprints_are_kept_by_connector(builder: WarehouseBuilder) -> None:
    """A file collected by one connector is new to another."""
    builder.receive(builder.arrival("a.xlsx", fingerprint="f1"))
    with reading(builder.engine) as session:
        assert known_fingerprints(session, "inbox") == {"f1"}
        assert known_fingerprints(session, "mail") == frozenset()


def test_pending_lists_what_a_killed_run_left_in_any_early_state(builder: WarehouseBuilder) -> None:
    """Received, parsed and checked wait; accepted and quarantined do not; the order is that of delivery."""
    figures = {"dvc_toantrinh": (1, 2)}
    received = builder.receive(builder.arrival(delivered_at=IN_TIME + timedelta(hours=1), path="2025-05/22810/a.xlsx"))
    parsed = builder.parse(builder.report("22813", figures))
    checked = builder.check(builder.report("22816", figures))
    builder.accept(builder.report("22819", figures))
    builder.refuse(builder.report("22822", figures))
    with reading(builder.engine) as session:
        waiting = pending(session)
    assert [pending_submission.id for pending_submission in waiting] == [parsed, checked, received]
    assert [pending_submission.state for pending_submission in waiting] == ["parsed", "checked", "received"]
    assert waiting[-1].folders == ("2025-05", "22810")


def test_refused_file_that_was_moved_is_judged_again(builder: WarehouseBuilder) -> None:
    """A right workbook in a wrong folder waits again once it lies elsewhere, until it has been judged."""
    report = builder.report("22813", {"dvc_toantrinh": (1, 2)})
    refused = builder.refuse(report, builder.arrival("a.xlsx", path="2025-04/a.xlsx"))
    moved = builder.receive(builder.arrival("a.xlsx", path="2025-05/a.xlsx"))
    with reading(builder.engine) as session:
        (waiting,) = pending(session)
    assert (waiting.id, waiting.path) == (moved, "2025-05/a.xlsx")
    builder.refuse(report, builder.arrival("a.xlsx", path="2025-05/a.xlsx"))
    assert (state_of(builder, refused), state_of(builder, moved)) == ("quarantined", "quarantined")


def test_refused_file_that_was_only_touched_is_not_judged_again(builder: WarehouseBuilder) -> None:
    """The same bytes at the same place with a new time change nothing."""
    report = builder.report("22813", {"dvc_toantrinh": (1, 2)})
    builder.refuse(report, builder.arrival("a.xlsx"))
    builder.receive(builder.arrival("a.xlsx", fingerprint="touched"))
    with reading(builder.engine) as session:
        assert pending(session) == ()


def test_reading_again_after_a_kill_is_no_move(builder: WarehouseBuilder) -> None:
    """A parsed and a checked submission can be read again; their state and version stay."""
    report = builder.report("22813", {"dvc_toantrinh": (1, 2)})
    checked = builder.check(report)
    with transaction(builder.engine) as session:
        record_parsed(session, {checked: report}, builder.now())
        record_checked(session, [checked], builder.now())
    with reading(builder.engine) as session:
        row = session.get_one(SubmissionRow, checked)
        moves = session.scalars(
            select(SubmissionEventRow.to_state)
            .where(SubmissionEventRow.submission_id == checked)
            .order_by(SubmissionEventRow.id)
        ).all()
    assert (row.state, row.version) == ("checked", 1)
    assert moves == ["received", "parsed", "checked"]


def test_versions_count_the_files_of_one_unit_form_and_period(builder: WarehouseBuilder) -> None:
    """The second workbook of a commune for a month is version 2; another commune's starts at 1."""
    figures = {"dvc_toantrinh": (1, 2)}
    first, second = builder.accept(builder.report("22813", figures)), builder.accept(builder.report("22813", figures))
    other = builder.accept(builder.report("22816", figures))
    with reading(builder.engine) as session:
        versions = [session.get_one(SubmissionRow, item).version for item in (first, second, other)]
    assert versions == [1, 2, 1]


def test_unreadable_file_is_quarantined_with_its_issues(builder: WarehouseBuilder) -> None:
    """Received goes straight to quarantined, and what was wrong is kept."""
    refused = builder.receive()
    issue = Issue("not_a_workbook", Severity.CRITICAL, facts={"size": "12"})
    with transaction(builder.engine) as session:
        quarantine(session, refused, [issue], builder.now(), report=UNREADABLE)
    with reading(builder.engine) as session:
        assert queries.submission_issues(session, refused) == (issue,)
        (unplaced,) = queries.refusals(session, unplaced_only=True)
    assert unplaced.file.submission_id == refused
    assert state_of(builder, refused) == "quarantined"


def test_file_whose_unit_alone_is_known_keeps_it(builder: WarehouseBuilder) -> None:
    """What was identified of an unplaceable file is kept."""
    refused = builder.receive()
    unit = builder.area().members[0]
    with transaction(builder.engine) as session:
        quarantine(session, refused, [critical()], builder.now(), report=replace(UNREADABLE, unit=unit))
    with reading(builder.engine) as session:
        record = queries.submission_record(session, refused)
    assert (record.unit, record.unit_name, record.period) == (unit.code, unit.name, None)


@pytest.mark.parametrize("settled", ["accept", "supersede"])
def test_settled_submission_cannot_be_read_again(builder: WarehouseBuilder, settled: str) -> None:
    """An accepted or superseded submission refuses a new reading."""
    report = builder.report("22813", {"dvc_toantrinh": (1, 2)})
    submission_id = builder.accept(report)
    if settled == "supersede":
        builder.accept(report)
    with pytest.raises(IllegalMoveError), transaction(builder.engine) as session:
        record_parsed(session, {submission_id: report}, builder.now())


def test_received_file_cannot_be_checked_before_it_is_parsed(builder: WarehouseBuilder) -> None:
    """No stage is skipped, and the refused move leaves no trace."""
    submission_id = builder.receive()
    with pytest.raises(IllegalMoveError), transaction(builder.engine) as session:
        record_checked(session, [submission_id], builder.now())
    assert state_of(builder, submission_id) == "received"


def test_unknown_submission_is_wrong_usage(builder: WarehouseBuilder) -> None:
    """An unknown number raises."""
    with pytest.raises(UsageError, match="99"), transaction(builder.engine) as session:
        record_checked(session, [99], builder.now())


def test_every_move_is_logged_with_run_and_moment(builder: WarehouseBuilder) -> None:
    """The log has every change of state: from, to, when, by which run."""
    submission_id = builder.accept(builder.report("22813", {"dvc_toantrinh": (1, 2)}))
    with reading(builder.engine) as session:
        log = session.scalars(select(SubmissionEventRow).order_by(SubmissionEventRow.id)).all()
    assert [(row.from_state, row.to_state) for row in log] == [
        (None, "received"),
        ("received", "parsed"),
        ("parsed", "checked"),
        ("checked", "accepted"),
    ]
    assert {row.submission_id for row in log} == {submission_id}
    assert log[-1].run_id == "run-1"
    assert sorted(row.at for row in log) == [other_row.at for other_row in log]


def test_record_has_the_address_of_the_reply(builder: WarehouseBuilder) -> None:
    """The newest delivery's connector, path and sender go with the submission."""
    arrival = replace(builder.arrival("a.xlsx"), sender="xa.lamson@example.vn")
    submission_id = builder.accept(builder.report("22813", {"dvc_toantrinh": (1, 2)}), arrival)
    with reading(builder.engine) as session:
        record = queries.submission_record(session, submission_id)
    assert (record.connector, record.path, record.sender) == ("inbox", arrival.path, "xa.lamson@example.vn")
    assert (record.unit, record.unit_name, record.form, record.period) == ("22813", "Xã Lâm Sơn", FORM, MAY)
    assert record.delivered_at == arrival.delivered_at


def test_postgresql_counts_submissions_and_events(builder: WarehouseBuilder) -> None:
    """Statements after many changes are planned by what is there; SQLite's plans stay as they are."""
    builder.receive()
    with transaction(builder.engine) as session:
        count_anew(session)
    engine = builder.engine.dialect.name
    with reading(builder.engine) as session:
        assert session.scalar(text(COUNTED[engine])) == (2 if engine == "postgresql" else 0)

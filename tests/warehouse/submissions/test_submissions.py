"""One submission per file, every delivery noted, every move lawful and logged."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.errors import UsageError
from domain.issues import Issue, Severity
from domain.submissions import IllegalMoveError, ParsedReport, SubmissionState
from tests.warehouse.warehouse_builder import FORM, IN_TIME, MAY, WarehouseBuilder, critical
from warehouse import queries
from warehouse.models import DeliveryRow, SubmissionEventRow, SubmissionRow
from warehouse.store.engine import reading, transaction
from warehouse.submissions.submissions import known_fingerprints, pending, quarantine, record_checked, record_parsed

UNREADABLE = ParsedReport(unit=None, period=None, form=None, layout_version=None)


def state_of(house: WarehouseBuilder, submission_id: int) -> SubmissionState:
    """The state of a submission."""
    with reading(house.engine) as session:
        return session.get_one(SubmissionRow, submission_id).state


def test_same_bytes_twice_are_one_submission_with_two_deliveries(house: WarehouseBuilder) -> None:
    """A workbook mailed and dropped is counted once, and both ways are kept."""
    first = house.receive(house.arrival("a.xlsx", path="2025-05/a.xlsx"))
    second = house.receive(house.arrival("a.xlsx", path="2025-05/22813/a.xlsx"))
    assert first == second
    with reading(house.engine) as session:
        assert set(session.scalars(select(DeliveryRow.path))) == {"2025-05/a.xlsx", "2025-05/22813/a.xlsx"}


def test_same_delivery_twice_changes_nothing(house: WarehouseBuilder) -> None:
    """A night that was killed after landing receives the same file again without a trace."""
    arrival = house.arrival()
    house.receive(arrival)
    house.receive(arrival)
    with reading(house.engine) as session:
        assert len(session.scalars(select(DeliveryRow)).all()) == 1
        assert len(session.scalars(select(SubmissionEventRow)).all()) == 1


def test_fingerprints_are_known_by_connector(house: WarehouseBuilder) -> None:
    """What one connector brought is not known to another."""
    house.receive(house.arrival("a.xlsx", fingerprint="f1"))
    with reading(house.engine) as session:
        assert known_fingerprints(session, "inbox") == {"f1"}
        assert known_fingerprints(session, "mail") == frozenset()


def test_pending_lists_what_a_killed_run_left_in_any_early_state(house: WarehouseBuilder) -> None:
    """Received, parsed and checked wait; accepted and quarantined do not; the order is that of delivery."""
    figures = {"dvc_toantrinh": (1, 2)}
    received = house.receive(house.arrival(delivered_at=IN_TIME + timedelta(hours=1), path="2025-05/22810/a.xlsx"))
    parsed = house.parse(house.report("22813", figures))
    checked = house.check(house.report("22816", figures))
    house.accept(house.report("22819", figures))
    house.refuse(house.report("22822", figures))
    with reading(house.engine) as session:
        waiting = pending(session)
    assert [one.id for one in waiting] == [parsed, checked, received]
    assert [one.state for one in waiting] == ["parsed", "checked", "received"]
    assert waiting[-1].folders == ("2025-05", "22810")


def test_refused_file_that_was_moved_is_judged_again(house: WarehouseBuilder) -> None:
    """A right workbook in a wrong folder waits again once it lies elsewhere, until it has been judged."""
    report = house.report("22813", {"dvc_toantrinh": (1, 2)})
    refused = house.refuse(report, house.arrival("a.xlsx", path="2025-04/a.xlsx"))
    house.receive(house.arrival("a.xlsx", path="2025-05/a.xlsx"))
    with reading(house.engine) as session:
        (waiting,) = pending(session)
    assert (waiting.id, waiting.path) == (refused, "2025-05/a.xlsx")
    house.refuse(report, house.arrival("a.xlsx", path="2025-05/a.xlsx"))
    with reading(house.engine) as session:
        assert pending(session) == ()


def test_refused_file_that_was_only_touched_is_not_judged_again(house: WarehouseBuilder) -> None:
    """The same bytes at the same place with a new time change nothing."""
    report = house.report("22813", {"dvc_toantrinh": (1, 2)})
    house.refuse(report, house.arrival("a.xlsx"))
    house.receive(house.arrival("a.xlsx", fingerprint="touched"))
    with reading(house.engine) as session:
        assert pending(session) == ()


def test_reading_again_after_a_kill_is_no_move(house: WarehouseBuilder) -> None:
    """A parsed and a checked submission can be read again; their state and version stay."""
    report = house.report("22813", {"dvc_toantrinh": (1, 2)})
    checked = house.check(report)
    with transaction(house.engine) as session:
        record_parsed(session, checked, report, house.now())
        record_checked(session, [checked], house.now())
    with reading(house.engine) as session:
        row = session.get_one(SubmissionRow, checked)
        moves = session.scalars(
            select(SubmissionEventRow.to_state)
            .where(SubmissionEventRow.submission_id == checked)
            .order_by(SubmissionEventRow.id)
        ).all()
    assert (row.state, row.version) == ("checked", 1)
    assert moves == ["received", "parsed", "checked"]


def test_versions_count_the_files_of_one_unit_form_and_period(house: WarehouseBuilder) -> None:
    """The second workbook of a commune for a month is version 2; another commune's starts at 1."""
    figures = {"dvc_toantrinh": (1, 2)}
    first, second = house.accept(house.report("22813", figures)), house.accept(house.report("22813", figures))
    other = house.accept(house.report("22816", figures))
    with reading(house.engine) as session:
        versions = [session.get_one(SubmissionRow, one).version for one in (first, second, other)]
    assert versions == [1, 2, 1]


def test_unreadable_file_is_quarantined_with_its_issues(house: WarehouseBuilder) -> None:
    """Received goes straight to quarantined, and what was wrong is kept."""
    refused = house.receive()
    issue = Issue("not_a_workbook", Severity.CRITICAL, facts={"size": "12"})
    with transaction(house.engine) as session:
        quarantine(session, refused, [issue], house.now(), report=UNREADABLE)
    with reading(house.engine) as session:
        assert queries.submission_issues(session, refused) == (issue,)
        (unplaced,) = queries.refusals(session, unplaced_only=True)
    assert unplaced.file.submission_id == refused
    assert state_of(house, refused) == "quarantined"


def test_file_whose_unit_alone_is_known_keeps_it(house: WarehouseBuilder) -> None:
    """What could be told of an unplaceable file is not thrown away."""
    refused = house.receive()
    unit = house.area().members[0]
    with transaction(house.engine) as session:
        quarantine(session, refused, [critical()], house.now(), report=replace(UNREADABLE, unit=unit))
    with reading(house.engine) as session:
        record = queries.submission_record(session, refused)
    assert (record.unit, record.unit_name, record.period) == (unit.code, unit.name, None)


@pytest.mark.parametrize("settled", ["accept", "supersede"])
def test_settled_submission_cannot_be_read_again(house: WarehouseBuilder, settled: str) -> None:
    """What an accepted or superseded file says is settled."""
    report = house.report("22813", {"dvc_toantrinh": (1, 2)})
    submission_id = house.accept(report)
    if settled == "supersede":
        house.accept(report)
    with pytest.raises(IllegalMoveError), transaction(house.engine) as session:
        record_parsed(session, submission_id, report, house.now())


def test_received_file_cannot_be_checked_before_it_is_parsed(house: WarehouseBuilder) -> None:
    """No stage is skipped, and the refused move leaves no trace."""
    submission_id = house.receive()
    with pytest.raises(IllegalMoveError), transaction(house.engine) as session:
        record_checked(session, [submission_id], house.now())
    assert state_of(house, submission_id) == "received"


def test_unknown_submission_is_wrong_usage(house: WarehouseBuilder) -> None:
    """A number nobody has is told as such."""
    with pytest.raises(UsageError, match="99"), transaction(house.engine) as session:
        record_checked(session, [99], house.now())


def test_every_move_is_logged_with_run_and_moment(house: WarehouseBuilder) -> None:
    """The log tells the whole life: from, to, when, by which run."""
    submission_id = house.accept(house.report("22813", {"dvc_toantrinh": (1, 2)}))
    with reading(house.engine) as session:
        log = session.scalars(select(SubmissionEventRow).order_by(SubmissionEventRow.id)).all()
    assert [(one.from_state, one.to_state) for one in log] == [
        (None, "received"),
        ("received", "parsed"),
        ("parsed", "checked"),
        ("checked", "accepted"),
    ]
    assert {one.submission_id for one in log} == {submission_id}
    assert log[-1].run_id == "run-1"
    assert sorted(one.at for one in log) == [one.at for one in log]


def test_record_tells_where_an_answer_goes(house: WarehouseBuilder) -> None:
    """The newest delivery's connector, path and sender go with the submission."""
    arrival = replace(house.arrival("a.xlsx"), sender="xa.lamson@example.vn")
    submission_id = house.accept(house.report("22813", {"dvc_toantrinh": (1, 2)}), arrival)
    with reading(house.engine) as session:
        record = queries.submission_record(session, submission_id)
    assert (record.connector, record.path, record.sender) == ("inbox", arrival.path, "xa.lamson@example.vn")
    assert (record.unit, record.unit_name, record.form, record.period) == ("22813", "Xã Lâm Sơn", FORM, MAY)
    assert record.delivered_at == arrival.delivered_at

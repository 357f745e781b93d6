"""Held submissions: they do not count until a person decides, and the version before goes on counting."""

import pytest
from sqlalchemy import select

from domain.errors import UsageError
from domain.issues import Issue, Severity
from domain.submissions import SubmissionState
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, critical
from warehouse import queries
from warehouse.models import SubmissionRow
from warehouse.queries.held import held_submissions
from warehouse.queries.history import history
from warehouse.store.engine import reading, transaction
from warehouse.submissions.holds import ReplacedVersion, refuse, release, replaced_versions
from warehouse.submissions.lifecycle import DecisionReason, find
from warehouse.submissions.loading import JudgedReport, load
from warehouse.submissions.outgoing import ReplyFiles
from warehouse.submissions.replies import GivenReply, RepliedSubmission, record_replies, unreplied
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.revalidation import refused_reports
from warehouse.submissions.withdrawal import Decision

UNIT = "22813"
HOLD = Issue("correction_blanks_figure", Severity.HOLD, "Biểu 01-T", "E10", expected="312", facts={"version": "1"})


def report_key(builder: WarehouseBuilder) -> ReportKey:
    """The key of the commune's report."""
    return ReportKey(builder.catalog.units.get(UNIT, builder.catalog.forms.last_day(FORM, MAY)).key, FORM, MAY)


def decision(builder: WarehouseBuilder, note: str = "xã xác nhận") -> Decision:
    """A person's decision, made now."""
    return Decision(DecisionReason(note, "an"), builder.now(), "decision")


def versions(builder: WarehouseBuilder) -> list[tuple[int | None, SubmissionState]]:
    """Versions of the commune's report with their states."""
    row = SubmissionRow
    with reading(builder.engine) as session:
        return list(session.execute(select(row.version, row.state).order_by(row.version)).tuples())


@pytest.fixture
def held(builder: WarehouseBuilder) -> int:
    """A second version that is held."""
    builder.accept(builder.report(UNIT, {"dvc_toantrinh": (1, 2)}))
    report = builder.report(UNIT, {"dvc_toantrinh": (None, 2)})
    submission_id = builder.check(report)
    result = builder.load(JudgedReport(submission_id, report, (HOLD,)))
    assert (result.accepted, result.quarantined, result.held) == ((), (), (submission_id,))
    return submission_id


def test_the_version_before_goes_on_counting(builder: WarehouseBuilder, held: int) -> None:
    """A held version is listed with its issues, shown in the status, and replied to."""
    assert versions(builder) == [(1, "accepted"), (2, "held")]
    with reading(builder.engine) as session:
        (listed,) = held_submissions(session)
        status = queries.period_status(session, builder.catalog, builder.area(), FORM, MAY)
        waiting, delivery = unreplied(session), find(session, held).delivery_id
    assert (listed.submission_id, listed.version, listed.issues) == (held, 2, (HOLD,))
    assert [unit.held[0].file.submission_id for unit in status.units if unit.held] == [held]
    assert waiting[-1] == delivery


def test_a_fault_refuses_what_would_be_held(builder: WarehouseBuilder) -> None:
    """Of an error and a doubt the error decides."""
    report = builder.report(UNIT, {"dvc_toantrinh": (None, 2)})
    submission_id = builder.check(report)
    assert builder.load(JudgedReport(submission_id, report, (HOLD, critical()))).quarantined == (submission_id,)


def test_a_released_version_is_judged_and_counts(builder: WarehouseBuilder, held: int) -> None:
    """It is compared with nothing any more, supersedes the version before, and the person's words are kept."""
    with reading(builder.engine) as session:
        assert replaced_versions(session, [held]) == {held: ReplacedVersion(held - 1, 1, UNIT)}
    with transaction(builder.engine) as session:
        assert release(session, report_key(builder), decision(builder)).version == 2
        assert replaced_versions(session, [held]) == {}
    builder.load(JudgedReport(held, builder.report(UNIT, {"dvc_toantrinh": (None, 2)}), ()))
    assert versions(builder) == [(1, "superseded"), (2, "accepted")]
    with reading(builder.engine) as session:
        moves = history(session, report_key(builder).unit, FORM, MAY).versions[1].moves
    assert [(move.to_state, move.note) for move in moves[-2:]] == [("checked", "xã xác nhận"), ("accepted", None)]


def test_a_refused_version_is_answered_again(builder: WarehouseBuilder, held: int) -> None:
    """It has the person's reason and its own issues, gets a reply of its own, and no rule takes that back."""
    with transaction(builder.engine) as session:
        submissions = (RepliedSubmission(held, 1, accepted=False),)
        replies = [GivenReply(find(session, held).delivery_id, ReplyFiles("", (), ""), submissions)]
        record_replies(session, replies, at=builder.now(), run_id=None)
        refuse(session, report_key(builder), decision(builder, "báo cáo tháng 6"))
    assert versions(builder) == [(1, "accepted"), (2, "quarantined")]
    with reading(builder.engine) as session:
        issues = queries.submission_issues(session, held)
        assert find(session, held).delivery_id in unreplied(session)
        assert refused_reports(session) == ()
    assert [(issue.code, issue.found) for issue in issues] == [
        ("refused_by_person", "báo cáo tháng 6"),
        (HOLD.code, None),
    ]


@pytest.mark.usefixtures("held")
def test_a_later_accepted_version_closes_a_held_one(builder: WarehouseBuilder) -> None:
    """What the commune sent last is what it means; nothing is left to decide."""
    builder.accept(builder.report(UNIT, {"dvc_toantrinh": (2, 2)}))
    assert versions(builder) == [(1, "superseded"), (2, "replaced_before_check"), (3, "accepted")]
    with reading(builder.engine) as session:
        assert held_submissions(session) == ()


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(("note", "version"), [("", None), ("đúng", 1)])
def test_a_decision_needs_a_reason_and_a_held_version(
    builder: WarehouseBuilder, note: str, version: int | None
) -> None:
    """Without either it is wrong usage, and nothing moves."""
    with pytest.raises(UsageError), transaction(builder.engine) as session:
        release(session, report_key(builder), decision(builder, note), version)
    assert versions(builder)[1] == (2, "held")


def test_where_nothing_is_held_there_is_nothing_to_decide(builder: WarehouseBuilder) -> None:
    """The message says how to see what is held."""
    with pytest.raises(UsageError, match="tonghop held list"), transaction(builder.engine) as session:
        refuse(session, report_key(builder), decision(builder))


def test_a_preview_counts_what_would_be_held(builder: WarehouseBuilder) -> None:
    """What releasing it would move can be seen before."""
    builder.accept(builder.report(UNIT, {"dvc_toantrinh": (1, 2)}))
    report = builder.report(UNIT, {"dvc_toantrinh": (None, 2)})
    submission_id = builder.check(report)
    with transaction(builder.engine) as session:
        result = load(session, [JudgedReport(submission_id, report, (HOLD,))], "preview", builder.now(), releases=True)
    assert (result.accepted, result.held) == ((submission_id,), (submission_id,))

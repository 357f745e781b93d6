"""Feedback on a submission has all issues for its sender, and none of shadow rules."""

from datetime import date

from domain.issues import Issue, Severity
from domain.submissions import SubmissionState
from domain.waivers import OpenWarning
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, counted
from warehouse.queries.feedback import LogPosition, SubmissionFeedback, feedback_of, moved_since
from warehouse.store.engine import reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.waivers import WarningSelector, take_back, waive
from warehouse.submissions.withdrawal import Decision

UNIT = "22813"
SHADOW = Issue("jump", Severity.INFO, facts={"stage": "shadow"})
QUESTION = Issue("copied_return", Severity.WARNING)


def accept(builder: WarehouseBuilder, *issues: Issue, unit: str = UNIT) -> int:
    """Load one version of a unit's report with these issues."""
    report = builder.report(unit, {"dvc_toantrinh": (30, 40)})
    submission_id = builder.check(report)
    builder.load(JudgedReport(submission_id, report, issues))
    return submission_id


def told_of(builder: WarehouseBuilder, *numbers: int) -> tuple[SubmissionFeedback, ...]:
    """Return the feedback on submissions."""
    with reading(builder.engine) as session:
        return feedback_of(session, numbers, builder.now())


def test_shadow_results_are_hidden(builder: WarehouseBuilder) -> None:
    """Issues of shadow rules stay in the warehouse and out of the feedback."""
    (result,) = told_of(builder, accept(builder, SHADOW, QUESTION))
    assert result.issues == (QUESTION,)
    assert result.asked == (OpenWarning(QUESTION, None),)


def test_each_version_names_all_others(builder: WarehouseBuilder) -> None:
    """A superseded version's page names its successor, which names it."""
    first, second = accept(builder), accept(builder)
    for item in told_of(builder, first, second):
        assert [version.state for version in item.versions] == [SubmissionState.SUPERSEDED, SubmissionState.ACCEPTED]


def test_feedback_on_many_needs_a_constant_number_of_queries(builder: WarehouseBuilder) -> None:
    """The number of queries is the same for three reports as for one: a nightly run has thousands."""
    numbers = [accept(builder, QUESTION, unit=unit) for unit in (UNIT, "22816", "22819")]
    with counted(builder.engine) as alone:
        told_of(builder, numbers[0])
    with counted(builder.engine) as together:
        assert [item.record.file.submission_id for item in told_of(builder, *numbers)] == numbers
    assert len(together) == len(alone)


def test_changed_submissions_come_with_their_other_versions(builder: WarehouseBuilder) -> None:
    """After the newest move nothing is left; a new version takes the earlier one along."""
    first = accept(builder)
    with reading(builder.engine) as session:
        result, last = moved_since(session, LogPosition())
        assert result == (first,)
        assert moved_since(session, last) == ((), last)
    second = accept(builder)
    with reading(builder.engine) as session:
        assert moved_since(session, last)[0] == (first, second)


def test_answers_and_revocations_change_the_feedback(builder: WarehouseBuilder) -> None:
    """An answer to a warning, and its revocation, each make the page out of date."""
    first = accept(builder, QUESTION)
    place = ReportKey(builder.catalog.units.get(UNIT, builder.catalog.forms.last_day(FORM, MAY)).key, FORM, MAY)
    with reading(builder.engine) as session:
        _, mark = moved_since(session, LogPosition())
    with transaction(builder.engine) as session:
        waive(
            session,
            WarningSelector(place, QUESTION.code),
            date(2025, 12, 31),
            Decision(DecisionReason("it is so", "lan"), builder.now()),
        )
    ((results,),) = (each.asked for each in told_of(builder, first))
    assert results.waiver is not None
    assert (results.waiver.reason, results.waiver.by) == ("it is so", "lan")
    with reading(builder.engine) as session:
        result, answered = moved_since(session, mark)
    assert result == (first,)
    with transaction(builder.engine) as session:
        take_back(session, place, QUESTION.code, Decision(DecisionReason("it is not", "lan"), builder.now()))
    assert told_of(builder, first)[0].asked == (OpenWarning(QUESTION, None),)
    with reading(builder.engine) as session:
        assert moved_since(session, answered)[0] == (first,)


def test_pending_submission_has_no_feedback(builder: WarehouseBuilder) -> None:
    """A submission that is not judged yet has no page."""
    builder.check(builder.report(UNIT, {"dvc_toantrinh": (30, 40)}))
    with reading(builder.engine) as session:
        assert moved_since(session, LogPosition())[0] == ()


def test_a_mark_of_another_warehouse_counts_for_nothing(builder: WarehouseBuilder) -> None:
    """A position beyond the log comes from another warehouse: all feedback is due again."""
    first = accept(builder)
    with reading(builder.engine) as session:
        assert moved_since(session, LogPosition(10_000))[0] == (first,)

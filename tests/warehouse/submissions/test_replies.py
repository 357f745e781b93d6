"""Submissions whose senders are still to get a reply, on both engines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain.indicators import Measure
from domain.submissions import ParsedReport, SubmissionState
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, counted, critical
from warehouse.models import RepliedJudgementRow, ReplyRow, SubmissionRow
from warehouse.queries import replies_of
from warehouse.store.engine import Session, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason, begin, find
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.outgoing import ReplyFiles
from warehouse.submissions.replies import GivenReply, RepliedSubmission, record_replies, unreplied
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.submissions import record_checked, record_parsed
from warehouse.submissions.withdrawal import Decision, VersionChange, restore, withdraw


def report(builder: WarehouseBuilder, number: int, unit: str = "22813") -> ParsedReport:
    """A report of one commune with one figure."""
    return builder.report(unit, {builder.indicator_of(Measure.COUNT): (number,)})


def delivery_of(session: Session, submission_id: int) -> int:
    """Return the delivery that a submission was made of."""
    return find(session, submission_id).delivery_id


def waiting(builder: WarehouseBuilder) -> tuple[int, ...]:
    """Return the submissions of deliveries that are still to be replied to."""
    with reading(builder.engine) as session:
        return tuple(each.number for reply in replies_of(session, unreplied(session)) for each in reply.reports)


def reply(builder: WarehouseBuilder, submission_id: int, judgement: int, *, accepted: bool) -> None:
    """Record the reply to a judgement."""
    with transaction(builder.engine) as session:
        submissions = (RepliedSubmission(submission_id, judgement, accepted),)
        replies = [GivenReply(delivery_of(session, submission_id), ReplyFiles("22813/2025-05", (), ""), submissions)]
        record_replies(session, replies, at=builder.now(), run_id="run-1")


def turn(builder: WarehouseBuilder, decide: Callable[[Session, ReportKey, Decision], VersionChange], unit: str) -> None:
    """Withdraw or restore the only version of a commune's report."""
    place = ReportKey(builder.catalog.units.get(unit, builder.catalog.forms.last_day(FORM, MAY)).key, FORM, MAY)
    with transaction(builder.engine) as session:
        decide(session, place, Decision(DecisionReason("wrong month", "An"), builder.now()))


def test_each_outcome_is_replied_to_once(builder: WarehouseBuilder) -> None:
    """Accepted and refused reports wait for their reply until it is noted; noted twice is noted once."""
    good, bad = builder.accept(report(builder, 1)), builder.refuse(report(builder, 2, "22816"))
    assert waiting(builder) == (good, bad)
    for _ in range(2):
        reply(builder, good, 1, accepted=True)
    assert waiting(builder) == (bad,)
    reply(builder, bad, 1, accepted=False)
    assert waiting(builder) == ()


def test_unjudged_file_has_no_reply(builder: WarehouseBuilder) -> None:
    """A file that was only received or parsed has no reply yet."""
    builder.receive()
    builder.parse(report(builder, 1))
    assert waiting(builder) == ()


def test_a_superseded_report_has_its_receipt(builder: WarehouseBuilder) -> None:
    """An accepted report and the correction that superseded it each have a reply."""
    first, second = builder.accept(report(builder, 1)), builder.accept(report(builder, 2))
    assert waiting(builder) == (first, second)


def test_replies_to_many_need_a_constant_number_of_queries(builder: WarehouseBuilder) -> None:
    """The number of queries is the same for three reports as for one; a refused one has no figures."""
    numbers = [
        builder.accept(report(builder, 1)),
        builder.accept(report(builder, 2)),
        builder.refuse(report(builder, 3, "22816")),
    ]
    with reading(builder.engine) as session:
        deliveries = [delivery_of(session, number) for number in numbers]
    with counted(builder.engine) as alone, reading(builder.engine) as session:
        replies_of(session, deliveries[:1])
    with counted(builder.engine) as together, reading(builder.engine) as session:
        first, second, refused = (report for reply in replies_of(session, deliveries) for report in reply.reports)
    assert len(together) == len(alone)
    assert [[str(figure.numerator) for figure in each.figures] for each in (first, second, refused)] == [
        ["1"],
        ["2"],
        [],
    ]
    assert (first.is_accepted, refused.is_accepted) == (True, False)
    assert [issue.code for issue in refused.issues] == [critical().code]


def test_a_report_that_was_refused_first_has_its_receipt_too(builder: WarehouseBuilder) -> None:
    """After the reply to a refusal there is another when the same file is accepted."""
    first = builder.refuse(report(builder, 1))
    reply(builder, first, 1, accepted=False)
    builder.check_again(first)
    builder.load(JudgedReport(first, report(builder, 1), ()))
    assert waiting(builder) == (first,)
    reply(builder, first, 2, accepted=True)
    assert waiting(builder) == ()


def test_a_restored_report_has_no_second_receipt(builder: WarehouseBuilder) -> None:
    """A receipt still holds after withdrawal and restoration; one not given before is given then."""
    heard, unheard = builder.accept(report(builder, 1)), builder.accept(report(builder, 2, "22816"))
    reply(builder, heard, 1, accepted=True)
    for unit in ("22813", "22816"):
        turn(builder, withdraw, unit)
    assert waiting(builder) == ()
    for unit in ("22813", "22816"):
        turn(builder, restore, unit)
    assert waiting(builder) == (unheard,)


def test_a_receipt_given_by_a_slow_clock_is_given_once(builder: WarehouseBuilder) -> None:
    """The machines that accept a report and give its receipt may have different clocks."""
    good = builder.accept(report(builder, 1))
    builder.clock -= timedelta(minutes=10)
    reply(builder, good, 1, accepted=True)
    assert waiting(builder) == ()


@pytest.fixture
def pair(builder: WarehouseBuilder) -> tuple[int, int]:
    """Numbers of two submissions of one delivery, as of a file that holds the reports of two communes."""
    first = builder.receive()
    with transaction(builder.engine) as session:
        row = find(session, first)
        columns = {
            name: getattr(row, name) for name in ("delivery_id", "sha256", "file_name", "received_at", "landed_at")
        }
        other = SubmissionRow(state=SubmissionState.RECEIVED, **columns)
        session.add(other)
        session.flush()
        begin(session, {other.id: other.landed_at}, "run-1")
        reports = {first: report(builder, 1), other.id: report(builder, 2, "22816")}
        record_parsed(session, reports, builder.now(), "run-1")
        record_checked(session, reports, builder.now(), "run-1")
        return first, other.id


def test_a_delivery_is_replied_to_once_all_its_reports_are_judged(
    builder: WarehouseBuilder, pair: tuple[int, int]
) -> None:
    """One reply lists both units; a further judgement of one of them makes another, which lists both again."""
    first, second = pair
    builder.load(JudgedReport(first, report(builder, 1), ()))
    assert waiting(builder) == ()
    builder.load(JudgedReport(second, report(builder, 2, "22816"), (critical(),)))
    assert waiting(builder) == pair
    assert record_all(builder) == 1
    assert waiting(builder) == ()
    builder.check_again(second)
    builder.load(JudgedReport(second, report(builder, 2, "22816"), ()))
    assert waiting(builder) == pair
    assert record_all(builder) == 2
    with reading(builder.engine) as session:
        answers = session.execute(
            select(ReplyRow.number, RepliedJudgementRow.submission_id, RepliedJudgementRow.accepted)
            .join(RepliedJudgementRow, RepliedJudgementRow.reply_id == ReplyRow.id)
            .order_by(ReplyRow.number, RepliedJudgementRow.submission_id)
        )
        assert list(answers) == [(1, first, True), (1, second, False), (2, second, True)]


def record_all(builder: WarehouseBuilder) -> int:
    """Reply to all that wait, and return how many replies were ever given."""
    with transaction(builder.engine) as session:
        replies = [
            GivenReply(
                waiting_reply.delivery_id,
                ReplyFiles("", (), ""),
                tuple(
                    RepliedSubmission(each.number, each.judgement, each.is_accepted) for each in waiting_reply.reports
                ),
            )
            for waiting_reply in replies_of(session, unreplied(session))
        ]
        record_replies(session, replies, at=builder.now(), run_id="run-1")
        return session.scalar(select(func.count()).select_from(ReplyRow)) or 0


def test_what_a_program_sent_gets_no_reply(builder: WarehouseBuilder) -> None:
    """Two programs that answer each other would never end."""
    by_program = builder.refuse(report(builder, 1), arrival=replace(builder.arrival(), automatic=True))
    by_person = builder.refuse(report(builder, 2, "22816"))
    assert (by_program in waiting(builder), waiting(builder)) == (False, (by_person,))

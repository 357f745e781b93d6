"""Submissions whose senders are still to get a reply, on both engines."""

from collections.abc import Callable
from datetime import timedelta

from domain.indicators import Measure
from domain.submissions import ParsedReport
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, counted, critical
from warehouse.queries import replies_of
from warehouse.store.engine import Session, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.replies import RepliedSubmission, record_replies, unreplied
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.withdrawal import Decision, VersionChange, restore, withdraw


def report(builder: WarehouseBuilder, number: int, unit: str = "22813") -> ParsedReport:
    """A report of one commune with one figure."""
    return builder.report(unit, {builder.indicator_of(Measure.COUNT): (number,)})


def waiting(builder: WarehouseBuilder) -> tuple[int, ...]:
    """Return submissions whose senders are still to get a reply."""
    with reading(builder.engine) as session:
        return unreplied(session)


def reply(builder: WarehouseBuilder, submission_id: int, judgement: int, *, accepted: bool) -> None:
    """Record the reply to a judgement."""
    with transaction(builder.engine) as session:
        results = [RepliedSubmission(submission_id, judgement, accepted, "22813/2025-05")]
        record_replies(session, results, at=builder.now(), run_id="run-1")


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
    with counted(builder.engine) as alone, reading(builder.engine) as session:
        replies_of(session, numbers[:1])
    with counted(builder.engine) as together, reading(builder.engine) as session:
        first, second, refused = replies_of(session, numbers)
    assert len(together) == len(alone)
    assert [[str(figure.numerator.number) for figure in each.figures] for each in (first, second, refused)] == [
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

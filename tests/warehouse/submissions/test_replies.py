"""Which senders have not heard of their reports, on both engines."""

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
from warehouse.submissions.report_keys import SubmissionKey
from warehouse.submissions.withdrawal import Decision, VersionChange, restore, withdraw


def report(house: WarehouseBuilder, number: int, unit: str = "22813") -> ParsedReport:
    """A report of one commune with one figure."""
    return house.report(unit, {house.indicator_of(Measure.COUNT): (number,)})


def waiting(house: WarehouseBuilder) -> tuple[int, ...]:
    """Submissions whose senders have not heard."""
    with reading(house.engine) as session:
        return unreplied(session)


def reply(house: WarehouseBuilder, submission_id: int, judgement: int, *, accepted: bool) -> None:
    """Note that a judgement was given back."""
    with transaction(house.engine) as session:
        given = [RepliedSubmission(submission_id, judgement, accepted, "22813/2025-05")]
        record_replies(session, given, at=house.now(), run_id="run-1")


def turn(
    house: WarehouseBuilder, decide: Callable[[Session, SubmissionKey, Decision], VersionChange], unit: str
) -> None:
    """A person withdraws or restores the one version of a commune's report."""
    place = SubmissionKey(house.catalog.units.get(unit, house.catalog.last_day(FORM, MAY)).key, FORM, MAY)
    with transaction(house.engine) as session:
        decide(session, place, Decision(DecisionReason("wrong month", "An"), house.now()))


def test_senders_hear_once_of_each_outcome(house: WarehouseBuilder) -> None:
    """Accepted and refused reports wait for their reply until it is noted; noted twice is noted once."""
    good, bad = house.accept(report(house, 1)), house.refuse(report(house, 2, "22816"))
    assert waiting(house) == (good, bad)
    for _ in range(2):
        reply(house, good, 1, accepted=True)
    assert waiting(house) == (bad,)
    reply(house, bad, 1, accepted=False)
    assert waiting(house) == ()


def test_what_was_not_judged_has_no_reply(house: WarehouseBuilder) -> None:
    """A file that was only received or read says nothing to its sender yet."""
    house.receive()
    house.parse(report(house, 1))
    assert waiting(house) == ()


def test_a_superseded_report_has_its_receipt(house: WarehouseBuilder) -> None:
    """Who was accepted and then overtaken by their own correction hears of both."""
    first, second = house.accept(report(house, 1)), house.accept(report(house, 2))
    assert waiting(house) == (first, second)


def test_replies_to_many_are_asked_for_at_once(house: WarehouseBuilder) -> None:
    """The database is asked as often for three reports as for one; of a refused one no figures are told."""
    numbers = [house.accept(report(house, 1)), house.accept(report(house, 2)), house.refuse(report(house, 3, "22816"))]
    with counted(house.engine) as alone, reading(house.engine) as session:
        replies_of(session, numbers[:1])
    with counted(house.engine) as together, reading(house.engine) as session:
        first, second, refused = replies_of(session, numbers)
    assert len(together) == len(alone)
    assert [[str(one.numerator.number) for one in each.figures] for each in (first, second, refused)] == [
        ["1"],
        ["2"],
        [],
    ]
    assert (first.is_accepted, refused.is_accepted) == (True, False)
    assert [issue.code for issue in refused.issues] == [critical().code]


def test_a_report_that_was_refused_first_has_its_receipt_too(house: WarehouseBuilder) -> None:
    """Who heard of a refusal hears that the same file was accepted after all."""
    first = house.refuse(report(house, 1))
    reply(house, first, 1, accepted=False)
    house.check_again(first)
    house.load(JudgedReport(first, report(house, 1), ()))
    assert waiting(house) == (first,)
    reply(house, first, 2, accepted=True)
    assert waiting(house) == ()


def test_a_restored_report_has_no_second_receipt(house: WarehouseBuilder) -> None:
    """A receipt stays true of a report that was withdrawn and counts again; one that nobody was given is given then."""
    heard, unheard = house.accept(report(house, 1)), house.accept(report(house, 2, "22816"))
    reply(house, heard, 1, accepted=True)
    for unit in ("22813", "22816"):
        turn(house, withdraw, unit)
    assert waiting(house) == ()
    for unit in ("22813", "22816"):
        turn(house, restore, unit)
    assert waiting(house) == (unheard,)


def test_a_receipt_given_by_a_slow_clock_is_given_once(house: WarehouseBuilder) -> None:
    """Who accepted a report may have another machine's clock than who gives the receipt."""
    good = house.accept(report(house, 1))
    house.clock -= timedelta(minutes=10)
    reply(house, good, 1, accepted=True)
    assert waiting(house) == ()

"""Which senders have not heard of their reports, on both engines."""

from domain.indicators import Measure
from domain.submissions import ParsedReport
from tests.warehouse.house import House
from warehouse.engine import reading, transaction
from warehouse.replies import Replied, record_replies, unreplied


def report(house: House, number: int, unit: str = "22813") -> ParsedReport:
    """A report of one commune with one figure."""
    return house.report(unit, {house.indicator_of(Measure.COUNT): (number,)})


def waiting(house: House) -> tuple[int, ...]:
    """Submissions whose senders have not heard."""
    with reading(house.engine) as session:
        return unreplied(session)


def reply(house: House, submission_id: int, judgement: int, *, accepted: bool) -> None:
    """Note that a judgement was given back."""
    with transaction(house.engine) as session:
        given = [Replied(submission_id, judgement, accepted, "22813/2025-05")]
        record_replies(session, given, at=house.now(), run_id="run-1")


def test_senders_hear_once_of_each_outcome(house: House) -> None:
    """Accepted and refused reports wait for their reply until it is noted; noted twice is noted once."""
    good, bad = house.accept(report(house, 1)), house.refuse(report(house, 2, "22816"))
    assert waiting(house) == (good, bad)
    for _ in range(2):
        reply(house, good, 1, accepted=True)
    assert waiting(house) == (bad,)
    reply(house, bad, 1, accepted=False)
    assert waiting(house) == ()


def test_what_was_not_judged_has_no_reply(house: House) -> None:
    """A file that was only received or read says nothing to its sender yet."""
    house.receive()
    house.parse(report(house, 1))
    assert waiting(house) == ()


def test_a_superseded_report_has_its_receipt(house: House) -> None:
    """Who was accepted and then overtaken by their own correction hears of both."""
    first, second = house.accept(report(house, 1)), house.accept(report(house, 2))
    assert waiting(house) == (first, second)

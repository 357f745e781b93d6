"""Links in the warehouse: what is uploaded counts for the link's commune alone, and only while the link may be used."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from domain.authorisations import UPLOAD, link_for, new_token, sender_of
from domain.errors import UsageError
from domain.submissions import SubmissionState
from tests.warehouse.submissions.test_authorisations import FIGURES, FIRST_DAY, UNIT, allow, decision, held
from tests.warehouse.warehouse_builder import IN_TIME, WarehouseBuilder
from warehouse.queries.uploads import link_of_token, uploaded_files
from warehouse.store.engine import reading, transaction
from warehouse.submissions.upload_links import make_link, revoke_link

DAYS = 60


def link(builder: WarehouseBuilder, unit: str = UNIT, first: date = FIRST_DAY) -> tuple[int, str]:
    """Make a link; return its number and token."""
    token = new_token()
    with transaction(builder.engine) as session:
        return make_link(session, link_for(builder.catalog, unit, first, DAYS), token, decision(builder)), token


def upload(builder: WarehouseBuilder, number: int | None, at: datetime = IN_TIME, unit: str = UNIT) -> int:
    """Receive and parse a report that was uploaded by a link."""
    arrival = builder.arrival(path=f"{unit}/{number}/{at:%d%H}.xlsx")
    sender = None if number is None else sender_of(number)
    return builder.parse(
        builder.report(unit, FIGURES), replace(arrival, connector=UPLOAD, sender=sender, delivered_at=at)
    )


def test_a_link_is_for_its_commune_alone(builder: WarehouseBuilder) -> None:
    """Though no sender is registered, another commune's report is held, with the link's commune as its sender."""
    own, neighbours = link(builder)[0], link(builder, "22816")[0]
    submissions = upload(builder, own), upload(builder, neighbours, IN_TIME + timedelta(hours=1)), upload(builder, None)
    assert held(builder, *submissions) == {submissions[1]: "22816", submissions[2]: None}


def test_links_hold_nothing_that_comes_another_way(builder: WarehouseBuilder) -> None:
    """Links authorise uploads; whether other ways are checked is decided by registered senders alone."""
    link(builder)
    submission = builder.parse(builder.report(UNIT, FIGURES), builder.arrival(path="chung/BC.xlsx"))
    assert held(builder, submission) == {}
    allow(builder, "22813")
    assert held(builder, submission, own := upload(builder, 1)) == {submission: None}
    assert own


def test_an_upload_is_received_when_it_is_sent(builder: WarehouseBuilder) -> None:
    """What was sent on the link's last day counts though it was collected later, what was sent after it does not."""
    number, _ = link(builder, first=IN_TIME.date() - timedelta(days=DAYS - 1))
    last, late = upload(builder, number), upload(builder, number, IN_TIME + timedelta(days=1))
    assert held(builder, last, late) == {late: None}


def test_a_revoked_link_authorises_nothing_more(builder: WarehouseBuilder) -> None:
    """What was not judged yet is held; the link is still recognised, so that its page can say what happened."""
    number, token = link(builder)
    submission = upload(builder, number)
    with transaction(builder.engine) as session:
        revoke_link(session, number, decision(builder))
    assert held(builder, submission) == {submission: None}
    with reading(builder.engine) as session:
        record, unknown = link_of_token(session, token), link_of_token(session, f"{token}x")
    assert (record is not None and record.holds_on(FIRST_DAY), unknown) == (False, None)
    with transaction(builder.engine) as session, pytest.raises(UsageError, match="there is no link 1 to revoke"):
        revoke_link(session, number, decision(builder))


def test_what_a_link_brought_is_listed_newest_first(builder: WarehouseBuilder) -> None:
    """With the state of its reports and without the files of other links."""
    number, other = link(builder)[0], link(builder)[0]
    upload(builder, other)
    first, second = upload(builder, number), upload(builder, number, IN_TIME + timedelta(hours=1))
    with reading(builder.engine) as session:
        listed = uploaded_files(session, number, 10)
        assert uploaded_files(session, number, 1) == listed[:1]
    assert [(each.sent_at, [report.number for report in each.reports]) for each in listed] == [
        (IN_TIME + timedelta(hours=1), [second]),
        (IN_TIME, [first]),
    ]
    assert {report.state for each in listed for report in each.reports} == {SubmissionState.PARSED}

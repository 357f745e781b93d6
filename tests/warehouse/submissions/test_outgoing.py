"""What goes out: who tries it, when it is tried again, and what a person sees of that."""

from datetime import datetime

import pytest

from domain.catalog.sources import ReplyWay
from domain.indicators import Measure
from domain.mail.outgoing import LEASE, MOST_ATTEMPTS, OutgoingState, interval_after
from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.queries.outgoing import OutgoingRecord, outgoing_records
from warehouse.store.engine import reading, transaction
from warehouse.submissions.lifecycle import find
from warehouse.submissions.outgoing import ReplyFiles, ReplyWays, claim, record_failed, record_sent, try_again
from warehouse.submissions.replies import GivenReply, RepliedSubmission, record_replies

WAYS = ReplyWays({"inbox": ReplyWay.FILES})


@pytest.fixture
def queued(builder: WarehouseBuilder) -> datetime:
    """Reply to a report whose source takes replies, and return when."""
    number = builder.accept(builder.report("22813", {builder.indicator_of(Measure.COUNT): (1,)}))
    at = builder.now()
    with transaction(builder.engine) as session:
        files = ReplyFiles("22813/2025-05", ("bien-nhan.html",), "")
        submissions = (RepliedSubmission(number, 1, accepted=True),)
        replies = [GivenReply(find(session, number).delivery_id, files, submissions)]
        for _ in range(2):
            record_replies(session, replies, at=at, run_id="run-1", ways=WAYS)
    return at


def claimed(builder: WarehouseBuilder, at: datetime) -> list[tuple[int, ...]]:
    """Take what is due at a moment, and return its numbers."""
    with transaction(builder.engine) as session:
        return [each.ids for each in claim(session, at)]


def record(builder: WarehouseBuilder) -> OutgoingRecord:
    """Return the only record."""
    with reading(builder.engine) as session:
        (result,) = outgoing_records(session, tuple(OutgoingState), "22813", 10)
        assert outgoing_records(session, tuple(OutgoingState), "2281", 10) == ()
        return result


def test_what_one_process_took_no_other_takes(builder: WarehouseBuilder, queued: datetime) -> None:
    """Until the first is known to be gone; what was sent is not taken again."""
    ids = claimed(builder, queued)
    assert (len(ids), claimed(builder, queued), claimed(builder, queued + LEASE)) == (1, [], ids)
    with transaction(builder.engine) as session:
        record_sent(session, ids[0], queued + LEASE)
    assert claimed(builder, queued + LEASE * 99) == []
    assert (record(builder).state, record(builder).attempts, record(builder).sent_at) == ("sent", 2, queued + LEASE)


def test_it_is_given_up_after_many_attempts(builder: WarehouseBuilder, queued: datetime) -> None:
    """Each after a longer interval; a person has it tried from the beginning."""
    at = queued
    for attempt in range(1, MOST_ATTEMPTS + 1):
        (ids,) = claimed(builder, at)
        with transaction(builder.engine) as session:
            record_failed(session, ids, at, "the share is gone")
        at += interval_after(attempt)
    assert claimed(builder, at) == []
    assert (record(builder).state, record(builder).problem) == ("failed", "the share is gone")
    assert 4 <= (at - queued).days <= 7
    with transaction(builder.engine) as session:
        assert try_again(session, ids, at) == 1
    assert claimed(builder, at) == [ids]

"""Two different workbooks of one unit, form and period that arrive together."""

from datetime import timedelta

from sqlalchemy import select

from domain.submissions import SubmissionState
from tests.warehouse.warehouse_builder import IN_TIME, WarehouseBuilder
from warehouse import queries
from warehouse.models import SubmissionRow
from warehouse.store.engine import reading, transaction
from warehouse.submissions.submissions import RivalResolution, pending, requeue_unrivalled, settle_rivals

FIGURES = {"dvc_toantrinh": (1, 2)}
LATER = IN_TIME + timedelta(minutes=5)


def settle(builder: WarehouseBuilder) -> RivalResolution:
    """Settle rivals in one transaction."""
    with transaction(builder.engine) as session:
        return settle_rivals(session, builder.now(), "run-1")


def states(builder: WarehouseBuilder) -> dict[int, SubmissionState]:
    """States of all submissions."""
    with reading(builder.engine) as session:
        return dict(
            session.execute(select(SubmissionRow.id, SubmissionRow.state).order_by(SubmissionRow.id)).tuples().all()
        )


def test_later_file_is_judged_and_the_earlier_is_kept(builder: WarehouseBuilder) -> None:
    """The file delivered last is judged; the other is replaced before the check and names it."""
    later = builder.parse(builder.report("22813", FIGURES), builder.arrival(delivered_at=LATER))
    earlier = builder.parse(builder.report("22813", FIGURES), builder.arrival())
    assert settle(builder) == RivalResolution(replaced=(earlier,), undecided=())
    assert states(builder) == {earlier: "replaced_before_check", later: "parsed"}
    with reading(builder.engine) as session:
        assert session.get_one(SubmissionRow, earlier).superseded_by == later


def test_two_of_the_same_moment_are_both_quarantined(builder: WarehouseBuilder) -> None:
    """Without an order of delivery neither is judged, and the issue of each names the other."""
    result = builder.parse(builder.report("22813", FIGURES), builder.arrival("one.xlsx"))
    two = builder.parse(builder.report("22813", FIGURES), builder.arrival("two.xlsx"))
    assert settle(builder) == RivalResolution(replaced=(), undecided=(result, two))
    with reading(builder.engine) as session:
        (issue,) = queries.submission_issues(session, result)
    assert issue.code == "two_deliveries_no_order"
    assert issue.facts["other_files"] == "two.xlsx"
    assert set(states(builder).values()) == {"quarantined"}


def test_tie_at_the_end_does_not_bring_back_an_earlier_one(builder: WarehouseBuilder) -> None:
    """The first one was meant to be replaced, so it is not judged either."""
    first = builder.parse(builder.report("22813", FIGURES), builder.arrival())
    tied = [builder.parse(builder.report("22813", FIGURES), builder.arrival(delivered_at=LATER)) for _ in range(2)]
    settle(builder)
    assert states(builder) == {first: "replaced_before_check"} | dict.fromkeys(tied, "quarantined")


def test_other_units_are_no_rivals(builder: WarehouseBuilder) -> None:
    """One workbook each for two communes: both go on."""
    for unit in ("22813", "22816"):
        builder.parse(builder.report(unit, FIGURES), builder.arrival())
    assert settle(builder) == RivalResolution((), ())


def test_earlier_bytes_sent_once_more_at_the_end_are_the_later_ones(builder: WarehouseBuilder) -> None:
    """Sending the first workbook again after the second says that the first is meant."""
    first = builder.parse(builder.report("22813", FIGURES), builder.arrival("first.xlsx"))
    second = builder.parse(builder.report("22813", FIGURES), builder.arrival("second.xlsx", LATER))
    builder.receive(builder.arrival("first.xlsx", LATER + timedelta(minutes=1)))
    assert settle(builder).replaced == (second,)
    assert states(builder)[first] == "parsed"


def test_settling_twice_changes_nothing(builder: WarehouseBuilder) -> None:
    """A second call finds no rivals left."""
    builder.parse(builder.report("22813", FIGURES), builder.arrival())
    builder.parse(builder.report("22813", FIGURES), builder.arrival(delivered_at=LATER))
    settle(builder)
    assert settle(builder) == RivalResolution((), ())


def test_copies_of_the_same_bytes_are_no_contradiction(builder: WarehouseBuilder) -> None:
    """A workbook that lies in two folders is judged once; the copy is replaced by it."""
    first = builder.parse(builder.report("22813", FIGURES), builder.arrival("a.xlsx", path="a/a.xlsx"))
    copy = builder.parse(builder.report("22813", FIGURES), builder.arrival("a.xlsx", path="b/a.xlsx"))
    assert settle(builder) == RivalResolution(replaced=(first,), undecided=())
    assert states(builder) == {first: "replaced_before_check", copy: "parsed"}


def test_the_rival_that_is_left_is_judged(builder: WarehouseBuilder) -> None:
    """Once the other file is gone from its folder the one that still lies there is meant; before, neither is."""
    builder.parse(builder.report("22813", FIGURES), builder.arrival("a.xlsx", path="a.xlsx"))
    left = builder.parse(builder.report("22813", FIGURES), builder.arrival("b.xlsx", path="b.xlsx"))
    settle(builder)
    queued = []
    for present in ({}, {"inbox": {"a.xlsx", "b.xlsx"}}, {"inbox": set()}, {"inbox": {"b.xlsx"}}):
        with transaction(builder.engine) as session:
            queued.append(requeue_unrivalled(session, present))
    assert queued == [(), (), (), (left,)]
    with reading(builder.engine) as session:
        assert [submission.id for submission in pending(session)] == [left]


def test_a_later_version_decides_between_rivals(builder: WarehouseBuilder) -> None:
    """A third workbook settles what was meant: of the two refused ones none is judged any more."""
    for name in ("a.xlsx", "b.xlsx"):
        builder.parse(builder.report("22813", FIGURES), builder.arrival(name, path=name))
    settle(builder)
    builder.accept(builder.report("22813", FIGURES))
    with transaction(builder.engine) as session:
        assert requeue_unrivalled(session, {"inbox": {"b.xlsx"}}) == ()

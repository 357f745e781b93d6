"""Two different workbooks of one unit, form and period that arrive together."""

from datetime import timedelta

from sqlalchemy import select

from domain.submissions import SubmissionState
from tests.warehouse.warehouse_builder import IN_TIME, WarehouseBuilder
from warehouse import queries
from warehouse.models import SubmissionRow
from warehouse.store.engine import reading, transaction
from warehouse.submissions.submissions import RivalResolution, settle_rivals

FIGURES = {"dvc_toantrinh": (1, 2)}
LATER = IN_TIME + timedelta(minutes=5)


def settle(house: WarehouseBuilder) -> RivalResolution:
    """Settle rivals in one transaction."""
    with transaction(house.engine) as session:
        return settle_rivals(session, house.now(), "run-1")


def states(house: WarehouseBuilder) -> dict[int, SubmissionState]:
    """States of all submissions."""
    with reading(house.engine) as session:
        return dict(
            session.execute(select(SubmissionRow.id, SubmissionRow.state).order_by(SubmissionRow.id)).tuples().all()
        )


def test_later_one_goes_on_and_the_earlier_is_kept(house: WarehouseBuilder) -> None:
    """The one delivered last is judged; the other is replaced before check and says by which."""
    later = house.parse(house.report("22813", FIGURES), house.arrival(delivered_at=LATER))
    earlier = house.parse(house.report("22813", FIGURES), house.arrival())
    assert settle(house) == RivalResolution(replaced=(earlier,), undecided=())
    assert states(house) == {earlier: "replaced_before_check", later: "parsed"}
    with reading(house.engine) as session:
        assert session.get_one(SubmissionRow, earlier).superseded_by == later


def test_two_of_the_same_moment_are_both_quarantined(house: WarehouseBuilder) -> None:
    """Where nobody can tell which is meant, neither is judged, and each names the other."""
    one = house.parse(house.report("22813", FIGURES), house.arrival("one.xlsx"))
    two = house.parse(house.report("22813", FIGURES), house.arrival("two.xlsx"))
    assert settle(house) == RivalResolution(replaced=(), undecided=(one, two))
    with reading(house.engine) as session:
        (issue,) = queries.submission_issues(session, one)
    assert issue.code == "two_deliveries_no_order"
    assert issue.facts["other_files"] == "two.xlsx"
    assert set(states(house).values()) == {"quarantined"}


def test_tie_at_the_end_does_not_bring_back_an_earlier_one(house: WarehouseBuilder) -> None:
    """The sender meant to replace the first one: it is not judged in their stead."""
    first = house.parse(house.report("22813", FIGURES), house.arrival())
    tied = [house.parse(house.report("22813", FIGURES), house.arrival(delivered_at=LATER)) for _ in range(2)]
    settle(house)
    assert states(house) == {first: "replaced_before_check"} | dict.fromkeys(tied, "quarantined")


def test_other_units_are_no_rivals(house: WarehouseBuilder) -> None:
    """One workbook each for two communes: both go on."""
    for unit in ("22813", "22816"):
        house.parse(house.report(unit, FIGURES), house.arrival())
    assert settle(house) == RivalResolution((), ())


def test_earlier_bytes_sent_once_more_at_the_end_are_the_later_ones(house: WarehouseBuilder) -> None:
    """Sending the first workbook again after the second says that the first is meant."""
    first = house.parse(house.report("22813", FIGURES), house.arrival("first.xlsx"))
    second = house.parse(house.report("22813", FIGURES), house.arrival("second.xlsx", LATER))
    house.receive(house.arrival("first.xlsx", LATER + timedelta(minutes=1)))
    assert settle(house).replaced == (second,)
    assert states(house)[first] == "parsed"


def test_settling_twice_changes_nothing(house: WarehouseBuilder) -> None:
    """A second look finds no rivals left."""
    house.parse(house.report("22813", FIGURES), house.arrival())
    house.parse(house.report("22813", FIGURES), house.arrival(delivered_at=LATER))
    settle(house)
    assert settle(house) == RivalResolution((), ())

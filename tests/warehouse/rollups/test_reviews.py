"""Which years a nightly run looks at, after a run that rolled everything up."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.warehouse.warehouse_builder import MAY, WarehouseBuilder
from warehouse.rollups.reviews import Review, leave_open, newest_position, record_review, years_to_review
from warehouse.store.engine import reading, transaction

UNIT, AREAS, REVIEWED = "22813", ("585",), date(2027, 12, 31)


@pytest.fixture
def reviewed(builder: WarehouseBuilder) -> WarehouseBuilder:
    """Return a warehouse with a report of May 2025, reviewed at the end of 2027."""
    builder.accept(builder.report(UNIT, {}))
    with transaction(builder.engine) as session:
        record_review(session, builder.catalog, Review(AREAS, newest_position(session), REVIEWED))
    return builder


def years(builder: WarehouseBuilder, day: date = REVIEWED) -> frozenset[int] | None:
    """Return the years to review on a day."""
    with reading(builder.engine) as session:
        return years_to_review(session, builder.catalog, day, AREAS)


def test_a_year_without_news_is_left_out(reviewed: WarehouseBuilder) -> None:
    """Periods open and end without any report: the years from the last review's day to today are always in."""
    assert years(reviewed) == {2027}
    assert years(reviewed, REVIEWED + timedelta(days=1)) == {2027, 2028}


def test_the_year_of_another_delivery_is_in(reviewed: WarehouseBuilder) -> None:
    """A report of May 2025 that comes afterwards, even refused, has 2025 reviewed."""
    reviewed.receive()
    assert years(reviewed) == {2027}, "nothing says of which period a file is that was not read"
    reviewed.refuse(reviewed.report("22828", {}))
    assert years(reviewed) == {2025, 2027}


def test_a_period_is_left_open(reviewed: WarehouseBuilder) -> None:
    """The year of a reopened period is in although nothing came."""
    with transaction(reviewed.engine) as session:
        leave_open(session, MAY)
    assert years(reviewed) == {2025, 2027}


def test_any_year_is_in_where_nothing_was_reviewed_like_that(reviewed: WarehouseBuilder) -> None:
    """Such are another catalogue, other areas, and a day before that of the review."""
    with reading(reviewed.engine) as session:
        assert years_to_review(session, reviewed.catalog, REVIEWED, ("584",)) is None
        assert years_to_review(session, replace(reviewed.catalog, version="other"), REVIEWED, AREAS) is None
        assert years_to_review(session, reviewed.catalog, REVIEWED - timedelta(days=1), AREAS) is None

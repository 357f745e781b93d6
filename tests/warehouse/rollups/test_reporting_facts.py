"""Counting quality and burden of what moved equals counting all of it."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, delete, func, select

from domain.rollups import Boundary
from tests.examples import examples
from tests.warehouse.rollups.random_histories import (
    MONTHS,
    UNITS,
    RandomHistory,
    Restore,
    Send,
    SendAgain,
    Step,
    Withdraw,
)
from tests.warehouse.warehouse_builder import FORM, WarehouseBuilder, taken_back
from warehouse.models import LineBurdenRow, QualityPeriodRow, ReportQualityRow
from warehouse.queries.desk.line_burden import line_burden
from warehouse.queries.read_models import RevisionRef
from warehouse.queries.revisions import record_publication
from warehouse.rollups.reporting_facts import count_reporting
from warehouse.rollups.rollups import roll_up
from warehouse.store.bulk import add_rows, table_of
from warehouse.store.engine import Session

pytestmark = pytest.mark.long

TABLES = tuple(map(table_of, (QualityPeriodRow, ReportQualityRow, LineBurdenRow)))
AT = datetime(2026, 1, 1, tzinfo=UTC)
_WHO = {"unit": st.sampled_from(UNITS[:2]), "month": st.sampled_from(MONTHS[:2])}
_SENT = {"numbers": st.tuples(*[st.none() | st.integers(0, 1)] * 6), "passes": st.sampled_from((True, True, False))}
SENT = st.builds(Send, **_WHO, **_SENT, late=st.just(value=False), asks=st.booleans())
SENT_AGAIN = st.builds(
    SendAgain, which=st.integers(0, 3), days=st.just(1), unit=_WHO["unit"], readable=st.booleans(), **_SENT
)
DECIDED = st.builds(Withdraw, **_WHO) | st.builds(Restore, **_WHO)
PUBLISHED = st.none()


def counted(session: Session) -> list[list[tuple[object, ...]]]:
    """Count what moved; return all that is counted."""
    count_reporting(session, AT)
    tables = (select(table).order_by(*table.primary_key) for table in TABLES)
    return [[tuple(row) for row in session.execute(table)] for table in tables]


def publish(builder: WarehouseBuilder, session: Session) -> None:
    """Roll up and publish the district in all periods that moved."""
    for period in MONTHS[:2]:
        area = builder.area(period=period)
        number = roll_up(session, builder.catalog, area, FORM, period, run_id="run-1", at=builder.now())
        if number is not None:
            ref = RevisionRef(area.code, FORM, period, number, Boundary.AS_THEN, area.valid_from)
            record_publication(session, ref, path=f"{period.id}/{number}", at=builder.now())


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(SENT | SENT | SENT_AGAIN | DECIDED | PUBLISHED, min_size=4, max_size=10))
def test_counting_what_moved_equals_counting_all(builder: WarehouseBuilder, history: list[Step | None]) -> None:
    """Holds after each step of random histories of two units in two months, with publications between them."""
    began, builder.clock = builder.clock, AT
    with taken_back(builder.engine) as session:
        story = RandomHistory(builder, session)
        for step in history:
            if step is None:
                publish(builder, session)
            else:
                story.apply(step)
            kept = counted(session)
            for table in TABLES:
                session.execute(delete(table))
            assert kept == counted(session)
    builder.clock = began


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(SENT, min_size=2, max_size=4), after=st.lists(SENT | SENT_AGAIN | DECIDED, max_size=3))
def test_periods_counted_before_there_were_parts_are_divided(
    builder: WarehouseBuilder, before: list[Step], after: list[Step]
) -> None:
    """What an upgrade leaves as one part adds up to the same once the period, or the one before it, moved."""
    began, builder.clock = builder.clock, AT
    with taken_back(builder.engine) as session:
        story = RandomHistory(builder, session)
        for step in before:
            story.apply(step)
        counted(session)
        undivide(session)
        for step in after:
            story.apply(step)
            counted(session)
        kept = [line_burden(session, FORM, [period]) for period in MONTHS]
        for table in TABLES:
            session.execute(delete(table))
        counted(session)
        assert kept == [line_burden(session, FORM, [period]) for period in MONTHS]
    builder.clock = began


def undivide(session: Session) -> None:
    """Leave of each period what is counted of all its parts, as migration 0042 does."""
    burden, quality = map(table_of, (LineBurdenRow, QualityPeriodRow))
    key = burden.c.form, burden.c.period, burden.c.indicator
    sums = [func.sum(column).label(column.name) for column in burden.columns if isinstance(column.type, Integer)]
    rows = session.execute(select(*key, *sums).group_by(*key)).mappings().all()
    session.execute(delete(burden))
    add_rows(session, burden, [{**row, "part": "", "is_published": False} for row in rows])
    session.execute(delete(quality).where(quality.c.part != ""))

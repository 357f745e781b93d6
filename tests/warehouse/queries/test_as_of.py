"""Figures as of a moment are reproduced exactly at any later one."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import UsageError
from domain.periods import parse_period
from tests.examples import examples
from tests.warehouse.rollups.random_histories import STOCK, RandomHistory, Send, Step, TakeBack, Wait, Waive, histories
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, taken_back
from warehouse import queries
from warehouse.rollups.rollups import RevisionOrigin, draft_of
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session, reading

pytestmark = pytest.mark.long

QUARTER = parse_period("2025-Q2")


def cells(builder: WarehouseBuilder) -> list[RollupKey]:
    """A month of the district, a quarter of it, and the month of its province."""
    return [
        RollupKey(builder.area(), FORM, MAY),
        RollupKey(builder.area(period=QUARTER), FORM, QUARTER),
        RollupKey(builder.area("58"), FORM, MAY),
    ]


def looked(session: Session, builder: WarehouseBuilder, cell: RollupKey, as_of: datetime | None) -> list[object]:
    """Return all that a rollup consists of, without its identification."""
    draft = draft_of(session, builder.catalog, cell, RevisionOrigin(1, "run", builder.clock), as_of)
    return [draft.head.content_sha256, draft.lines]


@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(with_structure=False))
def test_rollup_as_of_a_moment_is_the_rollup_made_at_it(builder: WarehouseBuilder, history: list[Step]) -> None:
    """Holds for random histories: the rollup as of a moment equals the one computed at it."""
    with taken_back(builder.engine) as session:
        story = RandomHistory(builder, session)
        then = []
        for step in history:
            story.apply(step)
            then.append((builder.now(), [looked(session, builder, cell, None) for cell in cells(builder)]))
        for moment, item in then:
            assert [looked(session, builder, cell, moment) for cell in cells(builder)] == item


def test_answers_are_known_as_of_their_moment(builder: WarehouseBuilder) -> None:
    """Answers given, taken back, renewed and expired are each reproduced as of their moments."""
    steps = (
        Send("22813", MAY, (8, 10, *[None] * 4), passes=True, late=False, asks=True),
        Waive("22813", MAY, days=1),
        TakeBack("22813", MAY),
        Waive("22813", MAY, days=0),
        Wait(),
    )
    with taken_back(builder.engine) as session:
        story, month, then = RandomHistory(builder, session), RollupKey(builder.area(), FORM, MAY), []
        for step in steps:
            story.apply(step)
            then.append((builder.now(), looked(session, builder, month, None)))
        for moment, item in then:
            assert looked(session, builder, month, moment) == item
    result, answered, returned, anew, over = (content for _, (content, *_) in then)
    assert result == returned == over
    assert len({result, answered, anew}) == 3


def test_correction_is_not_known_before_it_came(builder: WarehouseBuilder) -> None:
    """As of the day before it, the rows are those of the first revision, with the file it rested on."""
    first = builder.accept(builder.report("22813", {STOCK: (1, 2)}))
    builder.roll_up()
    before = builder.clock
    builder.accept(builder.report("22813", {STOCK: (2, 2)}))
    builder.roll_up()
    with reading(builder.engine) as session:
        result = queries.revision_as_of(session, builder.catalog, RollupKey(builder.area(), FORM, MAY), before)
        explained = queries.explain_row(session, result, STOCK)
    kept = builder.revision(1)
    assert (result.content_sha256, result.units, result.contributions) == (
        kept.content_sha256,
        kept.units,
        kept.contributions,
    )
    assert (result.number, result.published_at, result.run_id, result.changes) == (1, before, queries.AS_OF_RUN, ())
    assert [part.contribution.file.submission_id for part in explained.contributions] == [first]


def test_looking_back_keeps_nothing(builder: WarehouseBuilder) -> None:
    """It makes no revision and leaves nothing to publish; before the first report all units are missing."""
    builder.accept(builder.report("22813", {STOCK: (1, 2)}))
    with reading(builder.engine) as session:
        cell = RollupKey(builder.area(), FORM, MAY)
        result = queries.revision_as_of(session, builder.catalog, cell, datetime.fromisoformat("2025-01-01T00:00Z"))
        assert queries.unpublished(session) == ()
    assert {(row.units_missing, row.value, row.revision) for row in result.rows} == {(8, None, 0)}
    with pytest.raises(UsageError, match="no figures yet"):
        builder.revision()


@settings(max_examples=examples(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(with_structure=True, longest=6), data=st.data())
def test_revision_can_be_made_anew_from_its_moment(
    builder: WarehouseBuilder, history: list[Step], data: st.DataObject
) -> None:
    """Whatever came later, a revision's rows follow from its moment and the catalogue it was made with."""
    shipped = builder.catalog
    with taken_back(builder.engine) as session:
        story = RandomHistory(builder, session)
        cut = data.draw(st.integers(1, len(history)))
        for step in history[:cut]:
            story.apply(step)
        catalog, moment = builder.catalog, builder.now()
        cell = RollupKey(builder.area(), FORM, MAY)
        made = draft_of(session, catalog, cell, RevisionOrigin(1, "run", moment))
        for step in history[cut:]:
            story.apply(step)
        again = draft_of(session, catalog, cell, RevisionOrigin(1, "run", moment), moment)
        builder.catalog = (
            shipped  # the next history begins before any merger: its units are taken back with the session
        )
        assert again.rows == made.rows

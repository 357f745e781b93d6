"""What a revision knows of earlier periods: trends, the units' amounts then, and that none of it ever changes."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from domain.aggregation import Amount
from domain.catalog.catalog import Catalog
from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupStatus
from domain.units import UnitKey
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, counted
from warehouse.queries import EarlierPeriods, LastKnownAmount, Revision
from warehouse.queries.as_of import revision_as_of
from warehouse.queries.earlier.excerpt import earlier_rows_of
from warehouse.queries.earlier.periods import earlier_periods
from warehouse.queries.revisions import RevisionSelector, find_revision, read_to_publish
from warehouse.rollups.excerpts import put_back
from warehouse.rollups.rollups import roll_up
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Engine, open_engine, reading, transaction

MARCH, APRIL = parse_period("2025-03"), parse_period("2025-04")
FIRST, OTHER = "22813", "22816"


@pytest.fixture
def lead(builder: WarehouseBuilder) -> str:
    """The first rate that leads a headline theme."""
    return builder.catalog.lead_indicators(builder.catalog.indicators)[0]


def send(builder: WarehouseBuilder, unit: str, period: Period, **figures: tuple[int, int]) -> None:
    """Accept a commune's report of some rates."""
    builder.accept(builder.report(unit, figures, period=period))


def published(builder: WarehouseBuilder, number: int, period: Period = MAY) -> Revision:
    """Read a revision as it is published."""
    with reading(builder.engine) as session:
        head = find_revision(session, "585", period, RevisionSelector(number))
        return read_to_publish(session, builder.catalog, head)


def earlier(builder: WarehouseBuilder, number: int = 1) -> EarlierPeriods:
    """Return what a revision of May knows of earlier periods."""
    result = published(builder, number).earlier
    assert result is not None
    return result


def key(builder: WarehouseBuilder, unit: str) -> UnitKey:
    """Return the key of a commune before July 2025."""
    return builder.catalog.units.get(unit, builder.catalog.forms.last_day(FORM, MAY)).key


def roll_up_at(builder: WarehouseBuilder, period: Period, at: datetime) -> None:
    """Roll a month up at a moment."""
    with transaction(builder.engine) as session:
        roll_up(session, builder.catalog, builder.area(period=period), FORM, period, run_id="run", at=at)


def test_figures_of_earlier_periods_and_gaps(builder: WarehouseBuilder, lead: str) -> None:
    """March is there, April, which was not rolled up, is a gap, and May itself is no earlier period."""
    send(builder, FIRST, MARCH, **{lead: (40, 100)})
    send(builder, FIRST, MAY, **{lead: (60, 100)})
    builder.roll_up(period=MARCH)
    builder.roll_up()
    (point,) = [figure for figure in earlier(builder).figures if figure.indicator == lead]
    assert (point.period, point.boundary, point.revision) == (MARCH, Boundary.AS_THEN, 1)
    assert (point.value, point.numerator, point.denominator) == (Decimal("40.00"), Decimal(40), Decimal(100))
    assert (point.status, point.units_accepted, point.units_expected) == (RollupStatus.PARTIAL, 1, 8)
    assert str(point.value) == "40.00"


def test_correction_of_an_earlier_period_made_before_is_known(builder: WarehouseBuilder, lead: str) -> None:
    """April's newest revision counts; how it stood when May began to be published is kept beside it."""
    send(builder, FIRST, APRIL, **{lead: (40, 100)})
    builder.roll_up(period=APRIL)
    send(builder, OTHER, MAY, **{lead: (7, 10)})
    builder.roll_up()
    send(builder, FIRST, APRIL, **{lead: (50, 100)})
    builder.roll_up(period=APRIL)
    send(builder, FIRST, MAY, **{lead: (60, 100)})
    builder.roll_up()
    first, second = earlier(builder, 1), earlier(builder, 2)
    of_april = [[figure.value for figure in each.figures if figure.indicator == lead] for each in (first, second)]
    assert of_april == [[Decimal("40.00")], [Decimal("50.00")]]
    unit = key(builder, FIRST)
    before, after = Amount(Decimal(40), Decimal(100)), Amount(Decimal(50), Decimal(100))
    assert (first.previous_before[lead], first.previous[lead]) == ({unit: before}, {unit: before})
    assert (second.previous_before[lead], second.previous[lead]) == ({unit: before}, {unit: after})
    assert second.previous_units == {member.key for member in builder.area().members}


def test_last_known_amounts_of_absent_units(builder: WarehouseBuilder, lead: str) -> None:
    """Of a unit without a figure the last one counts, the preceding period's before March's; others never had one."""
    send(builder, FIRST, MARCH, **{lead: (1, 10)})
    send(builder, OTHER, MARCH, **{lead: (2, 10)})
    builder.roll_up(period=MARCH)
    send(builder, FIRST, APRIL, **{lead: (3, 10)})
    builder.roll_up(period=APRIL)
    send(builder, "22819", MAY, **{lead: (5, 10)})
    builder.roll_up()
    assert earlier(builder).last_known[lead] == {
        key(builder, FIRST): LastKnownAmount(APRIL, Amount(Decimal(3), Decimal(10))),
        key(builder, OTHER): LastKnownAmount(MARCH, Amount(Decimal(2), Decimal(10))),
    }


@pytest.fixture
def corrected(builder: WarehouseBuilder, lead: str) -> WarehouseBuilder:
    """A warehouse in which one run made revisions of three months, all at the same moment."""
    for period, numerator in ((MARCH, 1), (APRIL, 3), (MAY, 5)):
        send(builder, FIRST, period, **{lead: (numerator, 10)})
    send(builder, OTHER, MARCH, **{lead: (2, 10)})
    moment = builder.now()
    for period in (MARCH, APRIL, MAY):
        roll_up_at(builder, period, moment)
    return builder


def test_later_writing_changes_nothing(corrected: WarehouseBuilder, lead: str) -> None:
    """Revisions of earlier and later months that bear the same time and were written after it stay unknown to it."""
    before = published(corrected, 1)
    send(corrected, FIRST, APRIL, **{lead: (9, 10)})
    send(corrected, FIRST, MARCH, **{lead: (9, 10)})
    for period in (APRIL, MARCH):
        roll_up_at(corrected, period, before.published_at)
    assert published(corrected, 1) == before
    send(corrected, FIRST, MAY, **{lead: (6, 10)})
    roll_up_at(corrected, MAY, before.published_at)
    assert published(corrected, 2).earlier != before.earlier


def test_figures_as_of_a_moment_know_what_was_known_then(corrected: WarehouseBuilder, lead: str) -> None:
    """May as of the moment of its revision has the same earlier periods as the revision."""
    result = published(corrected, 1)
    send(corrected, FIRST, APRIL, **{lead: (9, 10)})
    corrected.roll_up(period=APRIL)
    with reading(corrected.engine) as session:
        rollup_key = RollupKey(corrected.area(), FORM, MAY)
        made = revision_as_of(session, corrected.catalog, rollup_key, result.published_at)
    assert made.earlier == result.earlier


@pytest.fixture
def empty_warehouse(district_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """A warehouse that knows the units and nothing else."""
    opened = open_engine(f"sqlite:///{shutil.copy(district_sqlite, tmp_path / 'empty.db')}")
    yield opened
    opened.dispose()


def test_excerpt_gives_the_same_in_an_empty_warehouse(corrected: WarehouseBuilder, empty_warehouse: Engine) -> None:
    """A bundle holds all that is read of earlier periods."""
    with reading(corrected.engine) as session:
        head = find_revision(session, "585", MAY, RevisionSelector(1))
        revision = read_to_publish(session, corrected.catalog, head)
        rows = earlier_rows_of(session, corrected.catalog, revision, head.id)
    with transaction(empty_warehouse) as session:
        put_back(session, rows)
    with reading(empty_warehouse) as session:
        assert earlier_periods(session, corrected.catalog, revision, head.id) == revision.earlier
    assert revision.earlier
    assert revision.earlier.last_known


def test_few_statements(corrected: WarehouseBuilder) -> None:
    """Earlier periods cost a handful of statements, however many there are."""
    revision = replace(published(corrected, 1), earlier=None)
    with counted(corrected.engine) as statements, reading(corrected.engine) as session:
        earlier_periods(session, corrected.catalog, revision, 1_000)
    assert len([statement for statement in statements if statement.startswith("SELECT")]) <= 7


def test_leads_are_the_first_rates_of_headline_themes(catalog: Catalog) -> None:
    """A theme's first ratio leads it, or its first figure where no ratio has a figure."""
    headlines = [theme for theme in catalog.themes.values() if theme.headline]
    leads = catalog.lead_indicators(catalog.indicators)
    assert [catalog.indicators[lead].theme for lead in leads] == [theme.id for theme in headlines]
    assert all(catalog.indicators[lead].measure == "ratio" for lead in leads)
    others = [name for name in catalog.indicators if name not in leads]
    assert set(catalog.lead_indicators(others)).isdisjoint(leads)

"""Closed figures do not change, corrections wait, and a person reopens them."""

from datetime import date

import pytest
from sqlalchemy import select, text

from domain.errors import UsageError
from domain.indicators import Measure
from domain.periods import Period, parse_period
from domain.rollups import Boundary, Finality, ReportingState
from tests.warehouse.closed_rollups import close_rollup
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder
from warehouse.migrations.apply import downgrade
from warehouse.models import RollupRevisionRow
from warehouse.queries import areas_touched, submission_record
from warehouse.queries.read_models import RevisionRef
from warehouse.queries.revisions import record_publication
from warehouse.rollups.closing import ClosablePeriod, closable, closings_over, reopen
from warehouse.rollups.closings import Closing, closing_of, closings
from warehouse.rollups.due import awaiting_reopen, record_all_rolled_up
from warehouse.rollups.reviews import newest_position
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.withdrawal import Decision, withdraw

TODAY = date(2025, 5, 21)
FIRST = "22813"
OTHER = "22828"


def cell_of(builder: WarehouseBuilder) -> RollupKey:
    """Return the key of the district's rollup of May."""
    return RollupKey(builder.area(), FORM, MAY)


def give_out(builder: WarehouseBuilder, period: Period = MAY) -> int | None:
    """Roll the district up and record the newest revision as published."""
    made = builder.roll_up(period=period)
    result = builder.revision(period=period)
    ref = RevisionRef(result.area, FORM, period, result.number, Boundary.AS_THEN, result.area_valid_from)
    with transaction(builder.engine) as session:
        record_publication(session, ref, path="2025-05/585", at=builder.now())
    return made


def report(builder: WarehouseBuilder, figure: int, unit: str = FIRST, period: Period = MAY) -> int:
    """A commune's accepted report with one count."""
    return builder.accept(builder.report(unit, {builder.indicator_of(Measure.COUNT): (figure,)}, period=period))


def look(builder: WarehouseBuilder) -> ClosablePeriod:
    """Return what closing May would keep."""
    with reading(builder.engine) as session:
        return closable(session, builder.catalog, cell_of(builder), TODAY)


def shut(builder: WarehouseBuilder) -> Closing:
    """Close May."""
    close_rollup(builder, cell_of(builder), TODAY)
    with reading(builder.engine) as session:
        standing = closing_of(session, cell_of(builder))
    assert standing is not None
    return standing


def open_again(builder: WarehouseBuilder, reason: str = "the commune found an error") -> Closing:
    """Open May again."""
    with transaction(builder.engine) as session:
        return reopen(session, cell_of(builder), reason, "binh", builder.now())


def due(builder: WarehouseBuilder, today: date = TODAY) -> int:
    """Return the number of due figures."""
    with reading(builder.engine) as session:
        return len(areas_touched(session, builder.catalog, ["585"], today=today))


def review(builder: WarehouseBuilder, today: date) -> None:
    """Record that all due figures have been rolled up."""
    with transaction(builder.engine) as session:
        record_all_rolled_up(session, builder.catalog, ["585"], newest_position(session), today=today)


def waiting(builder: WarehouseBuilder, today: date = TODAY) -> list[int]:
    """Return the number of changed reports since closing, for each closing in force."""
    with reading(builder.engine) as session:
        return [awaiting.reports for awaiting in awaiting_reopen(session, builder.catalog, today=today)]


@pytest.fixture
def closed(builder: WarehouseBuilder) -> WarehouseBuilder:
    """A warehouse in which May of the district is closed with one report."""
    report(builder, 5)
    give_out(builder)
    shut(builder)
    return builder


def test_closing_has_its_facts(builder: WarehouseBuilder) -> None:
    """It has the final revision, the missing units, the person and the archive; a second closing is refused."""
    report(builder, 5)
    give_out(builder)
    result = look(builder)
    assert result.is_partial
    assert {absent_unit.state for absent_unit in result.absent} == {ReportingState.MISSING}
    assert (OTHER, "Xã Ma Nới") in {(absent_unit.code, absent_unit.name) for absent_unit in result.absent}
    standing = shut(builder)
    assert (standing.area, standing.period, standing.revision, standing.closed_by) == ("585", MAY, 2, "an")
    assert standing.missing == result.missing == len(builder.area().members) - 1
    with pytest.raises(UsageError, match="closed already, at revision 2"):
        look(builder)


def test_late_correction_moves_no_figure_until_reopened(closed: WarehouseBuilder) -> None:
    """It is accepted and waits; after reopening the next rollup publishes it, and May can be closed again."""
    report(closed, 7)
    report(closed, 1, OTHER)
    assert (closed.roll_up(), due(closed), waiting(closed)) == (None, 0, [2])
    assert closed.revision().number == 2
    assert open_again(closed).revision == 2
    assert (waiting(closed), due(closed)) == ([], 1)
    assert give_out(closed) == 3
    moved = {(change.column, change.before, change.after) for change in closed.revision().changes}
    assert ("value", "5", "8") in moved
    assert shut(closed).revision == 4


def test_reviews_of_later_years_leave_a_waiting_correction_open(closed: WarehouseBuilder) -> None:
    """Whole runs record their reviews in the years after; the correction is shown by each, and due when reopened."""
    report(closed, 7)
    for today in (TODAY, date(2026, 3, 1), date(2027, 3, 1)):
        review(closed, today)
        assert waiting(closed, today) == [1]
    open_again(closed)
    assert due(closed, date(2027, 3, 2)) == 1
    give_out(closed)
    review(closed, date(2027, 3, 2))
    assert due(closed, date(2027, 3, 3)) == 0


def test_closed_again_as_it_was(closed: WarehouseBuilder) -> None:
    """A period opened for nothing has the same figures when it is closed again; each time a revision says so."""
    open_again(closed)
    assert give_out(closed) == 3
    assert shut(closed).revision == 4
    with reading(closed.engine) as session:
        assert len(closings(session)) == 1
        figures = session.execute(select(RollupRevisionRow.finality, RollupRevisionRow.content_sha256)).all()
    preliminary, final = Finality.PRELIMINARY, Finality.FINAL
    assert [each.finality for each in figures] == [preliminary, final, preliminary, final]
    assert len({each.content_sha256 for each in figures}) == 1
    assert {row.finality for row in closed.revision().rows} == {final}
    assert closed.revision().changes == ()


def test_withdrawal_waits_as_well(closed: WarehouseBuilder) -> None:
    """A withdrawal after the closing changes no figure either."""
    unit = closed.catalog.units.get(FIRST, closed.catalog.forms.last_day(FORM, MAY)).key
    with transaction(closed.engine) as session:
        withdraw(session, ReportKey(unit, FORM, MAY), Decision(DecisionReason("wrong month", "an"), closed.now()))
    assert (closed.roll_up(), waiting(closed)) == (None, [1])


def test_late_report_of_an_open_month_waits_for_its_closed_quarter(builder: WarehouseBuilder) -> None:
    """The month is published with it, the quarter does not change; reopened, the quarter names the same file."""
    months = [parse_period(f"2025-0{number}") for number in (4, 5, 6)]
    for month in months:
        report(builder, 5, period=month)
    quarter, today = parse_period("2025-Q2"), date(2025, 7, 1)
    give_out(builder, quarter)
    cell = RollupKey(builder.area(period=quarter), FORM, quarter)
    close_rollup(builder, cell, today)
    late = report(builder, 7, OTHER, period=months[0])
    with reading(builder.engine) as session:
        touched = areas_touched(session, builder.catalog, ["585"], today=today)
        assert {area.period for area in touched} == {*months, parse_period("2025-H1")}
        assert [awaiting.reports for awaiting in awaiting_reopen(session, builder.catalog, today=today)] == [1]
    assert (builder.roll_up(period=months[0]), builder.roll_up(period=quarter)) == (1, None)
    with transaction(builder.engine) as session:
        reopen(session, cell, "late report of April", "binh", builder.now())
    assert builder.roll_up(period=quarter) == 3
    with reading(builder.engine) as session:
        sha256 = submission_record(session, late).file.sha256
    assert {change.sha256 for change in builder.revision(period=quarter).changes} == {sha256}


def test_same_file_once_more_is_no_correction(closed: WarehouseBuilder) -> None:
    """A file that is delivered again by another way changes nothing that would have to wait."""
    closed.receive(closed.arrival("bao-cao-1.xlsx", path="again/bao-cao-1.xlsx"))
    assert waiting(closed) == []


def test_other_areas_stay_open(closed: WarehouseBuilder) -> None:
    """Closing a district closes neither its province nor the communes, nor another month."""
    report(closed, 7)
    with reading(closed.engine) as session:
        result = areas_touched(session, closed.catalog, ["585", "58", FIRST], today=TODAY)
    assert {item.area.code for item in result} == {"58", FIRST}


def test_closings_of_a_report_are_found(closed: WarehouseBuilder) -> None:
    """A commune's report of May is under the closing; that of another month, form or commune is not."""
    with reading(closed.engine) as session:
        catalog = closed.catalog

        def over(units: set[str], period: str = "2025-05", form: str | None = None) -> int:
            return len(closings_over(session, catalog, parse_period(period), units, TODAY, form=form))

        assert over({FIRST}) == over({OTHER, FIRST}, form=FORM) == over({FIRST}, "2025-Q2") == 1
        assert over({FIRST}, "2025-04") == over({"00001"}) == over({FIRST}, form="another") == 0


def test_unfinished_period_cannot_be_closed(builder: WarehouseBuilder) -> None:
    """A period that is not over, or has no figures, is refused."""
    with reading(builder.engine) as session, pytest.raises(UsageError, match="not over yet"):
        closable(session, builder.catalog, cell_of(builder), builder.catalog.forms.last_day(FORM, MAY))
    with pytest.raises(UsageError, match="no figures"):
        look(builder)


def test_unpublished_figures_cannot_be_closed(builder: WarehouseBuilder) -> None:
    """Unpublished revisions and reports without a rollup need a nightly run first."""
    report(builder, 5)
    builder.roll_up()
    with pytest.raises(UsageError, match="nightly first"):
        look(builder)
    give_out(builder)
    look(builder)
    report(builder, 6)
    with pytest.raises(UsageError, match="nightly first"):
        look(builder)


def test_reopening_needs_a_reason_and_a_closing(closed: WarehouseBuilder) -> None:
    """A blank reason is refused, and so is reopening open figures."""
    with pytest.raises(UsageError, match="say why"):
        open_again(closed, "  ")
    open_again(closed)
    with pytest.raises(UsageError, match="not closed"):
        open_again(closed)


def test_migration_is_taken_back_with_closings_in(closed: WarehouseBuilder) -> None:
    """The downgrade opens every period again and keeps its figures."""
    with closed.engine.begin() as connection:
        downgrade(connection, "0004")
        assert connection.execute(text("SELECT number FROM rollup_revision")).scalars().all() == [1, 2]

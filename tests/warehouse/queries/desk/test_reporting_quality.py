"""Quality of reporting and burden of lines on each engine, from what was received and judged."""

from datetime import date, timedelta

from domain.indicators import Measure
from domain.issues import Issue
from domain.periods import Period, parse_period
from domain.quality.reporting import Share
from tests.warehouse.warehouse_builder import FORM, MAY, TOO_LATE, WarehouseBuilder, critical, warning
from warehouse.queries.desk.line_burden import line_burden
from warehouse.queries.desk.matrix import OwedReports
from warehouse.queries.desk.reporting_quality import (
    AreaQuality,
    QualityOfAreas,
    UnitQuality,
    ended_periods,
    reporting_quality,
)
from warehouse.queries.read_models import RevisionRef
from warehouse.queries.revisions import record_publication
from warehouse.rollups.reporting_facts import count_reporting
from warehouse.store.engine import reading, transaction
from warehouse.submissions.loading import JudgedReport

FIRST, LATE, RETURNED = "22813", "22816", "22828"
APRIL = parse_period("2025-04")


def quality(builder: WarehouseBuilder, *periods: Period) -> AreaQuality:
    """Read the quality of the district."""
    count(builder)
    with reading(builder.engine) as session:
        return reporting_quality(session, OwedReports(builder.catalog), ["585"], FORM, periods or (MAY,))


def count(builder: WarehouseBuilder) -> int:
    """Count what moved, as the end of a run does."""
    with transaction(builder.engine) as session:
        return count_reporting(session, builder.now())


def unit(result: AreaQuality, code: str) -> UnitQuality:
    """Return the quality of a unit."""
    return next(row for row in result.units if row.unit.code == code)


def judge(builder: WarehouseBuilder, code: str, issue: Issue) -> None:
    """Judge a unit's report of May, about which a rule has an issue."""
    report = builder.report(code, {builder.indicator_of(Measure.COUNT): (7,)})
    builder.load(JudgedReport(builder.check(report), report, (issue,)))


def test_first_files_decide(builder: WarehouseBuilder) -> None:
    """Lines warned of do not pass; returned is corrected once a file is accepted; silence is not on time."""
    indicator = builder.indicator_of(Measure.COUNT)
    judge(builder, FIRST, warning(indicator))
    builder.accept(builder.report(LATE, {indicator: (5,)}), builder.arrival(delivered_at=TOO_LATE))
    builder.refuse(builder.report(RETURNED, {indicator: (5,)}))
    result = quality(builder)
    lines = unit(result, LATE).total.passed.whole
    assert unit(result, FIRST).total.passed == Share(lines - 1, lines)
    assert unit(result, LATE).total.on_time == Share(0, 1)
    assert unit(result, RETURNED).total.corrected == Share(0, 1)
    assert result.total.on_time == Share(2, 8)
    assert result.units[0].total.passed.percent in {None, unit(result, RETURNED).total.passed.percent}
    builder.accept(builder.report(RETURNED, {indicator: (6,)}))
    assert unit(quality(builder), RETURNED).total.corrected == Share(1, 1)
    assert unit(quality(builder, APRIL, MAY), FIRST).total.on_time == Share(1, 2)
    assert result.of_area("nowhere").units == ()


def test_a_file_that_cannot_be_read_fails_in_all_lines(builder: WarehouseBuilder) -> None:
    """It names no line, and so all of them."""
    judge(builder, FIRST, critical())
    assert unit(quality(builder), FIRST).total.passed.part == 0


def test_periods_end_with_their_deadline(builder: WarehouseBuilder) -> None:
    """A period counts from the day after its deadline on, none before the first report, few after the last."""
    deadline = builder.catalog.forms.deadline(FORM, MAY, builder.catalog.forms.form(FORM).level)

    def ended(today: date) -> tuple[Period, ...]:
        with reading(builder.engine) as session:
            return ended_periods(session, builder.catalog, FORM, today, 2)

    assert ended(deadline) == (APRIL,)
    builder.accept(builder.report(FIRST, {builder.indicator_of(Measure.COUNT): (5,)}))
    assert ended(deadline + timedelta(days=1)) == (MAY,)
    assert ended(date(2027, 1, 1)) == (MAY.shift(1), MAY.shift(2))


def test_burden_counts_cells_files_and_what_never_changes(builder: WarehouseBuilder) -> None:
    """A figure that stays is unchanged, a zero is zero, and only what an area's revision has is published."""
    indicator = builder.indicator_of(Measure.COUNT)
    for period, figure in ((APRIL, 5), (MAY, 5)):
        builder.accept(builder.report(FIRST, {indicator: (figure,)}, period=period))
        builder.accept(builder.report(LATE, {indicator: (0,)}, period=period))
    count(builder)
    with reading(builder.engine) as session:
        (line,) = line_burden(session, FORM, (APRIL, MAY))
    assert (line.indicator, line.typed, line.is_published) == (indicator, 4, False)
    assert (line.unchanged, line.zero) == (Share(2, 2), Share(2, 4))
    builder.roll_up()
    made = builder.revision()
    with transaction(builder.engine) as session:
        ref = RevisionRef(made.area, FORM, MAY, made.number, made.boundary, made.area_valid_from)
        record_publication(session, ref, path="2025-05/585", at=builder.now())
    judge(builder, RETURNED, warning(indicator))
    count(builder)
    with reading(builder.engine) as session:
        (line,) = line_burden(session, FORM, (APRIL, MAY))
    assert (line.typed, line.questioned, line.returned, line.is_published) == (5, 1, 0, True)


def test_only_what_moved_is_counted_again(builder: WarehouseBuilder) -> None:
    """Nothing without a move; a judgement, or an acceptance, its own period; what is gone leaves nothing behind."""
    indicator = builder.indicator_of(Measure.COUNT)
    for period in (APRIL, MAY):
        builder.accept(builder.report(FIRST, {indicator: (5,)}, period=period))
    assert (count(builder), count(builder)) == (2, 0)
    builder.refuse(builder.report(RETURNED, {indicator: (5,)}))
    assert (count(builder), count(builder)) == (1, 0)


def test_a_moved_period_moves_the_next_one(builder: WarehouseBuilder) -> None:
    """A line that was unchanged in May changes when April is corrected."""
    indicator = builder.indicator_of(Measure.COUNT)

    def unchanged() -> Share:
        count(builder)
        with reading(builder.engine) as session:
            (line,) = line_burden(session, FORM, (MAY,))
        return line.unchanged

    for period in (APRIL, MAY):
        builder.accept(builder.report(FIRST, {indicator: (5,)}, period=period))
    assert unchanged() == Share(1, 1)
    builder.accept(builder.report(FIRST, {indicator: (6,)}, period=APRIL))
    assert unchanged() == Share(0, 1)


def test_areas_begin_with_their_first_report_and_end_with_themselves(builder: WarehouseBuilder) -> None:
    """A district that ended in July 2025 is shown up to its newest period, without silence before the first."""
    builder.accept(builder.report(FIRST, {builder.indicator_of(Measure.COUNT): (5,)}))
    count(builder)
    with reading(builder.engine) as session:
        qualities = QualityOfAreas(session, OwedReports(builder.catalog), date(2026, 12, 1), 12)
        ended, current = (qualities.of(area, FORM, MAY) for area in ("585", "56"))
    assert (ended.periods, len(ended.units), ended.total.on_time) == ((MAY,), 8, Share(1, 8))
    assert current.periods[-1] == MAY.shift(2)

"""The desk's matrix on each engine: states from the log, counts, filters, order, pages."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.indicators import Measure
from domain.issues import Issue, Severity
from domain.periods import parse_period
from tests.warehouse.closed_rollups import close_rollup
from tests.warehouse.warehouse_builder import FORM, MAY, TOO_LATE, WARNS, WarehouseBuilder, counted, warning
from warehouse.queries import RollupKey
from warehouse.queries.desk.matrix import MatrixCell, MatrixSelection, OwedReports, ReportMatrix, report_matrix
from warehouse.queries.desk.report_states import DeskState
from warehouse.queries.read_models import RevisionRef
from warehouse.queries.revisions import record_publication
from warehouse.store.engine import reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.waivers import WarningSelector, waive
from warehouse.submissions.withdrawal import Decision, withdraw

UNIT, OTHER = "22813", "22828"
WHY = DecisionReason("xã xác nhận", "an")
HOLD = Issue("correction_blanks_figure", Severity.HOLD, "Biểu 01-T", "E10", expected="312", facts={"version": "1"})


def matrix(builder: WarehouseBuilder, *areas: str, **selected: object) -> ReportMatrix:
    """Read the matrix as of now."""
    selection = MatrixSelection(FORM, **selected)  # type: ignore[arg-type] # of the tests
    with reading(builder.engine) as session:
        return report_matrix(session, OwedReports(builder.catalog), areas, selection, builder.now())


def cell(builder: WarehouseBuilder, unit: str = UNIT) -> MatrixCell:
    """Return the state of a unit's report of May."""
    (row,) = matrix(builder, "585", text=unit, last=MAY, columns=1).rows
    return row.cells[0]


def report_key(builder: WarehouseBuilder) -> ReportKey:
    """Return the key of the commune's report of May."""
    return ReportKey(builder.catalog.units.get(UNIT, builder.catalog.forms.last_day(FORM, MAY)).key, FORM, MAY)


def stock(builder: WarehouseBuilder) -> str:
    """Return an indicator of the commune's report."""
    return builder.indicator_of(Measure.COUNT)


def send(builder: WarehouseBuilder, *issues: Issue, figure: int = 5) -> None:
    """Send and judge another version of the report, with these issues."""
    report = builder.report(UNIT, {stock(builder): (figure,)})
    builder.load(JudgedReport(builder.check(report), report, issues))


def refuse(builder: WarehouseBuilder) -> None:
    """Send a version that is returned."""
    builder.refuse(builder.report(UNIT, {stock(builder): (7,)}))


def take_away(builder: WarehouseBuilder) -> None:
    """Withdraw the version that counts."""
    with transaction(builder.engine) as session:
        withdraw(session, report_key(builder), Decision(WHY, builder.now(), "run"), None)


def answer(builder: WarehouseBuilder) -> None:
    """Answer the warnings."""
    with transaction(builder.engine) as session:
        waive(session, WarningSelector(report_key(builder), WARNS), date(2025, 12, 31), Decision(WHY, builder.now()))


def shut(builder: WarehouseBuilder) -> None:
    """Publish and close May of the district."""
    builder.roll_up()
    made = builder.revision()
    with transaction(builder.engine) as session:
        ref = RevisionRef(made.area, FORM, MAY, made.number, made.boundary, made.area_valid_from)
        record_publication(session, ref, path="2025-05/585", at=builder.now())
    close_rollup(builder, RollupKey(builder.area(), FORM, MAY), date(2025, 5, 21))


Step = Callable[[WarehouseBuilder], None]


def with_warning(builder: WarehouseBuilder) -> None:
    """Send a version with a warning."""
    send(builder, warning(stock(builder)))


def with_warning_and_other_figures(builder: WarehouseBuilder) -> None:
    """Send a version with the same warning, whose figures are others."""
    send(builder, warning(stock(builder)), figure=6)


def held(builder: WarehouseBuilder) -> None:
    """Send a version that is held."""
    send(builder, HOLD)


def too_late(builder: WarehouseBuilder) -> None:
    """Send a version on the day after the deadline."""
    builder.accept(builder.report(UNIT, {stock(builder): (5,)}), builder.arrival(delivered_at=TOO_LATE))


def arrived(builder: WarehouseBuilder) -> None:
    """Send a version that no run has judged."""
    builder.check(builder.report(UNIT, {stock(builder): (5,)}))


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([], DeskState.NOT_SENT),
        ([arrived], DeskState.CHECKING),
        ([send], DeskState.ON_TIME),
        ([too_late], DeskState.LATE),
        ([refuse], DeskState.RETURNED),
        ([refuse, send], DeskState.ON_TIME),
        ([send, refuse], DeskState.ON_TIME),
        ([with_warning], DeskState.WARNINGS),
        ([with_warning, answer], DeskState.ON_TIME),
        ([with_warning, answer, with_warning], DeskState.ON_TIME),
        ([with_warning, answer, with_warning_and_other_figures], DeskState.WARNINGS),
        ([with_warning, send], DeskState.ON_TIME),
        ([send, held], DeskState.HELD),
        ([send, take_away], DeskState.WITHDRAWN),
        ([send, send, take_away], DeskState.ON_TIME),
        ([send, take_away, refuse], DeskState.RETURNED),
        ([send, shut], DeskState.ON_TIME),
        ([send, shut, send], DeskState.AWAITING_REOPENING),
    ],
    ids=lambda value: "-".join(step.__name__ for step in value) or "nothing" if isinstance(value, list) else None,
)
def test_what_happened_gives_the_state(builder: WarehouseBuilder, steps: list[Step], state: DeskState) -> None:
    """The state is that of the log, on both engines alike."""
    for step in steps:
        step(builder)
    assert cell(builder).state is state


def test_a_cell_counts_what_came(builder: WarehouseBuilder) -> None:
    """It has the number of versions, the open warnings, and whether a later correction was returned."""
    with_warning(builder)
    refuse(builder)
    assert cell(builder) == MatrixCell(DeskState.WARNINGS, 0, 2, 1, is_correction_returned=True)
    assert cell(builder, OTHER) == MatrixCell(DeskState.NOT_SENT, 5, 0, 0, is_correction_returned=False)


def test_who_needs_a_call_comes_first(builder: WarehouseBuilder) -> None:
    """What is outstanding comes before a question, a question before what is in order; then the code decides."""
    send(builder)
    report = builder.report(OTHER, {stock(builder): (5,)})
    builder.load(JudgedReport(builder.check(report), report, (warning(stock(builder)),)))
    result = matrix(builder, "585", last=MAY)
    codes = [row.unit.code for row in result.rows]
    assert codes[-2:] == [OTHER, UNIT]
    assert codes[:-2] == sorted(codes[:-2])
    assert {row.cells[-1].state for row in result.rows[:-2]} == {DeskState.NOT_SENT}


def test_columns_count_the_selected_units(builder: WarehouseBuilder) -> None:
    """Each period counts its states; periods before the first that came are not shown, nor a unit of another time."""
    send(builder)
    result = matrix(builder, "585")
    assert [column.period for column in result.periods] == [MAY]
    assert result.periods[0].counts == {DeskState.ON_TIME: 1, DeskState.NOT_SENT: 7}
    assert (result.selected, result.units, result.is_first, result.is_last) == (8, 8, True, True)
    assert result.areas == {"585": "Huyện Ninh Sơn"}


def test_a_state_selects_rows_and_leaves_the_counts(builder: WarehouseBuilder) -> None:
    """Units with that state in any period, or in the period that is named, are listed; the counts stay those of all."""
    send(builder)
    result = matrix(builder, "585", state=DeskState.ON_TIME)
    assert [row.unit.code for row in result.rows] == [UNIT]
    assert (result.selected, result.units) == (1, 8)
    elsewhere = matrix(builder, "585", state=DeskState.ON_TIME, state_in=parse_period("2025-04"))
    assert elsewhere.rows == ()


def test_pages_and_texts_select_rows(builder: WarehouseBuilder) -> None:
    """Rows come by pages; a name is matched whatever its spelling, a code by its beginning."""
    send(builder)
    everything = [row.unit.code for row in matrix(builder, "585").rows]
    assert [row.unit.code for row in matrix(builder, "585", skip=2, most=3).rows] == everything[2:5]
    assert [row.unit.code for row in matrix(builder, "585", text="HOÀ sơn").rows] == ["22825"]
    assert len(matrix(builder, "585", text="2282").rows) == 3
    assert matrix(builder, "585", area="586").rows == ()


def test_without_areas_those_above_the_senders_count(builder: WarehouseBuilder) -> None:
    """A deployment that names no area sees the units beside those that reported; before that there are none."""
    assert matrix(builder).rows == ()
    send(builder)
    assert len(matrix(builder).rows) == 8


def test_statements_do_not_grow_with_the_reports(builder: WarehouseBuilder) -> None:
    """A page takes as many statements of eight communes' reports as of a single report."""
    send(builder)
    with counted(builder.engine) as single:
        matrix(builder, "585")
    for unit in ("22810", "22816", "22819", OTHER):
        builder.accept(builder.report(unit, {stock(builder): (5,)}))
    with counted(builder.engine) as several:
        matrix(builder, "585")
    assert len(several) == len(single)

"""Figures that several forms ask for: only the form that counts enters a figure, and the other is shown beside it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.catalog.obligations import Precedence
from domain.periods import Period, parse_period
from domain.rollups import RollupRow, RollupStatus
from tests.examples import examples
from tests.warehouse.warehouse_builder import FORM, Cells, WarehouseBuilder, taken_back
from warehouse import queries
from warehouse.rollups.newest_figures import NewestFigures
from warehouse.rollups.rollups import roll_up
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport, load
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.submissions import receive, record_checked, record_parsed
from warehouse.submissions.withdrawal import Decision, withdraw

TABLE, DN, AREA = "hddt_t", "hddt_dn", "56"
APRIL, MAY_2026, QUARTER = map(parse_period, ("2026-04", "2026-05", "2026-Q2"))
UNITS = ("22333", "22366", "22390")
SWITCH = date(2026, 5, 1)
"""The day from which the table counts."""


@pytest.fixture
def register(builder: WarehouseBuilder) -> WarehouseBuilder:
    """A warehouse whose catalogue lets the tax office's table count since May 2026, and the communes before."""
    counting = dict.fromkeys((DN, "hddt_hkd"), ((date.min, FORM), (SWITCH, TABLE)))
    builder.catalog = replace(
        builder.catalog, precedence=Precedence(counting, builder.catalog.precedence.rivals), version="register"
    )
    return builder


def give(builder: WarehouseBuilder, form: str, unit: str, cells: Cells, period: Period = MAY_2026) -> int:
    """Accept a report of one figure of a unit in a form."""
    report = replace(builder.report(unit, {DN: cells}, period=period), form=form, layout_version="2026.1")
    return builder.accept(report)


def row_of(builder: WarehouseBuilder, period: Period = MAY_2026) -> RollupRow:
    """The row of the figure in the newest revision of the province."""
    builder.roll_up(AREA, period)
    return next(row for row in builder.revision(area=AREA, period=period).rows if row.indicator == DN)


def amounts(row: RollupRow) -> tuple[Decimal | None, Decimal | None, int]:
    """The sums of a row and how many units gave them."""
    return row.numerator, row.denominator, row.units_accepted


def test_the_table_counts_from_its_day_on(register: WarehouseBuilder) -> None:
    """In April the commune's figure counts and in May the table's; both are kept, and neither is added to the other."""
    for period in (APRIL, MAY_2026):
        give(register, FORM, UNITS[0], (60, 100), period)
        give(register, TABLE, UNITS[0], (50, 100), period)
    assert amounts(row_of(register, APRIL)) == (60, 100, 1)
    row = row_of(register)
    assert amounts(row) == (50, 100, 1)
    assert "Số liệu tính theo biểu 02-T/HĐĐT-T." in row.notes
    assert "khác ở: 22333 Phường Bắc Nha Trang (50/100 ≠ 01-T/CĐS-X 60/100)." in row.notes


def test_a_missing_figure_is_not_made_up_from_the_other_form(register: WarehouseBuilder) -> None:
    """A commune without a row in the table that counts is missing, though it reported itself."""
    give(register, FORM, UNITS[0], (60, 100))
    give(register, TABLE, UNITS[1], (7, 10))
    row = row_of(register)
    assert amounts(row) == (7, 10, 1)
    assert (row.status, row.units_missing) == (RollupStatus.PARTIAL, row.units_expected - 1)
    assert "Chưa có báo cáo: 22333 Phường Bắc Nha Trang" in row.notes
    with reading(register.engine) as session:
        explained = queries.explain(session, AREA, MAY_2026, DN)
    assert explained.counted_forms == {"2026-05": TABLE}
    assert UNITS[0] in {unit.code for unit in explained.absent if unit.file is None}
    assert [(each.unit, each.form, each.sources[0].cell) for each in explained.beside] == [(UNITS[0], FORM, "E10")]


def test_figures_lead_to_the_file_that_counts(register: WarehouseBuilder) -> None:
    """Lineage and data files name the table's file, and the figure is published with the communes' form only."""
    own, table = (give(register, form, UNITS[0], (60, 100)) for form in (FORM, TABLE))
    row_of(register)
    revision = register.revision(area=AREA, period=MAY_2026)
    (contribution,) = (each for each in revision.contributions if each.indicator == DN)
    assert contribution.file.submission_id == table
    assert [each.file.submission_id for each in revision.beside] == [own]
    with transaction(register.engine) as session:
        area = register.area(AREA, MAY_2026)
        assert roll_up(session, register.catalog, area, TABLE, MAY_2026, run_id="r", at=register.now()) is None
    with reading(register.engine) as session:
        head = queries.newest_ref(session, RollupKey(area, FORM, MAY_2026))
        assert head is not None
        newest = NewestFigures(session, ())
        key = session.connection().exec_driver_sql("SELECT max(id) FROM rollup_revision").scalar_one()
        (amount,) = (each for each in newest.amounts([key]) if each.indicator == DN)
        assert (amount.form, amount.file_name) == (TABLE, contribution.file.file_name)
        assert {report.unit for report in newest.reports([key])} == {UNITS[0]}


def test_a_withdrawn_row_names_its_file(register: WarehouseBuilder) -> None:
    """What moved is attributed to the table's file, though the commune's own report stands."""
    give(register, FORM, UNITS[0], (60, 100))
    table = give(register, TABLE, UNITS[0], (50, 100))
    give(register, TABLE, UNITS[1], (7, 10))
    row_of(register)
    with transaction(register.engine) as session:
        unit = register.catalog.units.get(UNITS[0], SWITCH)
        decision = Decision(DecisionReason("nhầm", "lan"), register.now())
        withdraw(session, ReportKey(unit.key, TABLE, MAY_2026), decision)
    assert amounts(row_of(register)) == (7, 10, 1)
    revision = register.revision(area=AREA, period=MAY_2026)
    files = {change.column: change.sha256 for change in revision.changes if change.indicator == DN}
    with reading(register.engine) as session:
        assert files["numerator"] == queries.submission_record(session, table).file.sha256


def test_notes_that_change_name_the_file_beside(register: WarehouseBuilder) -> None:
    """A commune's report that does not count changes the note and no other column, and the change leads to its file."""
    give(register, TABLE, UNITS[0], (50, 100))
    give(register, FORM, UNITS[1], (7, 10))
    row_of(register)
    own = give(register, FORM, UNITS[1], (8, 10))
    row_of(register)
    changes = register.revision(area=AREA, period=MAY_2026).changes
    with reading(register.engine) as session:
        file = queries.submission_record(session, own).file
    assert [(each.column, each.sha256) for each in changes if each.indicator == DN] == [("notes", file.sha256)]


def test_a_quarter_takes_each_month_from_the_form_that_counts(register: WarehouseBuilder) -> None:
    """A stock is the last month's, so a quarter whose last month has the table's figure is the table's."""
    for period in parse_period("2026-Q2").parts(register.catalog.forms.form(FORM).frequency):
        give(register, FORM, UNITS[0], (60, 100), period)
    give(register, TABLE, UNITS[0], (50, 100), parse_period("2026-06"))
    row = row_of(register, QUARTER)
    assert amounts(row) == (50, 100, 1)
    assert "Số liệu tính theo biểu 02-T/HĐĐT-T (2026-06)." in row.notes


def test_reports_of_either_form_make_the_figures_due(register: WarehouseBuilder) -> None:
    """The table alone makes the communes' figures due where it counts; where not, only once a commune reported."""
    give(register, TABLE, UNITS[0], (50, 100))
    give(register, TABLE, UNITS[0], (50, 100), APRIL)

    def due() -> set[tuple[str, str, str]]:
        with reading(register.engine) as session:
            areas = queries.areas_touched(session, register.catalog, [AREA], today=date(2026, 6, 1))
        return {(each.area.code, each.form, each.period.id) for each in areas if each.form == FORM}

    assert due() == {(AREA, FORM, "2026-05")}
    give(register, FORM, UNITS[0], (60, 100), APRIL)
    row_of(register, APRIL)
    row_of(register)
    assert due() == set()
    give(register, TABLE, UNITS[1], (50, 100), APRIL)
    assert due() == {(AREA, FORM, "2026-04")}


REPORTS = st.lists(
    st.tuples(
        st.sampled_from((FORM, TABLE)),
        st.sampled_from(UNITS),
        st.tuples(st.integers(0, 50) | st.none(), st.integers(50, 90) | st.none()),
    ),
    max_size=8,
)


def accept_in(session: Session, builder: WarehouseBuilder, form: str, unit: str, cells: Cells) -> None:
    """Accept a report within a session that is taken back."""
    report = replace(builder.report(unit, {DN: cells}, period=MAY_2026), form=form, layout_version="2026.1")
    submission = receive(session, builder.arrival())
    record_parsed(session, {submission: report}, builder.now())
    record_checked(session, [submission], builder.now(), "run-1")
    load(session, [JudgedReport(submission, report, ())], "run-1", builder.now())


@pytest.mark.long
@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reports=REPORTS)
def test_the_other_form_never_moves_a_figure(
    register: WarehouseBuilder, reports: list[tuple[str, str, tuple[int | None, int | None]]]
) -> None:
    """Whatever comes in whatever order: figures are those of the table alone, and a commune's report moves none."""
    with taken_back(register.engine) as session:
        area, last = register.area(AREA, MAY_2026), dict[str, tuple[int, int]]()
        row: RollupRow | None = None
        for form, unit, (numerator, denominator) in reports:
            accept_in(session, register, form, unit, (numerator, denominator))
            if form == TABLE:
                last.pop(unit, None)
                if numerator is not None and denominator is not None:
                    last[unit] = numerator, denominator
            roll_up(session, register.catalog, area, FORM, MAY_2026, run_id="r", at=register.now())
            now = next(each for each in queries.revision(session, AREA, MAY_2026).rows if each.indicator == DN)
            sums = [sum(each) for each in zip(*last.values(), strict=True)] or [None, None]
            assert [now.numerator, now.denominator, now.units_accepted] == [*sums, len(last)]
            if row is not None and form == FORM:
                assert replace(now, notes="", revision=0, published_at=row.published_at) == replace(
                    row, notes="", revision=0
                )
            row = now

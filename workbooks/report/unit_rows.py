"""Parsing of a table of many units: each row becomes the report of its unit, with issues of its own."""

from collections.abc import Iterator
from dataclasses import replace

from domain.errors import UsageError
from domain.layouts import ColumnRole, Form, Layout
from domain.observations import CellState, Observation
from domain.periods import Period
from domain.submissions import ParsedReport
from domain.units import OrgUnit
from workbooks.cells.addresses import cell_address
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import KEY_UNIT
from workbooks.identify.form import identify_layout
from workbooks.identify.heading import read_heading
from workbooks.identify.period import identify_period
from workbooks.identify.sources import IdentificationSources
from workbooks.many_units.combine import FileContext, combined
from workbooks.many_units.row_units import RowUnits
from workbooks.many_units.unit_table import NamedRow, UnitTable, find_unit_tables
from workbooks.report.cell_comments import note_comments
from workbooks.report.figures import SheetContext, parse_line
from workbooks.report.totals import check_totals
from workbooks.report.unused_figures import due_indicators, note_unused_figures
from workbooks.tables.locate import LocatedLine
from workbooks.text.heading_vocabulary import heading_vocabulary_of

_MOST_NAMED = 20


def parse_unit_rows(context: FileContext, sources: IdentificationSources) -> ParsedReport | None:
    """Return the report of a workbook that holds a table of units, with that of each unit as part; None of any other.

    A row that is of no unit, a total that differs and units that our own form lists and the table lacks are issues of
    the workbook; all else that is wrong in a row refuses its unit alone.
    """
    layouts = [layout for layout in context.catalog.forms.layouts if layout.unit_columns]
    tables = find_unit_tables(context.workbook, layouts) if layouts else ()
    if not tables:
        return None
    table, form = tables[0], context.catalog.forms.form(tables[0].layout.form)
    if len(tables) > 1:
        names = ", ".join(each.sheet.name for each in tables)
        place = FigurePlace(table.sheet.name, cell_address(table.top, 1))
        context.findings.issue("several_form_sheets", place, found=names, expected=table.layout.sheet)
    vocabulary = heading_vocabulary_of(context.catalog)
    stated = replace(sources, headings=(read_heading(table.sheet, table.top, vocabulary),))
    calendar = context.catalog.forms.calendar_of(form.id)
    period = identify_period(form, calendar, vocabulary, stated, context.findings)
    layout = identify_layout(context.catalog, form, period, (sources.stamp, context.workbook), context.findings)
    whole = ParsedReport(None, period, form.id, layout.version if layout else None)
    for column in table.missing:
        place = FigurePlace(table.sheet.name, cell_address(table.top, 1))
        context.findings.issue("column_missing", place, expected=column.header, candidates="")
    if period is None or layout is None or len(tables) > 1 or table.missing:
        return replace(whole, issues=context.findings.issues, repairs=context.findings.repairs)
    return _Rows(context, form, layout, period, table).report(whole, _stamped_area(sources))


def _stamped_area(sources: IdentificationSources) -> str | None:
    return next((fact.text for fact in sources.stamp.of(KEY_UNIT)), None)


class _Rows:
    """The rows of one table."""

    def __init__(self, context: FileContext, form: Form, layout: Layout, period: Period, table: UnitTable) -> None:
        self._context, self._form, self._layout, self._period, self._table = context, form, layout, period, table
        self._day = context.catalog.forms.last_day(form.id, period)
        self._rows = tuple(table.unit_rows())
        self._units = RowUnits(context.catalog, form.level, self._day, self._rows)

    def report(self, whole: ParsedReport, area: str | None) -> ParsedReport:
        """Return the report of the table; `area` is the unit or area that our own form was made for."""
        rows = [self._parse(row) for row in self._rows]
        observations = [each for _, report in rows for each in report.observations]
        is_readable = all(each.state is not CellState.UNREADABLE for each in observations)
        if is_readable and all(report.unit is not None for _, report in rows):
            context = SheetContext(self._context.catalog, self._table.sheet, self._context.findings)
            check_totals(context, self._table.totals, observations)
        listed = {report.unit.code for _, report in rows if report.unit is not None}
        if not listed:
            for issue in (each for _, report in rows for each in report.issues):
                self._context.findings.add(issue)
            place = FigurePlace(self._table.sheet.name, cell_address(self._table.bottom + 1, 1))
            self._context.findings.issue("unit_missing", place)
            return replace(whole, issues=self._context.findings.issues, repairs=self._context.findings.repairs)
        self._note_missing(area, listed)
        return combined(whole, rows, self._context.findings)

    def _parse(self, row: NamedRow) -> tuple[FigurePlace, ParsedReport]:
        findings = self._context.findings.for_part()
        column = self._table.column_of(ColumnRole.UNIT_NAME, ColumnRole.UNIT_CODE)
        place = FigurePlace(self._table.sheet.name, cell_address(row.row, column), row.name)
        unit = self._unit(row, place, findings)
        observations: tuple[Observation, ...] = ()
        if unit is not None and not any(issue.code == "unit_row_disagrees" for issue in findings.issues):
            context = SheetContext(self._context.catalog, self._table.sheet, findings)
            lines = list(self._lines(row, unit))
            observations = tuple(parse_line(context, line, unit.code) for line in lines)
            note_comments(context, observations)
            due = due_indicators(self._context.catalog, self._form.id, unit, self._period)
            note_unused_figures(context, observations, {line.indicator: line.label for line in lines}, due)
        report = ParsedReport(
            unit, self._period, self._form.id, self._layout.version, observations, findings.repairs, findings.issues
        )
        return place, report

    def _unit(self, row: NamedRow, place: FigurePlace, findings: Findings) -> OrgUnit | None:
        by_code, by_name = self._units.by_code(row), self._units.by_name(row)
        if by_code is None and (row.code or by_name is None):
            text = f"{row.code} {row.name}".strip()
            findings.issue("unit_row_unknown", place, found=text, candidates=self._units.alike(row.name))
            return None
        unit = by_code or by_name
        if by_code is not None and row.name and not self._units.is_named(by_code, row):
            expected = f"{by_code.name} ({by_code.code})"
            findings.issue("unit_row_disagrees", place, found=f"{row.code} {row.name}", expected=expected)
        if unit is not None and self._units.above is not None and unit.parent != self._units.above:
            findings.issue("unit_row_elsewhere", place, found=f"{unit.name} ({unit.code})")
        return unit

    def _lines(self, row: NamedRow, unit: OrgUnit) -> Iterator[LocatedLine]:
        for indicator in self._layout.indicators:
            name = self._context.catalog.indicators[indicator].name.vi
            yield LocatedLine(indicator, f"{unit.name}: {name}", self._table.spots(indicator, row.row))

    def _note_missing(self, area: str | None, listed: set[str]) -> None:
        try:
            owing = self._context.catalog.owing_units(self._form.id, area, self._period) if area is not None else ()
        except UsageError:  # another catalogue's area
            owing = ()
        missing = [f"{unit.name} ({unit.code})" for unit in owing if unit.code not in listed]
        if missing:
            more = ", …" if len(missing) > _MOST_NAMED else ""
            place = FigurePlace(self._table.sheet.name, cell_address(self._table.bottom, 1))
            units = ", ".join(missing[:_MOST_NAMED]) + more
            self._context.findings.issue("units_missing", place, found=str(len(missing)), units=units)

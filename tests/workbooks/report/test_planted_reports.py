"""Tests of whole reports with known figures (shares, percentages, villages) in every file format."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from benchmarks.typical import saved_as_xls
from domain.catalog.catalog import Catalog
from domain.issues import Severity
from domain.layouts import ColumnRole, Layout
from domain.observations import Observation
from domain.periods import parse_period
from domain.submissions import ParsedReport
from tests.examples import examples
from tests.workbooks.report.planting import PERIOD, QUIRKS, UNIT, Quirk
from tests.workbooks.workbook_edits import FORM, figure_cell_of, make_handmade, save
from workbooks.cells.addresses import split_address
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report

pytestmark = pytest.mark.long

Key = tuple[str, str, str]
"""Unit, indicator, and numerator, denominator or stated."""
_SETTINGS = settings(
    max_examples=examples(20),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
_PERCENTS: tuple[tuple[Callable[[Decimal], object], str], ...] = (
    (float, "0.00"),
    (lambda percent: float(percent / 100), "0.00%"),
    (lambda percent: f"{percent}%".replace(".", ","), "General"),
    (lambda percent: f"{percent}".replace(".", ","), "@"),
    (lambda percent: f"{percent} %", "General"),
)
_PLAIN = QUIRKS[0]
_IN_ONE_LOOK = [quirk for quirk in QUIRKS if not isinstance(quirk.value(1), CellRichText)]


@dataclass
class Planted:
    """A workbook with its known figures and their addresses."""

    workbook: Workbook
    truth: dict[Key, Decimal] = field(default_factory=dict)
    cells: dict[Key, str] = field(default_factory=dict)

    def note(self, key: Key, value: Decimal, cell: str) -> None:
        """Record a planted figure."""
        self.truth[key], self.cells[key] = value, cell


def _put(sheet: Worksheet, address: str, value: object, number_format: str) -> None:
    sheet[address].value = value  # type: ignore[assignment] # openpyxl takes more than its stubs say
    sheet[address].number_format = number_format


def _plant_shares(planted: Planted, catalog: Catalog, layout: Layout, data: st.DataObject) -> None:
    """Plant shares with percentages, some as one text ("69.586/91.032") in the numerator's cell."""
    columns = {column.role: number for number, column in enumerate(layout.columns, start=1)}
    for indicator in layout.indicators:
        if catalog.indicators[indicator].denominator is None:
            continue
        whole = data.draw(st.integers(1, 99_999), label=f"{indicator} of")
        part = data.draw(st.integers(0, whole), label=indicator)
        sheet_name, address = figure_cell_of(planted.workbook, catalog, indicator, "numerator")
        sheet, place = planted.workbook[sheet_name], split_address(address)
        assert place is not None
        under = sheet.cell(place[0], columns[ColumnRole.DENOMINATOR])
        if data.draw(st.integers(0, 9)) == 0:
            _put(sheet, address, f"{part:,}/{whole:,}".replace(",", "."), "@")
            under.value = None
        else:
            _put(sheet, address, part, "#,##0")
            under.value = whole
        planted.note((UNIT, indicator, "numerator"), Decimal(part), address)
        planted.note((UNIT, indicator, "denominator"), Decimal(whole), under.coordinate)
        percent = (Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
        stated = sheet.cell(place[0], columns[ColumnRole.PERCENT]).coordinate
        write, number_format = data.draw(st.sampled_from(_PERCENTS))
        _put(sheet, stated, write(percent), number_format)
        planted.note((UNIT, indicator, "stated"), percent, stated)


def _plant_villages(planted: Planted, layout: Layout, quirks: Sequence[Quirk], data: st.DataObject) -> None:
    """Plant teams and their members, with village lines in any order and figures in any spelling."""
    sheet = planted.workbook[layout.village_sheet or ""]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    with_team, of_members = (column.indicator or "" for column in layout.village_columns if column.indicator)
    for row, line in enumerate(data.draw(st.permutations(lines)), start=2):
        village = str(line[1])
        has_team = data.draw(st.booleans(), label=village)
        members = data.draw(st.integers(1, 40)) if has_team else 0
        quirk: Quirk = data.draw(st.sampled_from(quirks)) if data.draw(st.integers(0, 3)) == 0 else _PLAIN
        for column, value in enumerate([row - 1, village, line[2], "Có" if has_team else "Không"], start=1):
            sheet.cell(row, column).value = value
        _put(sheet, f"E{row}", quirk.value(members), quirk.format)
        planted.note((village, with_team, "numerator"), Decimal(has_team), f"D{row}")
        planted.note((village, of_members, "numerator"), Decimal(members), f"E{row}")


def _disturb(planted: Planted, data: st.DataObject) -> None:
    """Add a hidden copy with other figures, merged and hidden cells, or another epoch."""
    form = planted.workbook.worksheets[0]
    if data.draw(st.booleans(), label="hidden copy"):
        copied = planted.workbook.copy_worksheet(form)
        copied.title, copied.sheet_state = f"{form.title} (2)", data.draw(st.sampled_from(["hidden", "veryHidden"]))
        for row in range(13, copied.max_row):
            if isinstance(copied.cell(row, 5).value, int):
                copied.cell(row, 5).value = 1
    if data.draw(st.booleans(), label="merged"):
        row = data.draw(st.integers(13, 20))
        merged = data.draw(st.sampled_from([f"D{row}:E{row}", f"E{row}:E{row + 1}", f"D{row}:D{row + 2}"]))
        # Merging keeps the first cell only; if that is empty, the file would not contain the figure at all.
        if form[merged.partition(":")[0]].value is not None:
            form.merge_cells(merged)
    if data.draw(st.booleans(), label="hidden line"):
        form.row_dimensions[data.draw(st.integers(13, 30))].hidden = True
    if data.draw(st.booleans(), label="since 1904"):
        planted.workbook.epoch = CALENDAR_MAC_1904


def _read_figures(observations: tuple[Observation, ...]) -> Mapping[Key, Decimal | None]:
    return {
        (observation.unit, observation.indicator, what): figure.number
        for observation in observations
        for what, figure in (
            ("numerator", observation.numerator),
            ("denominator", observation.denominator),
            ("stated", observation.stated),
        )
        if figure is not None
    }


def _misreads(report: ParsedReport, planted: Planted) -> list[str]:
    """Return the figures that were misread or lost without an issue."""
    if not report.is_placeable:
        return [] if report.has_critical else ["the report has no place and no critical issue"]
    numbers = _read_figures(report.observations)
    noted = {issue.cell for issue in report.issues} | {issue.indicator for issue in report.issues}
    whole = any(issue.severity is Severity.CRITICAL and issue.indicator is None for issue in report.issues)
    return [
        f"{key} in {planted.cells[key]}: planted {number}, read {numbers.get(key)}"
        for key, number in planted.truth.items()
        if numbers.get(key) != number and not {planted.cells[key], key[1]} & noted and not whole
    ]


@_SETTINGS
@given(data=st.data(), is_old=st.booleans())
def test_whole_reports(catalog: Catalog, data: st.DataObject, is_old: bool) -> None:
    """Every figure of the form and the village sheet is read as planted, or has an issue."""
    layout = catalog.forms.layout_for(FORM, parse_period(PERIOD))
    planted = Planted(make_handmade(catalog, UNIT, PERIOD))
    _plant_shares(planted, catalog, layout, data)
    _plant_villages(planted, layout, _IN_ONE_LOOK if is_old else QUIRKS, data)
    if not is_old:
        _disturb(planted, data)
    content = saved_as_xls(planted.workbook) if is_old else save(planted.workbook)
    assert _misreads(parse_report(content, catalog, Hints(f"{UNIT}_{PERIOD}.xlsx")), planted) == []

"""Input cells of a template: what they accept, what is locked, and what is filled in."""

import re

import pytest
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from domain.catalog.catalog import Catalog
from domain.catalog.forms import Forms
from domain.layouts import ColumnRole
from domain.periods import parse_period
from tests.builders import make_template, make_workbook, open_workbook, place_of, value_of
from workbooks.cells.stamp import FigureCellName, VillageCellName, figure_name, parse_name

FORM, VILLAGES = "Biểu 01-T", "Thôn, khu phố"
_REQUIRED = ("hddt_dn", "hsskdt", "dvc_toantrinh")
"""Indicators without which the report is refused."""


@pytest.fixture(scope="module")
def may(catalog: Catalog) -> Workbook:
    """Return the template of xã Lâm Sơn for May 2025, which does not end a quarter."""
    return open_workbook(make_template(catalog, "22813", "2025-05"))


def named_cell(workbook: Workbook, name: str) -> tuple[str, str]:
    """Return sheet and address of a defined name."""
    sheet, _, address = place_of(workbook, name).rpartition("!")
    return sheet, address


def validation_of(workbook: Workbook, name: str) -> DataValidation | None:
    """Return the data validation that covers the cell of a defined name."""
    sheet, address = named_cell(workbook, name)
    covering = [
        validation for validation in workbook[sheet].data_validations.dataValidation if address in validation.sqref
    ]
    return covering[0] if covering else None


def test_only_figures_answers_and_notes_are_unlocked(may: Workbook) -> None:
    """Labels, headings, percentages and register figures are locked."""
    sheet = may[FORM]
    named = {
        named_cell(may, name)[1]
        for name in may.defined_names
        if isinstance(what := parse_name(name), FigureCellName) and what.role is not ColumnRole.PERCENT
    }
    unlocked = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    register = named_cell(may, "TH.tcnscd_xa.denominator")[1]
    in_table = {
        item for item in unlocked if item[0] in "DEF" and 13 <= int(item[1:]) <= 60 and sheet[item].border.left.style
    }
    assert in_table == named - {register}


@pytest.mark.parametrize("sheet", [FORM, VILLAGES, "Hướng dẫn", "_meta"])
def test_sheets_are_protected_without_password(may: Workbook, sheet: str) -> None:
    """Sheet protection has no password."""
    assert may[sheet].protection.sheet
    assert may[sheet].protection.password is None


def test_counts_take_whole_numbers_from_zero(may: Workbook) -> None:
    """The validation of a count requires a whole number, with Vietnamese texts."""
    for role in (ColumnRole.NUMERATOR, ColumnRole.DENOMINATOR):
        rule = validation_of(may, figure_name("hddt_hkd", role))
        assert rule is not None
        assert (rule.type, rule.operator, rule.formula1) == ("whole", "greaterThanOrEqual", "0")
        assert rule.showErrorMessage
        assert rule.showInputMessage
        assert "số nguyên từ 0 trở lên" in rule.error
        assert "không áp dụng" in rule.prompt


def test_required_lines_are_marked(may: Workbook) -> None:
    """A line without which the report is refused is marked, and its cells advise no blank and no mark."""
    sheet, address = named_cell(may, "TH.hsskdt.numerator")
    rule = validation_of(may, "TH.hsskdt.numerator")
    assert str(may[sheet].cell(may[sheet][address].row, 2).value).endswith("(*)")
    assert rule is not None
    assert "để trống" not in rule.prompt
    assert "không áp dụng" not in rule.prompt + rule.error
    assert any("(*) Chỉ tiêu bắt buộc" in str(row[0].value) for row in may[sheet].iter_rows())


def test_a_mark_can_still_be_typed(may: Workbook) -> None:
    """The validation warns and does not block, since "không áp dụng" is text."""
    rule = validation_of(may, "TH.hsskdt.numerator")
    assert rule is not None
    assert rule.errorStyle == "warning"


def test_answers_come_from_a_list(may: Workbook) -> None:
    """Yes or no is chosen from a list."""
    rule = validation_of(may, "TH.V.8.tcnscd_thon")
    assert rule is not None
    assert (rule.type, rule.formula1) == ("list", '"Có,Không"')


def test_messages_fit_what_excel_shows(may: Workbook) -> None:
    """Titles, prompts and errors stay within Excel's maximum of 32, 255 and 225 characters."""
    for sheet in may.worksheets:
        for rule in sheet.data_validations.dataValidation:
            assert max(len(rule.promptTitle), len(rule.errorTitle)) <= 32
            assert len(rule.prompt) <= 255
            assert len(rule.error) <= 225


def test_percentage_is_a_formula_of_its_line(may: Workbook) -> None:
    """The percentage is computed from the two figures of its line."""
    sheet, address = named_cell(may, "TH.hsskdt.percent")
    over = named_cell(may, "TH.hsskdt.numerator")[1]
    under = named_cell(may, "TH.hsskdt.denominator")[1]
    formula = may[sheet][address].value
    assert formula == f'=IF(AND(ISNUMBER({over}),N({under})>0),ROUND({over}/{under}*100,2),"")'
    assert may[sheet][address].number_format == "0.00"


def test_register_denominator_is_filled_in_and_locked(may: Workbook) -> None:
    """The register's denominator (the commune itself, 1) is filled in and locked."""
    sheet, address = named_cell(may, "TH.tcnscd_xa.denominator")
    assert may[sheet][address].value == 1
    assert may[sheet][address].protection.locked


def test_thousands_follow_the_reader_s_locale(may: Workbook) -> None:
    """Counts use Excel's thousands format, shown with dots in a Vietnamese locale."""
    sheet, address = named_cell(may, "TH.hsskdt.numerator")
    assert may[sheet][address].number_format == "#,##0"


@pytest.mark.parametrize(
    ("indicator", "reason"),
    [
        ("hscv", "Báo cáo vào tháng cuối quý"),
        ("smartphone", "Báo cáo vào tháng 12"),
        ("hddt_mtt", "Không áp dụng trong kỳ này"),
    ],
)
def test_lines_not_due_are_grey_locked_and_explained(may: Workbook, forms: Forms, indicator: str, reason: str) -> None:
    """A line that is not due gives the reason, is locked and has no defined name."""
    label = next(line.label for line in forms.layouts[0].lines if line.indicator == indicator)
    row = next(row for row in may[FORM].iter_rows() if row[1].value == label)
    assert row[6].value == reason
    assert all(cell.protection.locked and cell.fill.fgColor.rgb == "FFD9D9D9" for cell in row[3:6])
    assert figure_name(indicator, ColumnRole.NUMERATOR) not in may.defined_names


def test_quarterly_lines_open_at_the_end_of_a_quarter(catalog: Catalog) -> None:
    """Quarterly lines are unlocked in June."""
    june = open_workbook(make_template(catalog, "22813", "2025-06"))
    sheet, address = named_cell(june, "TH.hscv.numerator")
    assert not june[sheet][address].protection.locked


def test_names_cover_what_is_due(may: Workbook, catalog: Catalog) -> None:
    """Exactly the figures that are due have a defined name."""
    unit = catalog.units.get("22813", catalog.forms.last_day("cds_x_t", parse_period("2025-05")))
    due = {due_indicator.id for due_indicator in catalog.due_indicators("cds_x_t", unit, parse_period("2025-05"))}
    results = [parse_name(name) for name in may.defined_names]
    assert {item.indicator for item in results if isinstance(item, FigureCellName)} == due - {
        "tcnscd_thon",
        "tcnscd_tv",
    }
    villages = {(item.line, item.what) for item in results if isinstance(item, VillageCellName)}
    wanted = ("village_code", "village_name", "tcnscd_thon", "tcnscd_tv")
    assert villages == {(line, what) for line in range(1, 9) for what in wanted}


def test_names_point_at_the_line_s_own_cells(may: Workbook, forms: Forms) -> None:
    """A defined name refers to the row of its label and the column of its role."""
    columns = [column.role for column in forms.layouts[0].columns]
    labels = {line.indicator: line.label for line in forms.layouts[0].lines if line.indicator}
    labels |= {indicator: f"{labels[indicator]} (*)" for indicator in _REQUIRED}
    for name in may.defined_names:
        what = parse_name(name)
        if isinstance(what, FigureCellName):
            sheet, address = named_cell(may, name)
            column, row, _, _ = range_boundaries(address)
            assert columns[int(column or 0) - 1] is what.role
            assert may[sheet].cell(int(row or 0), 2).value == labels[what.indicator]


def test_text_that_looks_like_a_formula_stays_text(catalog: Catalog) -> None:
    """A text that begins with "=" is stored as text."""
    workbook = open_workbook(make_workbook(catalog, "22813", "2025-05", edits={"TH.hsskdt.numerator": "=1+1"}))
    sheet, address = named_cell(workbook, "TH.hsskdt.numerator")
    # openpyxl reads back a string as a formula only from a formula cell.
    assert workbook[sheet][address].data_type == "s"
    assert value_of(workbook, "TH.hsskdt.numerator") == "=1+1"


def test_everything_is_times_new_roman(may: Workbook) -> None:
    """Every non-empty cell uses the font that officials are required to use."""
    for sheet in (FORM, VILLAGES, "Hướng dẫn"):
        fonts = {cell.font.name for row in may[sheet].iter_rows() for cell in row if cell.value is not None}
        assert fonts == {"Times New Roman"}


def test_words_fit_their_columns(may: Workbook) -> None:
    """No single word is wider than its column, so text is only wrapped, never cut off."""
    for sheet in (may[FORM], may[VILLAGES]):
        joined = {str(cell) for block in sheet.merged_cells.ranges for row in block.rows for cell in row}
        assert joined  # headings span columns and are left out here
        for row in sheet.iter_rows():
            for cell in row:
                inside = any(cell.coordinate in block for block in sheet.merged_cells.ranges)
                if isinstance(cell.value, str) and not inside and not cell.value.startswith("="):
                    longest = max(re.split(r"\s", cell.value), key=len)
                    assert len(longest) * 1.1 <= sheet.column_dimensions[cell.column_letter].width, cell.value

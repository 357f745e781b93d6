"""The reader and openpyxl read the same in every cell of generated workbooks with arbitrary values and formats."""

import datetime as dt
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.workbook import Workbook as OpenpyxlWorkbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.examples import examples
from tests.workbooks.container.oracle import (
    KINDS,
    DifferenceKind,
    ReaderDifference,
    differences,
    open_with_openpyxl,
    unexplained,
)
from workbooks.cells.addresses import cell_address, column_letters
from workbooks.container.reader import read_workbook

_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=40).filter(
    lambda text: not text.startswith(("=", "{=")) and ":" not in text
)
_ODD_TEXTS = st.sampled_from(
    [
        " đầu",
        "cuối ",
        "hai\ndòng",
        "\tthụt",
        "_x000D_",
        "a_x0041_b",
        "<&>\"'",
        "]]>",
        "Tỷ lệ",
        "0123",
        "=",
        "\u200b",
        " ",
    ]
)
_NUMBERS = st.one_of(
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda x: x == 0 or 1e-300 < abs(x) < 1e300),
    st.decimals(-(10**6), 10**6, places=3).map(float),
)
_DATES = st.builds(
    dt.datetime.combine,
    st.dates(dt.date(1904, 1, 3), dt.date(2100, 1, 1)),
    st.times().map(lambda time: time.replace(microsecond=0)),
)
_FORMATS = st.sampled_from(
    [
        "General", "0", "0.00", "#,##0", "0%", "0.00%", "@", r"_-* #,##0\ _₫_-", '0" người"', "#,##0.0;[Red]-#,##0.0",
        "0.00E+00", "# ?/?", "#,##0,", '[>999]0.0," nghìn";0', "0;-0;;@",
    ]
)  # fmt: skip
_FORMULAS = st.sampled_from(["=1+1", "=SUM(A1:A9)", '=IF(1=1,"có","")', "=A1/B1", "='Trang 0'!A1*100"])
_FONTS = st.sampled_from(["Calibri", "Times New Roman", ".VnTime", ".VnTimeH", "VNI-Times"])
_ERRORS = st.sampled_from(["#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
_PLACES = st.tuples(st.integers(1, 60), st.integers(1, 30))


@dataclass(frozen=True)
class Plan:
    """Planned contents of a sheet."""

    cells: dict[tuple[int, int], tuple[Any, str, str]]
    comments: dict[tuple[int, int], str]
    hidden_rows: set[int]
    hidden_columns: set[int]
    merged: int
    """Number of merged ranges, one below another, far below the cells."""


_PLANS = st.builds(
    Plan,
    st.dictionaries(
        _PLACES,
        st.tuples(st.one_of(_TEXTS, _ODD_TEXTS, _NUMBERS, st.booleans(), _DATES, _ERRORS, _FORMULAS), _FORMATS, _FONTS),
        max_size=30,
    ),
    st.dictionaries(_PLACES, st.sampled_from(["đã kiểm tra", "xem lại\nsố liệu", "1"]), max_size=3),
    st.sets(st.integers(1, 60), max_size=4),
    st.sets(st.integers(1, 30), max_size=3),
    st.integers(0, 3),
)
_SETTINGS = settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_SETTINGS
@given(
    plans=st.lists(_PLANS, min_size=1, max_size=3),
    state=st.sampled_from(["visible", "hidden", "veryHidden"]),
    since_1904=st.booleans(),
)
def test_workbooks_of_openpyxl(plans: list[Plan], state: str, since_1904: bool) -> None:
    """Both read workbooks by openpyxl alike: inline strings, formulas without results."""
    workbook = OpenpyxlWorkbook()
    workbook.epoch = CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900
    workbook.worksheets[0].title = "Trang 0"
    for number, plan in enumerate(plans):
        _fill(workbook.worksheets[0] if number == 0 else workbook.create_sheet(f"Trang {number}"), plan)
    workbook.create_sheet("Cuối").sheet_state = state
    _assert_same(_saved(workbook))


@_SETTINGS
@given(plans=st.lists(_PLANS, min_size=1, max_size=3), is_hidden=st.booleans(), since_1904=st.booleans())
def test_workbooks_of_xlsxwriter(plans: list[Plan], is_hidden: bool, since_1904: bool) -> None:
    """Both read workbooks by XlsxWriter alike: shared strings, formulas with results, rich text."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": since_1904})
    for number, plan in enumerate(plans):
        _write(workbook, workbook.add_worksheet(f"Trang {number}"), plan)
    last = workbook.add_worksheet("Trang 'cuối' &")
    if is_hidden:
        last.hide()
    last.write_rich_string("B2", "12", workbook.add_format({"font_script": 1}), "1", " người")
    workbook.define_name("TH.so", "='Trang 0'!$A$5")
    workbook.close()
    _assert_same(buffer.getvalue())


def _fill(sheet: Worksheet, plan: Plan) -> None:
    for (row, column), (value, number_format, font) in plan.cells.items():
        cell = sheet.cell(row, column, value)
        cell.font = Font(name=font)
        if not isinstance(value, dt.datetime):
            cell.number_format = number_format
    for (row, column), text in plan.comments.items():
        sheet.cell(row, column).comment = Comment(text, "cán bộ")
    for row in plan.hidden_rows:
        sheet.row_dimensions[row].hidden = True
    for column in plan.hidden_columns:
        sheet.column_dimensions[column_letters(column)].hidden = True
    for number in range(plan.merged):
        sheet.merge_cells(start_row=70 + 3 * number, end_row=71 + 3 * number, start_column=1, end_column=4)


def _write(workbook: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, plan: Plan) -> None:
    for (row, column), (value, number_format, font) in plan.cells.items():
        look = workbook.add_format({"num_format": number_format, "font_name": font})
        place = row - 1, column - 1
        if isinstance(value, bool):
            sheet.write_boolean(*place, value, look)
        elif isinstance(value, dt.datetime):
            sheet.write_datetime(*place, value, workbook.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}))
        elif isinstance(value, int | float):
            sheet.write_number(*place, value, look)
        elif value.startswith("=") and len(value) > 1:
            sheet.write_formula(*place, value, look, 0.5)
        else:
            sheet.write_string(*place, value, look)
    for (row, column), text in plan.comments.items():
        sheet.write_comment(row - 1, column - 1, text)
    for row in plan.hidden_rows:
        sheet.set_row(row - 1, None, None, {"hidden": True})
    for column in plan.hidden_columns:
        sheet.set_column(column - 1, column - 1, None, None, {"hidden": True})
    for number in range(plan.merged):
        sheet.merge_range(69 + 3 * number, 0, 70 + 3 * number, 3, "gộp")


def _saved(workbook: OpenpyxlWorkbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _assert_same(data: bytes) -> None:
    theirs = open_with_openpyxl(data)
    assert theirs is not None
    assert unexplained(differences(read_workbook(data), theirs)) == []


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_every_kind_of_difference_has_its_reason(kind: DifferenceKind) -> None:
    """Intended differences state a reason, and none covers a differing figure."""
    assert kind.reason.endswith(".")
    assert not kind.holds(ReaderDifference("value", "Biểu", "A1", Decimal(1), 2))
    assert not kind.holds(ReaderDifference("value", "Biểu", "A1", "một", "hai"))


def test_what_surrounds_the_cells_equals_openpyxl() -> None:
    """Both read the same merged ranges, hidden rows and columns, comments and defined names."""
    workbook = OpenpyxlWorkbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Biểu 'số' 1"
    for row in range(1, 9):
        sheet.append([row, f"dòng {row}"])
    sheet.merge_cells("A2:B3")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet["B6"].comment = Comment("đã kiểm tra", "cán bộ")
    workbook.defined_names["TH.so"] = openpyxl.workbook.defined_name.DefinedName(
        "TH.so", attr_text="'Biểu ''số'' 1'!$A$5"
    )
    read = read_workbook(_saved(workbook))
    mine = read.sheets[0]
    assert [str(merged) for merged in mine.merged] == ["A2:B3"]
    assert mine.merge_around(3, 2) is not None
    assert mine.merge_around(4, 2) is None
    assert [row for row in range(1, 9) if mine.is_hidden(row, 1)] == [4]
    assert [column for column in range(1, 5) if mine.is_hidden(1, column)] == [3]
    assert {address: text.removeprefix("cán bộ:\n") for address, text in mine.comments.items()} == {"B6": "đã kiểm tra"}
    assert read.names == {"TH.so": "'Biểu ''số'' 1'!$A$5"}


def test_the_order_of_cells_in_the_file_does_not_matter() -> None:
    """Rows are ordered from the top and cells from the left, regardless of file order."""
    workbook = OpenpyxlWorkbook()
    sheet = workbook.worksheets[0]
    for row, column in ((9, 2), (1, 30), (1, 3), (4, 1)):
        sheet.cell(row, column, f"{row}/{column}")
    mine = read_workbook(_saved(workbook)).sheets[0]
    assert [[cell.a1 for cell in cells] for cells in mine.rows.values()] == [
        [cell_address(1, 3), cell_address(1, 30)],
        ["A4"],
        ["B9"],
    ]

"""The reader against openpyxl: on workbooks of any values and formats both read the same in every cell."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook import Workbook as OpenpyxlWorkbook
from openpyxl.worksheet.worksheet import Worksheet

from workbooks.addresses import cell_address
from workbooks.cells import CellKind, Sheet, SheetState
from workbooks.reader import read_workbook

_TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=40
).filter(lambda text: not text.startswith("=") and "_x" not in text and text.strip(" \t\r\n") == text)
_NUMBERS = st.one_of(
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda x: x == 0 or 1e-300 < abs(x) < 1e300),
    st.decimals(-(10**6), 10**6, places=3).map(float),
)
_DATES = st.builds(
    dt.datetime.combine,
    st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1)),
    st.times().map(lambda time: time.replace(microsecond=0)),
)
_FORMATS = st.sampled_from(
    ["General", "0", "0.00", "#,##0", "0%", "0.00%", "@", r"_-* #,##0\ _₫_-", '0" người"', "#,##0.0;[Red]-#,##0.0"]
)
_CELLS = st.dictionaries(
    st.tuples(st.integers(1, 60), st.integers(1, 30)),
    st.tuples(
        st.one_of(_TEXTS, _NUMBERS, st.booleans(), _DATES, st.sampled_from(["#DIV/0!", "#N/A", "#REF!"])),
        _FORMATS,
        st.sampled_from(["Calibri", "Times New Roman", ".VnTime", "VNI-Times"]),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheets=st.lists(_CELLS, min_size=1, max_size=3), state=st.sampled_from(["visible", "hidden", "veryHidden"]))
def test_every_cell_equals_openpyxl(sheets: list[dict[tuple[int, int], tuple[Any, str, str]]], state: str) -> None:
    """Values, kinds, number formats, fonts and sheet states are those openpyxl reads from the same bytes."""
    workbook = OpenpyxlWorkbook()
    workbook.worksheets[0].title = "Trang 0"
    for number, cells in enumerate(sheets):
        sheet = workbook.worksheets[0] if number == 0 else workbook.create_sheet(f"Trang {number}")
        for (row, column), (value, number_format, font) in cells.items():
            cell = sheet.cell(row, column, value)
            cell.font = Font(name=font)
            if not isinstance(value, dt.datetime):
                cell.number_format = number_format
    workbook.create_sheet("Cuối").sheet_state = state
    data = _saved(workbook)
    theirs = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    ours = read_workbook(data)
    assert [sheet.name for sheet in ours.sheets] == theirs.sheetnames
    assert ours.sheets[-1].state is SheetState(state)
    for sheet in ours.sheets:
        _assert_equal(sheet, theirs[sheet.name])


def _saved(workbook: OpenpyxlWorkbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _assert_equal(ours: Sheet, theirs: Worksheet) -> None:
    known = {cell.coordinate: cell for row in theirs.iter_rows() for cell in row if cell.value is not None}
    assert set(known) == {address for address, cell in ours.cells.items() if cell.value != ""}
    for address, cell in known.items():
        mine = ours.cells[address]
        assert _plain(mine.value) == _plain(cell.value), address
        assert mine.number_format == cell.number_format, address
        assert mine.font == cell.font.name, address
        assert (mine.kind is CellKind.ERROR) == (cell.data_type == "e"), address


def _plain(value: object) -> object:
    """Numbers as floats, dates to the second: openpyxl rounds what it reads, we do not."""
    match value:
        case bool():
            return value
        case Decimal() | int() | float():
            return float(value)
        case dt.datetime():
            return (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
        case _:
            return value


def test_what_surrounds_the_cells_equals_openpyxl() -> None:
    """Merged ranges, hidden rows and columns, comments and defined names are those openpyxl reads."""
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
    """Rows come from the top and cells from the left, however the file was written."""
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

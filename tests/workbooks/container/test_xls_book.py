"""Workbooks of BIFF8 (.xls) give the same cells as an .xlsx, or are refused with a reason."""

import datetime as dt
import io
import struct
from decimal import Decimal

import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from tests.examples import examples
from tests.workbooks.workbook_edits import make_handmade, save
from workbooks.cells.addresses import cell_address
from workbooks.cells.cells import CellKind, SheetState, Workbook
from workbooks.cells.guards import Limits, RefusedError
from workbooks.container.reader import read_workbook
from workbooks.container.xls_book import _check_short_chains
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report

_NUMBERS = st.one_of(
    st.integers(-(10**14), 10**14),
    st.decimals(-(10**6), 10**6, places=3).map(float),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x == 0 or 1e-300 < abs(x) < 1e300),
)
_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), max_codepoint=0xFFFD), min_size=1, max_size=60)


def _bytes(book: xlwt.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _style(number_format: str = "General", font: str = "Arial") -> xlwt.XFStyle:
    style = xlwt.XFStyle()
    style.num_format_str = number_format
    style.font.name = font
    return style


def _refused(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(RefusedError) as caught:
        read_workbook(data, limits)
    return caught.value.issue.code


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cells=st.dictionaries(st.tuples(st.integers(0, 60), st.integers(0, 30)), st.one_of(_NUMBERS, _TEXTS)))
def test_every_value_is_the_one_written(cells: dict[tuple[int, int], float | str]) -> None:
    """Numbers to the last decimal and any Unicode text are read at their addresses."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Biểu")
    for (row, column), value in cells.items():
        sheet.write(row, column, value)
    read = read_workbook(_bytes(book)).sheets[0].cells
    expected = {
        cell_address(row + 1, column + 1): value if isinstance(value, str) else Decimal(repr(value))
        for (row, column), value in cells.items()
    }
    assert {address: cell.value for address, cell in read.items()} == expected


def _rich_book() -> Workbook:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Biểu 01")
    sheet.write(0, 0, 0.9423, _style("0.00%", ".VnTime"))
    sheet.write(1, 0, dt.datetime(2025, 5, 14), _style("DD/MM/YYYY"))  # noqa: DTZ001 - a cell's date has no time zone
    sheet.write(2, 0, True)  # noqa: FBT003 - a value to write
    sheet.row(3).set_cell_error(0, "#DIV/0!")
    sheet.write(4, 0, xlwt.Formula("1+1"))
    sheet.write_merge(5, 6, 0, 1, "gộp")
    sheet.row(7).hidden = True
    sheet.write(7, 0, "ẩn")
    sheet.col(3).hidden = True
    book.add_sheet("Ẩn").visibility = 1
    book.add_sheet("Ẩn hẳn").visibility = 2
    data, nothing = _bytes(book), b"\x03\0\0\0\0\0\xff\xff"
    assert data.count(nothing) == 1
    return read_workbook(data.replace(nothing + b"\0\0", bytes(8) + b"\x02\0"))


def test_kinds_formats_and_fonts_are_kept() -> None:
    """Percentage, date, boolean and error cells are distinguished, with format and font."""
    cells = _rich_book().sheets[0].cells
    assert (cells["A1"].kind, cells["A1"].value) == (CellKind.NUMBER, Decimal("0.9423"))
    assert (cells["A1"].number_format, cells["A1"].font) == ("0.00%", ".VnTime")
    assert (cells["A2"].kind, cells["A2"].value) == (CellKind.DATE, dt.datetime(2025, 5, 14))  # noqa: DTZ001 - a cell has no time zone
    assert (cells["A3"].kind, cells["A3"].value) == (CellKind.BOOL, True)
    assert (cells["A4"].kind, cells["A4"].value) == (CellKind.ERROR, "#DIV/0!")


def test_uncalculated_formula_is_no_zero() -> None:
    """The placeholder zero of a program without calculation is not read as a figure."""
    cell = _rich_book().sheets[0].cells["A5"]
    assert (cell.kind, cell.value, cell.has_formula) == (CellKind.UNCACHED, None, True)


def test_a_calculated_formula_keeps_its_result() -> None:
    """A formula with a result is a number, marked as a formula."""
    book = xlwt.Workbook()
    book.add_sheet("Biểu").write(0, 0, xlwt.Formula("1+1"))
    nothing, result = b"\x03\0\0\0\0\0\xff\xff", struct.pack("<d", 2.0)
    data = _bytes(book)
    assert data.count(nothing) == 1
    cell = read_workbook(data.replace(nothing, result)).sheets[0].cells["A1"]
    assert (cell.kind, cell.value, cell.has_formula) == (CellKind.NUMBER, Decimal(2), True)


def test_what_people_cannot_see_is_known() -> None:
    """Hidden rows, columns and sheets and merged ranges are read."""
    read = _rich_book()
    sheet = read.sheets[0]
    assert [row for row in range(1, 9) if sheet.is_hidden(row, 1)] == [8]
    assert [column for column in range(1, 6) if sheet.is_hidden(1, column)] == [4]
    assert [str(merged) for merged in sheet.merged] == ["A6:B7"]
    assert [other_sheet.state for other_sheet in read.sheets] == [
        SheetState.VISIBLE,
        SheetState.HIDDEN,
        SheetState.VERY_HIDDEN,
    ]


def test_limits_hold() -> None:
    """Too many sheets, cells or bytes and content out of bounds are refused as in an .xlsx."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("một")
    book.add_sheet("hai")
    sheet.write(0, 0, 1)
    sheet.write(60_000, 0, "xa")
    data = _bytes(book)
    assert _refused(data) == "content_out_of_bounds"
    assert _refused(data, Limits(sheets=1)) == "too_many_sheets"
    assert _refused(data, Limits(cells=1, rows=65_536)) == "too_many_cells"
    assert _refused(data, Limits(file_size=1000)) == "file_too_large"
    assert _refused(data, Limits(text_length=1, rows=65_536)) == "text_too_long"


def test_spaces_far_outside_are_noted_only() -> None:
    """A stray space in the last row is no content."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Biểu")
    sheet.write(0, 0, 1)
    sheet.write(65_535, 255, " ")
    assert read_workbook(_bytes(book)).sheets[0].strays == ("IV65536",)


def test_a_cell_twice_is_refused() -> None:
    """Two values for a cell are ambiguous and refused."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Biểu")
    sheet.write(0, 0, 1)
    sheet.write(0, 2, 2)
    data = _bytes(book)
    second = struct.pack("<HHHH", 0x027E, 10, 0, 2)
    assert data.count(second) == 1
    assert _refused(data.replace(second, struct.pack("<HHHH", 0x027E, 10, 0, 0))) == "duplicate_cell"


def test_short_sectors_in_a_circle_are_refused() -> None:
    """A compound file whose short sectors form a cycle is refused."""
    with pytest.raises(RefusedError) as caught:
        _check_short_chains([1, 2, 0])
    assert caught.value.issue.code == "old_xls"
    _check_short_chains([1, 2, -2, -1, 0])


@pytest.mark.parametrize("keep", [600, 1500, 2600, 4000])
def test_a_truncated_file_is_refused(keep: int) -> None:
    """A truncated file is refused, wherever it is cut."""
    book = xlwt.Workbook()
    book.add_sheet("Biểu").write(0, 0, "chữ")
    assert _refused(_bytes(book)[:keep]) in {"old_xls", "old_office_file"}


def test_an_xls_report_reads_like_its_xlsx_twin(catalog: Catalog) -> None:
    """The hand-made form as .xls gives the observations, issues and repairs of its .xlsx."""
    made = make_handmade(catalog, "22813", "2025-05")
    book = xlwt.Workbook()
    for sheet in made.worksheets:
        copy = book.add_sheet(sheet.title)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    copy.write(cell.row - 1, cell.column - 1, cell.value)
    new = parse_report(save(made), catalog, Hints("report.xlsx", ()))
    old = parse_report(_bytes(book), catalog, Hints("report.xls", ()))
    assert new.observations
    assert (old.observations, old.issues, old.repairs) == (new.observations, new.issues, new.repairs)
    assert (old.unit, old.period, old.form) == (new.unit, new.period, new.form)

"""Pictures of sheets: what stands in each cell, merged ranges, limits, and files that stay closed."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from connectors.landing import Landing, NotLandedError
from domain.issues import Issue, Severity
from web.desk.sheet_pictures import MOST_COLUMNS, MOST_ROWS, PictureCell, SheetPicture, sheet_pictures
from workbooks.cells.guards import Limits


def pictures_of(folder: Path, book: openpyxl.Workbook, *issues: Issue) -> tuple[SheetPicture, ...]:
    """Land a workbook and return its pictures."""
    saved = BytesIO()
    book.save(saved)
    landing = Landing(folder)
    return sheet_pictures(landing, landing.land(saved.getvalue()), issues, Limits())


def test_cells_are_shown_as_in_excel(tmp_path: Path) -> None:
    """Numbers have their format and a decimal comma, texts stay texts, empty cells are empty."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["B1"], sheet["D1"] = "Tỷ lệ", 0.7644, 12
    sheet["B1"].number_format = "0.00%"
    (picture,) = pictures_of(tmp_path, book)
    assert picture.columns == ("A", "B", "C", "D")
    assert picture.rows[0].cells == (
        PictureCell("A1", "Tỷ lệ", is_number=False),
        PictureCell("B1", "76,44%", is_number=True),
        PictureCell("C1", "", is_number=False),
        PictureCell("D1", "12", is_number=True),
    )


def test_a_merged_range_is_a_single_cell(tmp_path: Path) -> None:
    """It covers its columns and rows; a row by itself covers none below."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"], book.worksheets[0]["C2"] = "x", 1
    book.worksheets[0].merge_cells("A1:B2")
    (picture,) = pictures_of(tmp_path, book)
    assert picture.rows[0].cells[0] == PictureCell("A1", "x", is_number=False, columns=2, rows=2)
    assert [cell.address for cell in picture.rows[1].cells] == ["C2"]
    row = picture.row_of("A1")
    assert row is not None
    assert row.cells[0] == PictureCell("A1", "x", is_number=False, columns=2)
    assert picture.row_of("A9") is None


def test_a_large_sheet_is_cut(tmp_path: Path) -> None:
    """Rows and columns beyond the limits are left out, and the picture says so; merging all of it costs nothing."""
    book = openpyxl.Workbook()
    book.worksheets[0].cell(MOST_ROWS + 50, MOST_COLUMNS + 5, "far")
    book.worksheets[0].merged_cells.add("B2:XFD1048576")  # at once: not cell by cell
    book.create_sheet("Ẩn").sheet_state = "hidden"
    picture, hidden = pictures_of(tmp_path, book)
    assert (len(picture.rows), len(picture.columns), picture.is_cut) == (MOST_ROWS, MOST_COLUMNS, True)
    assert (hidden.is_hidden, hidden.rows, hidden.is_cut) == (True, (), False)


@pytest.mark.parametrize("code", ["took_too_long", "took_too_much_memory", "reading_stopped", "file_infected"])
def test_what_crashed_a_reader_stays_closed(tmp_path: Path, code: str) -> None:
    """Such a file is not opened again to be looked at."""
    assert pictures_of(tmp_path, openpyxl.Workbook(), Issue(code, Severity.CRITICAL)) == ()


def test_what_is_no_workbook_has_no_picture(tmp_path: Path) -> None:
    """Bytes that cannot be read are left to be downloaded; bytes that are missing are an error of ours."""
    landing = Landing(tmp_path)
    assert sheet_pictures(landing, landing.land(b"no workbook"), (), Limits()) == ()
    with pytest.raises(NotLandedError):
        sheet_pictures(landing, "0" * 64, (), Limits())

"""Tables of units as offices draw them up: headings over two rows, group titles, names without codes, totals."""

from collections.abc import Sequence

import pytest
from openpyxl import Workbook

from domain.catalog.catalog import Catalog
from domain.submissions import ParsedReport
from tests.workbooks.workbook_edits import save
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report

ROWS: Sequence[Sequence[object]] = (
    ("I", "Khu vực phía Bắc"),
    (1, "Phường Bắc Nha Trang", 100, 75, 75, 200, 150, 75),
    (2, "P. Nha Trang", 200, 100, 50, 400, 300, 75),
    (None, "Cộng", 300, 175, None, 600, 450),
    ("II", "Khu vực phía Nam"),
    (3, "Ba Ngòi", 10, 5, 50, 20, 10, 50),
    (None, "Tổng cộng", 310, 180, 58.06, 620, 460),
    (),
    (None, "Người lập biểu", None, None, None, "Trưởng phòng"),
)


def parse(catalog: Catalog, rows: Sequence[Sequence[object]], down: int = 0) -> ParsedReport:
    """Parse an office's table, its heading merged over two rows, `down` rows below the usual place."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["A2"] = "THUẾ TỈNH KHÁNH HÒA", "Kỳ báo cáo: Tháng 5/2026"
    top = 4 + down
    for column, text in zip("ABCF", ("TT", "Địa bàn", "Doanh nghiệp", "Hộ kinh doanh"), strict=True):
        sheet[f"{column}{top}"] = text
    for column, text in zip("CDEFGH", ("Tổng số", "Sử dụng HĐĐT", "Tỷ lệ") * 2, strict=True):
        sheet[f"{column}{top + 1}"] = text
    for merged in (f"A{top}:A{top + 1}", f"B{top}:B{top + 1}", f"C{top}:E{top}", f"F{top}:H{top}"):
        sheet.merge_cells(merged)
    for number, values in enumerate(rows, top + 2):
        for column, value in enumerate(values, 1):
            sheet.cell(number, column, value)
    return parse_report(save(book), catalog, Hints("HĐĐT.xlsx"))


@pytest.mark.parametrize("down", [0, 3])
def test_headings_over_two_rows(catalog: Catalog, down: int) -> None:
    """Group titles and the headings below them are one; names need neither code nor kind; totals are only compared."""
    report = parse(catalog, ROWS, down)
    assert (report.period and report.period.id, report.form, report.issues) == ("2026-05", "hddt_t", ())
    read = [
        (part.unit and part.unit.code, [each.numerator.cell for each in part.observations], part.issues)
        for part in report.parts
    ]
    rows = [7 + down, 8 + down, 11 + down]
    codes = ["22333", "22366", "22423"]
    assert read == [(code, [f"D{row}", f"G{row}"], ()) for code, row in zip(codes, rows, strict=True)]


def test_totals_name_their_cells(catalog: Catalog) -> None:
    """Of totals and subtotals, only the cell that is no sum of the rows is named."""
    wrong = [(*row[:2], 311, *row[3:]) if row[1:2] == ("Tổng cộng",) else row for row in ROWS]
    report = parse(catalog, wrong)
    assert [(issue.code, issue.cell, issue.expected) for issue in report.issues] == [("total_differs", "C12", "310")]

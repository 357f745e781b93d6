"""The official sheets of the workbook, read back: form, themes, coverage, corrections, print layout."""

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from domain.catalog.catalog import Catalog
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.workbook.rollup_workbook import write_workbook
from tests.publishing.figures.test_trends import APRIL, knowing
from tests.publishing.revisions import build_revision, correction, with_row
from tests.publishing.workbook.conftest import Open
from warehouse.queries import Revision

FORM, COVERAGE, CORRECTIONS, CHARTS = (
    "Biểu tổng hợp",
    "Tình hình gửi báo cáo",
    "Điều chỉnh số liệu",
    "Biểu đồ theo đơn vị",
)
E_INVOICE = "1. Hóa đơn điện tử"


def rows_of(sheet: Worksheet) -> list[list[object]]:
    """Return the values of a sheet by row, empty ones left out."""
    return [[value for value in row if value is not None] for row in sheet.iter_rows(values_only=True)]


def row_with(sheet: Worksheet, text: str) -> list[object]:
    """Return the first row of a sheet that holds a text."""
    return next(row for row in rows_of(sheet) if text in row)


def test_form_has_the_heading_and_the_signatures_of_decree_30(opened: Open, revision: Revision) -> None:
    """Issuing body, nation, motto, number, place and date stand above, both signatories below the table."""
    rows = rows_of(opened(revision)[FORM])
    assert rows[:3] == [
        ["ỦY BAN NHÂN DÂN HUYỆN\N{NO-BREAK SPACE}NINH\N{NO-BREAK SPACE}SƠN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["Số:         /BC-UBND", "Độc lập - Tự do - Hạnh phúc"],
        ["Ninh Sơn, ngày … tháng … năm 20…"],
    ]
    assert ["NGƯỜI LẬP BIỂU", "CHỦ TỊCH"] in rows
    assert ["TM. ỦY BAN NHÂN DÂN"] in rows


def test_named_area_leaves_body_and_place_open(catalog: Catalog, opened: Open, revision: Revision) -> None:
    """An area of the catalogue has no People's Committee: an officer fills its lines in."""
    area = next(iter(catalog.areas))
    rows = rows_of(opened(replace(revision, area=area))[FORM])
    assert str(rows[0][0]).strip("…") == ""
    assert ["NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ"] in rows


def test_form_lists_every_figure_by_theme(opened: Open, catalog: Catalog, revision: Revision) -> None:
    """All figures stand below their theme, with the values of the revision."""
    rows = rows_of(opened(revision)[FORM])
    names = {str(row[1]) for row in rows if len(row) > 2}
    assert {catalog.indicators[row.indicator].name.vi for row in revision.rows} <= names
    assert ["I", "Hóa đơn điện tử"] in rows
    first = revision.rows[0]
    row = row_with(opened(revision)[FORM], catalog.indicators[first.indicator].name.vi)
    assert row[3:6] == [float(number or 0) for number in (first.denominator, first.numerator, first.value)]


def test_assumed_target_is_marked_and_not_assessed(opened: Open, catalog: Catalog, revision: Revision) -> None:
    """A target without a document gives no verdict on any official sheet, only a note."""
    book = opened(with_row(revision, 0, target=Decimal(50), target_assumed=True, attained=True))
    row = row_with(book[FORM], catalog.indicators[revision.rows[0].indicator].name.vi)
    assert row[7:9] == ["50% (*)", "Không đánh giá"]
    assert any("Mục tiêu giả định" in str(cell) for row in rows_of(book[FORM]) for cell in row)
    assert "50% (*)" in row_with(book[E_INVOICE], "Mục tiêu")
    assert "Đạt" not in row_with(book[E_INVOICE], "Đánh giá")


def test_documented_target_is_assessed_and_partial_data_said(opened: Open, catalog: Catalog) -> None:
    """On partial figures the verdict says that it rests on those known so far."""
    revision = with_row(
        build_revision(catalog, missing={"22831"}), 0, target=Decimal(50), target_assumed=False, attained=True
    )
    row = row_with(opened(revision)[FORM], catalog.indicators[revision.rows[0].indicator].name.vi)
    assert row[7:9] == ["50%", "Đạt theo số liệu đã có"]


def test_change_since_the_last_period_stands_beside_the_value(
    opened: Open, catalog: Catalog, revision: Revision
) -> None:
    """The change has its sign and a comma; a figure that had none shows a dash."""
    revision = with_row(revision, 0, value=Decimal("85.5"))
    book = opened(knowing(revision, {APRIL: "84.25"}))
    assert row_with(book[FORM], catalog.indicators[revision.rows[0].indicator].name.vi)[6] == "+1,25"
    assert row_with(book[FORM], catalog.indicators[revision.rows[1].indicator].name.vi)[6] == "–"


def test_theme_has_each_commune_and_sums_below(opened: Open, catalog: Catalog) -> None:
    """Numerator, denominator and rate of each commune; a missing one has empty cells and says why."""
    revision = build_revision(catalog, missing={"22831"})
    sheet = opened(revision)[E_INVOICE]
    known = next(each for each in revision.contributions if each.indicator == revision.rows[0].indicator)
    assert row_with(sheet, known.unit_name)[2:4] == [float(known.numerator), float(known.denominator or 0)]
    assert row_with(sheet, "Xã Nhơn Sơn") == ["8", "Xã Nhơn Sơn", "Chưa gửi"]
    assert row_with(sheet, "Toàn địa bàn")[1:4] == [
        float(number or 0)
        for number in (revision.rows[0].numerator, revision.rows[0].denominator, revision.rows[0].value)
    ]
    assert row_with(sheet, "Đơn vị có số liệu")[1] == "7/8"


def test_large_theme_is_split_into_sheets_that_fit_on_a4(opened: Open, revision: Revision) -> None:
    """No sheet has more than five figures side by side, and none of the theme is left out."""
    book = opened(revision)
    parts = [book[name] for name in book.sheetnames if name.startswith("3.")]
    heads = [cell for sheet in parts for row in rows_of(sheet) if "Đơn vị" in row for cell in row[2:-1]]
    assert len(parts) == 2
    assert len(heads) == 8


def test_coverage_names_the_missing_first(opened: Open, catalog: Catalog) -> None:
    """Missing, returned and late units stand before those that reported in time, with the days."""
    sheet = opened(build_revision(catalog, missing={"22831"}, refused={"22828"}, late={"22813"}))[COVERAGE]
    listed = [row for row in rows_of(sheet) if len(row) > 4 and str(row[0]).isdigit()]
    assert [row[2:4] for row in listed[:3]] == [
        ["Xã Nhơn Sơn", "Chưa gửi"],
        ["Xã Ma Nới", "Bị trả lại, chờ sửa"],
        ["Xã Lâm Sơn", "Chấp nhận, gửi muộn"],
    ]
    assert len(listed) == 8


def test_corrections_are_summed_by_figure(opened: Open, catalog: Catalog) -> None:
    """Each figure that moved has one line: value before and after, its counts, no verdict, the file."""
    revision = correction(catalog)
    sheet = opened(revision)[CORRECTIONS]
    moved = {change.indicator for change in revision.changes}
    lines = [row for row in rows_of(sheet) if len(row) > 4 and str(row[0]).isdigit()]
    assert len(lines) == len(moved)
    first = revision.changes[0]
    assert lines[0][2:4] == [f"{Decimal(value):.2f}%".replace(".", ",") for value in (first.before, first.after)]
    assert "Tử số: " in str(lines[0][4])
    assert not any("Đạt mục tiêu" in str(line[4]) for line in lines)
    assert lines[0][5] == "Ma Nới 01-T.xlsx"


def test_official_sheets_print_on_a4_with_headers_and_page_numbers(opened: Open, revision: Revision) -> None:
    """Each long sheet repeats its header, fits the paper's width, and numbers its pages."""
    book = opened(revision)
    for sheet in book.worksheets[: book.sheetnames.index("Tổng hợp")]:
        assert (sheet.page_setup.paperSize, sheet.sheet_properties.pageSetUpPr.fitToPage) == (9, True)
        assert sheet.oddFooter.center.text == "&P/&N"
        assert (sheet.print_title_rows is None) == (sheet.title in {CHARTS, CORRECTIONS})


def test_charts_show_the_rates_of_each_headline_theme(opened: Open, revision: Revision) -> None:
    """A native chart for each headline theme refers to names and rates of all communes."""
    book = opened(revision)
    charts = book[CHARTS]._charts
    assert len(charts) == 3
    values = str(charts[0].series[0].val.numRef.f)
    cells = book[E_INVOICE][values.split("!")[1].replace("$", "")]
    rates = {each.unit: each for each in revision.contributions if each.indicator == revision.rows[0].indicator}
    assert [cell.value for (cell,) in cells] == [
        pytest.approx(float(each.numerator / (each.denominator or 1) * 100), abs=0.005) for each in rates.values()
    ]


def test_earlier_edition_has_the_annexes_alone(vietnamese: ReportFormatter, revision: Revision) -> None:
    """Bundles closed before keep their bytes: without the official part no sheet of it is written."""
    report = assemble(revision, vietnamese)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(report, vietnamese, official=False)))
    assert book.sheetnames[0] == "Tổng hợp"

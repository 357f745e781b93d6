"""Tests of a form drawn up by a commune after the native template, without stamp, defined names and codes."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from domain.catalog.catalog import Catalog
from domain.catalog.forms import Forms
from domain.indicators import Indicator, Measure
from domain.layouts import Layout
from domain.observations import Figure
from domain.periods import parse_period
from domain.submissions import ParsedReport
from tests.workbooks.workbook_edits import save, unit_of
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report

UNIT, PERIOD = "22813", "2025-05"
_HEADING = {
    "A1": "UBND HUYỆN NINH SƠN",
    "D1": "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "A2": "UBND XÃ LÂM SƠN",
    "D2": "Độc lập - Tự do - Hạnh phúc",
    "A3": "Biểu số: 01-T/CĐS-X",
    "D3": "Lâm Sơn, ngày 15 tháng 5 năm 2025",
    "A5": "BÁO CÁO KẾT QUẢ CHUYỂN ĐỔI SỐ",
    "A6": "Kỳ báo cáo: Tháng 5/2025 (từ 15/4/2025 đến 14/5/2025)",
    "A8": "Đơn vị báo cáo: UBND xã Lâm Sơn   Đơn vị nhận: UBND huyện Ninh Sơn   Ngày nhận báo cáo: …………",
}
_UPPER = ("STT", "Nội dung", "ĐVT", "Kết quả thực hiện trong kỳ", None, None, "Ghi chú")
_LOWER = (None, None, None, "Tổng số\n(mẫu số)", "Kết quả\n(tử số)", "Tỷ lệ\n%", None)
_MARKS = ("A", "B", "C", 1, 2, "3=2/1×100", "D")


@pytest.fixture(scope="module")
def report(catalog: Catalog) -> ParsedReport:
    """Return the parsed report."""
    workbook = openpyxl.Workbook()
    layout = catalog.forms.layout_for("cds_x_t", parse_period(PERIOD))
    _draw_form(workbook.worksheets[0], catalog, layout)
    _draw_villages(workbook.create_sheet("Danh sách thôn"), catalog)
    return parse_report(save(workbook), catalog, Hints("Bao cao CDS thang 5 Lam Son (1).xlsx", ("Den", "2025")))


def _draw_form(sheet: Worksheet, catalog: Catalog, layout: Layout) -> None:
    sheet.title = "Sheet1"
    for address, text in _HEADING.items():
        sheet[address] = text
    for row in (_UPPER, _LOWER, _MARKS):
        sheet.append(row)
    for merged in ("A5:G5", "A6:G6", "A9:A10", "B9:B10", "C9:C10", "D9:F9", "G9:G10"):
        sheet.merge_cells(merged)
    for position, line in enumerate(layout.lines):
        row: list[object] = [line.number, line.label]
        if line.indicator is not None:
            over, under = _figures(position)
            is_share = catalog.indicators[line.indicator].measure is Measure.RATIO
            row += [catalog.indicators[line.indicator].unit.vi, under if is_share else None, over]
            row += [float(round(Decimal(100 * over) / under, 2)) if is_share else None]
        sheet.append(row)
    sheet.append([])
    sheet.append([None, "NGƯỜI LẬP BIỂU", None, None, "TM. ỦY BAN NHÂN DÂN"])
    sheet.append([None, "(Ký, họ tên)", None, None, "CHỦ TỊCH"])
    sheet.append([])
    sheet.append([None, "Nguyễn Văn An – ĐT 0259 3850 123", None, None, "Trần Thị Bình"])


def _draw_villages(sheet: Worksheet, catalog: Catalog) -> None:
    sheet["A1"] = "UBND XÃ LÂM SƠN"
    sheet["A2"] = "TỔ CÔNG NGHỆ SỐ CỘNG ĐỒNG CÁC THÔN THÁNG 5 NĂM 2025"
    sheet.append([])
    sheet.append(["TT", "Tên thôn", "Có Tổ CNSCĐ", "Số thành viên Tổ", "Ghi chú"])
    villages = catalog.units.villages(
        unit_of(catalog, UNIT, PERIOD), catalog.forms.last_day("cds_x_t", parse_period(PERIOD))
    )
    for number, village in enumerate(villages, start=1):
        sheet.append([number, village.name, "Có", 2 + number])
    sheet.append(["Tổng cộng", None, len(villages), sum(range(3, 3 + len(villages)))])


def _figures(position: int) -> tuple[int, int]:
    """Return numerator and denominator, unique to each line."""
    return 100 + position, 2000 + 3 * position


def _read(report: ParsedReport) -> Iterator[tuple[str, Decimal | None, Decimal | None]]:
    def number(figure: Figure | None) -> Decimal | None:
        return figure.number if figure is not None else None

    for observation in report.observations:
        if observation.unit == UNIT:
            yield observation.indicator, number(observation.numerator), number(observation.denominator)


def test_unit_period_and_form_are_identified(report: ParsedReport) -> None:
    """Heading and title identify unit, period and form."""
    assert report.unit is not None
    assert report.period is not None
    assert (report.unit.code, report.period.id, report.form) == (UNIT, PERIOD, "cds_x_t")


def test_every_figure_is_read(report: ParsedReport, forms: Forms, indicators: Mapping[str, Indicator]) -> None:
    """Each line's numerator and denominator are read as typed."""
    layout = forms.layout_for("cds_x_t", parse_period(PERIOD))
    expected = {}
    for position, line in enumerate(layout.lines):
        if line.indicator is not None:
            over, under = _figures(position)
            is_share = indicators[line.indicator].measure is Measure.RATIO
            expected[line.indicator] = (Decimal(over), Decimal(under) if is_share else None)
    assert {indicator: (over, under) for indicator, over, under in _read(report)} == expected


def test_every_village_is_read(report: ParsedReport) -> None:
    """Each village is identified by its name and has its own figures; the row of totals is no village."""
    members = {
        observation.unit: observation.numerator.number
        for observation in report.observations
        if observation.indicator == "tcnscd_tv" and observation.numerator
    }
    assert members == {f"{UNIT}-{number:02}": Decimal(2 + number) for number in range(1, 9)}


def test_nothing_is_wrong_with_it(report: ParsedReport) -> None:
    """Only figures not due are issues; other sheet names and villages identified by name are repairs."""
    not_due = {"hscv", "hddt_mtt", "hocphi_kdtm", "vienphi_kdtm", "smartphone", "cqbr"}
    assert {(issue.code, issue.indicator) for issue in report.issues} == {("figure_not_due", name) for name in not_due}
    assert {repair.rule for repair in report.repairs} == {"sheet_renamed", "village_by_name"}

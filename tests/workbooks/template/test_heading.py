"""Texts above and below the table of a template."""

from collections.abc import Mapping

import pytest
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from domain.catalog.forms import Forms
from domain.indicators import Indicator
from tests.builders import assignment_for, make_template, open_workbook


def texts(workbook: Workbook, sheet: int = 0) -> list[str]:
    """Return all texts of a sheet, row by row."""
    return [cell.value for row in workbook.worksheets[sheet].iter_rows() for cell in row if isinstance(cell.value, str)]


@pytest.fixture(scope="module")
def may(catalog: Catalog) -> Workbook:
    """Return the template of xã Lâm Sơn for May 2025."""
    return open_workbook(make_template(catalog, "22813", "2025-05"))


@pytest.mark.parametrize(
    "text",
    [
        "UBND HUYỆN NINH SƠN",
        "UBND XÃ LÂM SƠN",
        "Biểu số: 01-T/CĐS-X",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Lâm Sơn, ngày … tháng … năm 2025",
        "BÁO CÁO KẾT QUẢ CHUYỂN ĐỔI SỐ",
        "Kỳ báo cáo: Tháng 5/2025 (từ 15/4/2025 đến 14/5/2025)",
        "Đơn vị báo cáo: Xã Lâm Sơn",
        "Đơn vị nhận báo cáo: UBND huyện Ninh Sơn",
        "Hạn gửi báo cáo: 15/5/2025",
        "NGƯỜI LẬP BIỂU",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
    ],
)
def test_form_sheet_says(may: Workbook, text: str) -> None:
    """Heading and footer follow the native form."""
    assert text in texts(may)


def test_town_is_named_as_a_town(catalog: Catalog) -> None:
    """The committee of a town is named as a town's, not as a xã's."""
    assert "UBND THỊ TRẤN TÂN SƠN" in texts(open_workbook(make_template(catalog, "22810", "2025-05")))


def test_after_the_districts_the_province_receives(catalog: Catalog) -> None:
    """From July 2025 the parent unit is the province, and a reused code means the new commune."""
    result = texts(open_workbook(make_template(catalog, "22810", "2025-08")))
    assert "ỦY BAN NHÂN DÂN TỈNH KHÁNH HÒA" in result
    assert "ỦY BAN NHÂN DÂN XÃ NINH SƠN" in result
    assert [text for text in result if "thị trấn" in text.casefold() or "huyện" in text.casefold()] == []


def test_last_month_of_the_districts_goes_to_the_district(catalog: Catalog) -> None:
    """June 2025 ends on the 14th, before the districts ended."""
    assert "UBND HUYỆN NINH SƠN" in texts(open_workbook(make_template(catalog, "22813", "2025-06")))


def test_january_begins_in_the_year_before(catalog: Catalog) -> None:
    """The administrative January starts in mid-December."""
    result = texts(open_workbook(make_template(catalog, "22813", "2025-01")))
    assert "Kỳ báo cáo: Tháng 1/2025 (từ 15/12/2024 đến 14/1/2025)" in result


def test_headers_and_column_numbers(may: Workbook, forms: Forms) -> None:
    """The layout's headers are in one row, their numbers in the row below."""
    columns = forms.layouts[0].columns
    rows = [[cell.value for cell in row] for row in may.worksheets[0].iter_rows()]
    heads = [[" ".join(str(value).split()) for value in row] for row in rows]
    place = heads.index([column.header for column in columns])
    assert rows[place + 1] == [column.mark for column in columns]


def test_every_line_stands_in_order(may: Workbook, forms: Forms) -> None:
    """Sections and indicators follow the layout."""
    lines = [(line.number, line.label) for line in forms.layouts[0].lines]
    rows = [(row[0].value, str(row[1].value).removesuffix(" (*)")) for row in may.worksheets[0].iter_rows()]
    start = rows.index(lines[0])
    assert rows[start : start + len(lines)] == lines


def test_village_sheet_names_the_registered_villages(may: Workbook, catalog: Catalog) -> None:
    """Codes and names of registered villages are filled in, in register order."""
    task = assignment_for(catalog, "22813", "2025-05")
    villages = catalog.units.villages(task.unit, task.last_day)
    rows = [
        (row[1].value, row[2].value) for row in may["Thôn, khu phố"].iter_rows(min_row=9, max_row=8 + len(villages))
    ]
    assert rows == [(village.code, village.name) for village in villages]
    assert len(villages) == 8


def test_unregistered_villages_can_be_named(catalog: Catalog) -> None:
    """Without registered villages there are lines to name them, and the sheet explains the missing figures."""
    workbook = open_workbook(make_template(catalog, "22810", "2025-08"))
    sheet = workbook["Thôn, tổ dân phố"]
    assert any("chưa có danh mục" in text for text in texts(workbook, 1))
    assert [sheet.cell(row, 1).value for row in range(9, 39)] == list(range(1, 31))
    assert not sheet.cell(9, 3).protection.locked
    assert sheet.cell(9, 4).protection.locked


def test_instructions_explain_every_indicator(may: Workbook, forms: Forms, indicators: Mapping[str, Indicator]) -> None:
    """The instruction sheet gives each indicator's name, numerator and denominator."""
    results = set(texts(may, 2))
    layout = forms.layouts[0]
    for name in layout.indicators + layout.village_indicators:
        indicator = indicators[name]
        assert {indicator.name.vi, indicator.numerator.vi} <= results
        assert indicator.denominator is None or indicator.denominator.vi in results
    assert any("Hạn gửi báo cáo: 15/5/2025" in text for text in results)

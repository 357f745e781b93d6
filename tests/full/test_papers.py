"""The office's papers opened and printed with LibreOffice: the official workbook and the written report."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("demo")]


def test_document_prints_on_few_pages_with_its_signature(
    demo_home: Path, print_text: Callable[[Path], list[str]]
) -> None:
    """Writer opens the report; heading stands on the first page, the signature on the last, beside the closing line."""
    (document,) = demo_home.glob("**/published/2025-05/585/report.docx")
    pages = print_text(document.resolve())
    assert 3 <= len(pages) <= 6
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in pages[0]
    assert "76,44%" in " ".join(pages)
    assert "Trên đây là báo cáo" in pages[-1]
    assert "CHỦ TỊCH" in pages[-1]


def test_official_sheets_print_one_page_wide(demo_home: Path, print_text: Callable[[Path], list[str]]) -> None:
    """Calc prints the form with heading and signatures on two pages; each theme's sheet takes one."""
    (workbook,) = demo_home.glob("**/published/2025-05/585/rollup.xlsx")
    pages = print_text(workbook.resolve())
    annexes = next(number for number, page in enumerate(pages) if "Tổng hợp kết quả chuyển đổi số" in page)
    official = pages[:annexes]
    assert len(official) <= 18
    assert "BIỂU TỔNG HỢP KẾT QUẢ CHUYỂN ĐỔI SỐ" in official[0]
    assert "NGƯỜI LẬP BIỂU" in official[1]
    themes = [page for page in official if "Kèm theo Báo cáo" in page and "Toàn địa bàn" in page]
    assert len(themes) == 9  # eight themes are due in May, the largest takes two sheets
    assert all(re.search(r"\bTT\b", page) and "Mục tiêu" in page for page in themes)

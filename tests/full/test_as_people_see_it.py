"""What officials, leaders and operators see, opened with the programs they use."""

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.catalog import Catalog
from domain.periods import parse_period
from workbooks.template import build_template

pytestmark = pytest.mark.full


def test_template_prints_on_few_pages_with_every_line(
    catalog: Catalog, print_text: Callable[[Path], list[str]], tmp_path: Path
) -> None:
    """LibreOffice prints the form with all its lines, heading and signatures, and no sheet splits sideways."""
    period = parse_period("2025-05")
    form = next(iter(catalog.forms))
    unit = catalog.units.get("22813", catalog.last_day(form, period))
    workbook = tmp_path / "form.xlsx"
    workbook.write_bytes(build_template(catalog, form, unit, period))
    pages = print_text(workbook)
    printed = " ".join(" ".join(pages).split())
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in printed
    assert "CHỦ TỊCH" in printed
    assert (
        len(pages) <= 8
    )  # three of the form, one of villages, the rest instructions; sideways it would be twice as many


def test_published_workbook_opens_without_repair(demo_home: Path, print_text: Callable[[Path], list[str]]) -> None:
    """LibreOffice opens the published workbook and prints the district's figure of the seed."""
    (workbook,) = demo_home.glob("**/published/2025-05/585/rollup.xlsx")
    printed = " ".join(print_text(workbook.resolve()))
    assert "76,44" in printed or "76.44" in printed


def test_report_page_asks_nobody_for_anything(demo_home: Path, browse: Callable[..., str]) -> None:
    """Chromium shows the report with every outside address refused."""
    (page,) = demo_home.glob("**/published/2025-05/585/report.html")
    shown = browse(page.resolve().as_uri(), "--host-resolver-rules=MAP * ~NOTFOUND")
    assert "76,44" in shown
    assert "http" not in shown.replace("http://www.w3.org/2000/svg", "")

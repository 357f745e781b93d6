"""Templates, workbooks and pages opened with LibreOffice and Chromium."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from tests.full.conftest import CHROMIUM_FLAGS
from workbooks.template.workbook import build_template

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("demo")]


def test_template_prints_on_few_pages_with_every_line(
    catalog: Catalog, print_text: Callable[[Path], list[str]], tmp_path: Path
) -> None:
    """LibreOffice prints the form with all lines, heading and signatures, each sheet one page wide."""
    period = parse_period("2025-05")
    form = next(iter(catalog.forms.by_id))
    unit = catalog.units.get("22813", catalog.forms.last_day(form, period))
    workbook = tmp_path / "form.xlsx"
    workbook.write_bytes(build_template(catalog, form, unit, period))
    pages = print_text(workbook)
    printed = " ".join(" ".join(pages).split())
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in printed
    assert "CHỦ TỊCH" in printed
    assert (
        len(pages) <= 8
    )  # three of the form, one of villages, the rest instructions; split in width it would be twice as many


def test_published_workbook_opens_without_repair(demo_home: Path, print_text: Callable[[Path], list[str]]) -> None:
    """LibreOffice opens the published workbook and prints the district's figure of the seed."""
    (workbook,) = demo_home.glob("**/published/2025-05/585/rollup.xlsx")
    printed = " ".join(print_text(workbook.resolve()))
    assert "76,44" in printed or "76.44" in printed


def test_report_page_needs_no_network(demo_home: Path, browse: Callable[..., str]) -> None:
    """Chromium shows the report with all hosts blocked."""
    (page,) = demo_home.glob("**/published/2025-05/585/report.html")
    shown = browse(page.resolve().as_uri(), "--host-resolver-rules=MAP * ~NOTFOUND")
    assert "76,44" in shown
    assert "http" not in shown.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    "page", ["quality/nights/index.html", "quality/nights/2*/index.html", "quality/submissions/*.html"]
)
def test_quality_pages_need_no_network(demo_home: Path, browse: Callable[..., str], page: str) -> None:
    """Chromium shows tables and marks of the pages of runs and submissions with all hosts blocked."""
    paths = sorted(demo_home.glob(f"**/{page}"))
    assert paths
    shown = browse(paths[0].resolve().as_uri(), "--host-resolver-rules=MAP * ~NOTFOUND")
    assert "<table" in shown
    assert "http" not in shown.replace('http-equiv="', "")
    if "nights" in page:
        assert "fa-times text-danger" in shown


def test_marks_of_a_run_are_drawn(demo_home: Path, tmp_path: Path) -> None:
    """The marks of passed and failed rules are on the printed page, without a web font."""
    page = min(demo_home.glob("**/quality/nights/2*/index.html"))
    printed = tmp_path / "night.pdf"
    flags = [*CHROMIUM_FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND"]
    subprocess.run(["chromium", *flags, f"--print-to-pdf={printed}", page.as_uri()], check=True, timeout=180)
    text = subprocess.run(["pdftotext", "-layout", str(printed), "-"], check=True, capture_output=True, text=True)
    assert "✔" in text.stdout
    assert "✘" in text.stdout

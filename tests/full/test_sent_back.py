"""A marked file that LibreOffice saved is read as if it had never been marked."""

import subprocess
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from tests.builders import make_workbook
from workbooks.container.reader import read_workbook
from workbooks.marking.annotate import annotate
from workbooks.marking.mark_removal import read_without_marks

pytestmark = pytest.mark.full

SHEET = "Biểu 01-T"


def _saved_by_libreoffice(data: bytes, folder: Path) -> bytes:
    """Open and save the file with LibreOffice."""
    source, target = folder / "given.xlsx", folder / "saved"
    source.write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder / 'office'}"
    convert = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(target)]
    subprocess.run([*convert, str(source)], check=True, capture_output=True, timeout=180)
    return (target / source.name).read_bytes()


def test_marks_are_recognised_after_libreoffice_saved_them(catalog: Catalog, tmp_path: Path) -> None:
    """Colours, notes and our sheet are recognised, ignored when reading, and removed from the next returned file."""
    data = make_workbook(catalog, "22813", "2025-05")
    issues = [
        Issue("text_where_number", severity, SHEET, cell, "x", "1234", facts={"label": "Chỉ tiêu"})
        for cell, severity in (("E15", Severity.CRITICAL), ("E16", Severity.WARNING))
    ]
    saved = _saved_by_libreoffice(annotate(data, issues, (), catalog, "vi"), tmp_path)
    as_sent = read_workbook(saved)
    assert "Kết quả kiểm tra" in [sheet.name for sheet in as_sent.sheets]
    assert {"E15", "E16"} <= set(next(sheet for sheet in as_sent.sheets if sheet.name == SHEET).comments)
    read = read_without_marks(saved)
    before = read_without_marks(data)
    assert [sheet.name for sheet in read.sheets] == [sheet.name for sheet in before.sheets]
    for now, was in zip(read.sheets, before.sheets, strict=True):
        assert dict(now.comments) == dict(was.comments)
        assert {cell.a1: cell.value for cell in was.cells.values() if cell.value is not None}.items() <= {
            cell.a1: cell.value for cell in now.cells.values()
        }.items()
    again = read_workbook(annotate(saved, (), (), catalog, "vi"))
    assert all(not sheet.comments for sheet in again.sheets)

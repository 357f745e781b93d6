"""The workbook that goes back when marking the sender's own fails."""

from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from flows.pipeline import marked_copy
from flows.pipeline.marked_copy import FileFindings
from tests.workbooks.workbook_edits import template_bytes
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile


def test_a_fault_of_ours_costs_the_marks_alone(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A file on which marking fails unforeseen gets its results as a workbook, and the log says why."""

    def fail(*_: object, **__: object) -> bytes:
        raise LookupError("a fault of ours")

    monkeypatch.setattr(marked_copy, "annotate", fail)
    path = tmp_path / "landed"
    path.write_bytes(template_bytes(catalog, "22813", "2025-05"))
    findings = FileFindings([Issue("text_where_number", Severity.CRITICAL, "Biểu 01-T", "D10", "?", "1")], [])
    copy = marked_copy.marked_copy(LandedFile(path, Hints("bao-cao.xlsx")), findings, catalog, Limits())
    assert (copy.is_marked, copy.file_name) == (False, "bao-cao.xlsx.ket-qua-kiem-tra.xlsx")
    assert "a fault of ours" in caplog.text

"""A bundle that was closed in the second edition of published files gives its files again."""

from importlib.metadata import version
from pathlib import Path

import pytest

from flows.actions.verification import verify
from flows.support.settings import Settings

pytestmark = pytest.mark.long

BUNDLE = Path(__file__).parent / "data" / "bundle-edition-2.tar.gz"
"""Ninh Sơn in May 2025, revision 2: two units missing, April before it; closed by the last program of that edition."""
SHA256 = "032a31e6a7dc6364758589fea92f96ea09b12c797a4c0d30e5c68edc74698ba8"
WRITERS = ("xlsxwriter", "jinja2", "docxtpl")


def test_its_files_are_written_again_byte_by_byte(tmp_path: Path) -> None:
    """Pages, workbook, report and figures are those of the day; only another library may write other bytes."""
    report = verify(BUNDLE, Settings(home=tmp_path), SHA256)
    assert report.damage == ()
    assert report.result is not None
    assert report.result.figures == ()
    assert report.manifest.edition == 2
    if all(version(name) == report.manifest.versions[name] for name in WRITERS if name in report.manifest.versions):
        assert report.result.differing == ()
    assert len(report.result.equal) + len(report.result.differing) == 8

"""Files that are too large are refused by their kind, without being loaded into memory."""

from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile, PlainReader

LIMITS = Limits(file_size=1 << 20)


@pytest.mark.parametrize(
    ("start", "filling", "code"),
    [
        (b"PK\x03\x04", b"\0", "file_too_large"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\0", "file_too_large"),
        (b"%PDF-1.7", b"\0", "not_a_workbook"),
        (b"<html><table>", b" ", "html_file"),
        (b"\0\0\0\0", b"\0", "not_a_workbook"),
        (b"a;b\n", b"1;2\n", "text_file"),
    ],
)
def test_large_file_is_classified_by_its_first_bytes(
    catalog: Catalog, tmp_path: Path, start: bytes, filling: bytes, code: str
) -> None:
    """A large file of another kind is refused as such; one that may be a workbook is too large."""
    path = tmp_path / "large"
    path.write_bytes(start + filling * (2 << 20))
    (report,) = PlainReader(catalog, LIMITS).read([LandedFile(path, Hints("BC_22813_2025-05.xlsx", ("2025-05",)))])
    assert [issue.code for issue in report.issues] == [code]
    assert report.unit is not None


def test_a_large_file_is_not_taken_in(catalog: Catalog, tmp_path: Path) -> None:
    """A file far larger than memory is refused immediately, with its size."""
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(1 << 42)
    (report,) = PlainReader(catalog, LIMITS).read([LandedFile(path, Hints("huge.xlsx", ()))])
    assert dict(report.issues[0].facts) == {"size": "4194304.0", "limit": "1.0"}

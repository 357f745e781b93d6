"""Guards for incoming files: the container is detected by its first bytes, limits bound everything else."""

from dataclasses import dataclass
from enum import StrEnum

from domain.issues import Issue, Severity
from workbooks.cells.text_kinds import looks_like_text, text_code


@dataclass(frozen=True, slots=True)
class Limits:
    """Maximum sizes of what is read of a workbook, far above those of real reports.

    Sizes are in bytes. `pack_ratio` applies to parts above 1 MiB. `rows` and `columns` bound the cells with content.
    `elements` bounds the small parts (names, relations, comments, styles), `depth` the nesting of any part.
    """

    file_size: int = 10 << 20
    part_size: int = 60 << 20
    total_size: int = 120 << 20
    pack_ratio: int = 150
    parts: int = 4_000
    sheets: int = 200
    rows: int = 5_000
    columns: int = 256
    cells: int = 200_000
    strings: int = 1_000_000
    text_length: int = 32_767
    merged_ranges: int = 20_000
    elements: int = 200_000
    depth: int = 60


class RefusedError(Exception):
    """A file cannot be read, for the reason in its issue; caught inside `workbooks`."""

    def __init__(self, issue: Issue) -> None:
        """Keep the issue."""
        self.issue = issue
        super().__init__(f"{issue.code} {issue.facts}")


def refusal(
    code: str, *, sheet: str | None = None, cell: str | None = None, content: str | None = None, **facts: object
) -> RefusedError:
    """Return an exception to raise: a critical issue with its location and the refused content."""
    texts = {name: str(value) for name, value in facts.items()}
    return RefusedError(Issue(code, Severity.CRITICAL, sheet=sheet, cell=cell, found=content, facts=texts))


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"\x1f\x8b", "gzip"),
    (b"PK", "ZIP"),
    (b"\x00\x05\x16\x07", "macOS"),
)
_BIFF_BEFORE_OLE = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_LOCK_FILE_MARKS = ("~$", ".~lock.")
_LOCK_FILE_SIZE = 1024


def check_name(file_name: str, size: int) -> None:
    """Refuse the small lock file that Excel or LibreOffice keeps beside an open workbook.

    Raises:
        RefusedError: name and size are those of a lock file.
    """
    if file_name.startswith(_LOCK_FILE_MARKS) and size < _LOCK_FILE_SIZE:
        raise refusal("lock_file", content=file_name)


class Container(StrEnum):
    """File container of a workbook: a zip archive, or the compound file or bare records of old Excel."""

    ZIP = "zip"
    OLD = "old"


def check_bytes(data: bytes, limits: Limits) -> Container:
    """Return the container of a file, judged by its first bytes and not by its name.

    Raises:
        RefusedError: empty, too large, or of another kind, each with its own code.
    """
    if not data:
        raise refusal("file_empty")
    container = _container(data)
    if container is not None:
        if len(data) > limits.file_size:
            raise refusal("file_too_large", size=_megabytes(len(data)), limit=_megabytes(limits.file_size))
        return container
    for mark, kind in _FOREIGN:
        if data.startswith(mark):
            raise refusal("not_a_workbook", kind=kind)
    raise refusal(text_code(data)) if looks_like_text(data) else refusal("not_a_workbook", kind="?")


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.1f}"


def _container(data: bytes) -> Container | None:
    if data.startswith(_ZIP):
        return Container.ZIP
    if data.startswith(_BIFF_BEFORE_OLE):
        return Container.OLD
    if not data.startswith(_OLE):
        return None
    # Compound files are distinguished by the stream names in their directory, which are UTF-16.
    if _holds_name(data, "EncryptedPackage"):
        raise refusal("encrypted")
    if _holds_name(data, "Workbook") or _holds_name(data, "Book"):
        return Container.OLD
    raise refusal("old_office_file")


def _holds_name(data: bytes, name: str) -> bool:
    # Some programs write the name in capitals. upper() on bytes changes ASCII letters only, which suffices here.
    return (name.upper() + "\0").encode("utf-16-le") in data.upper()

"""Landed files: where their bytes lie, and reading them without loading more than the guards allow."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from domain.catalog.catalog import Catalog
from domain.issues import Issue
from domain.submissions import ParsedReport
from workbooks.cells.guards import Limits, RefusedError, check_bytes, refusal
from workbooks.direct.parse import parse_directly
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report

Parse = Callable[[bytes, Catalog, Hints, Limits], ParsedReport]
"""The function that parses a file's bytes: `parse_directly`, except in tests."""

_START = 1 << 16
"""Bytes inspected of a file that is too large to read; enough for the guards to detect these codes."""
_TOLD_BY_THE_START = frozenset({"not_a_workbook", "html_file", "xml_2003", "text_file"})


@dataclass(frozen=True, slots=True)
class LandedFile:
    """A landed file at `path`, with the hints of its name and folders at delivery."""

    path: Path
    hints: Hints


class Reader(Protocol):
    """Interface of readers of landed files."""

    def expect(self, files: int) -> None:
        """Get ready to read that many files soon, if that takes time."""

    def read_ahead(self, files: Sequence[LandedFile]) -> None:
        """Begin to read files that `read` will be asked for, if another process can do so meanwhile."""

    def read(self, files: Iterable[LandedFile]) -> tuple[ParsedReport, ...]:
        """Return the report of each file, in order; anything wrong with a file is among its issues.

        Raises:
            OSError: the bytes cannot be read from where they lie.
        """


@dataclass(frozen=True, slots=True)
class PlainReader:
    """Reader in this process, with the guards only: a file that takes too long is not interrupted."""

    catalog: Catalog
    limits: Limits
    parse: Parse = parse_directly

    def expect(self, files: int) -> None:
        """Do nothing; see `Reader.expect`."""

    def read_ahead(self, files: Sequence[LandedFile]) -> None:
        """Do nothing; see `Reader.read_ahead`."""

    def read(self, files: Iterable[LandedFile]) -> tuple[ParsedReport, ...]:
        """Return the report of each file; see `Reader.read`."""
        return tuple(self._read(file) for file in files)

    def _read(self, file: LandedFile) -> ParsedReport:
        data = load(file, self.limits)
        if isinstance(data, Issue):
            return refuse(file, self.catalog, data)
        return self.parse(data, self.catalog, file.hints, self.limits)


def load(file: LandedFile, limits: Limits) -> bytes | Issue:
    """Return a file's bytes, or an issue if it is too large, in which case only its beginning is loaded."""
    size = file.path.stat().st_size
    if size <= limits.file_size:
        return file.path.read_bytes()
    with file.path.open("rb") as opened:
        start = opened.read(_START)
    try:
        check_bytes(start, limits)
    except RefusedError as refused:
        if refused.issue.code in _TOLD_BY_THE_START:
            return refused.issue
    return refusal("file_too_large", size=f"{size / (1 << 20):.1f}", limit=f"{limits.file_size / (1 << 20):.1f}").issue


def refuse(file: LandedFile, catalog: Catalog, issue: Issue) -> ParsedReport:
    """Return the report of a file that was not read: the one issue, and unit and period from its hints."""
    # Parsing no bytes identifies unit and period by name and folders, as for every file that cannot be read.
    return replace(parse_report(b"", catalog, file.hints), issues=(issue,))

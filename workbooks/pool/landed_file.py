"""A file that has landed: where its bytes lie, and how they are read without taking in more than the guards allow."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from domain.catalog.catalog import Catalog
from domain.issues import Issue
from domain.submissions import ParsedReport
from workbooks.cells.guards import Limits, RefusedError, check_bytes, refusal
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report

Parse = Callable[[bytes, Catalog, Hints, Limits], ParsedReport]
"""What makes a report of bytes: `parse_report`, but for tests of what surrounds it."""

_START = 1 << 16
"""Bytes of a file too large to be read that are looked at; the guards look no further for these codes."""
_TOLD_BY_THE_START = frozenset({"not_a_workbook", "html_file", "xml_2003", "text_file"})


@dataclass(frozen=True, slots=True)
class LandedFile:
    """Bytes at `path`, and what name and folders said of them when they were delivered."""

    path: Path
    hints: Hints


class Reader(Protocol):
    """Makes reports of files."""

    def read(self, files: Iterable[LandedFile]) -> tuple[ParsedReport, ...]:
        """What each file says, in their order; whatever is wrong with one is among its issues.

        Raises:
            OSError: the bytes cannot be read from where they lie.
        """


@dataclass(frozen=True, slots=True)
class PlainReader:
    """Reads in this process, under the guards alone: no file is ended that takes too long."""

    catalog: Catalog
    limits: Limits
    parse: Parse = parse_report

    def read(self, files: Iterable[LandedFile]) -> tuple[ParsedReport, ...]:
        """What each file says; see `Reader.read`."""
        return tuple(self._read(file) for file in files)

    def _read(self, file: LandedFile) -> ParsedReport:
        data = load(file, self.limits)
        if isinstance(data, Issue):
            return refuse(file, self.catalog, data)
        return self.parse(data, self.catalog, file.hints, self.limits)


def load(file: LandedFile, limits: Limits) -> bytes | Issue:
    """A file's bytes; an issue if they are too many, of which only the first are taken in."""
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
    """The report of a file that was not read: the one issue, and who sent it for when as far as its name tells."""
    # An empty file is placed by name and folders alone, like every other that cannot be read.
    return replace(parse_report(b"", catalog, file.hints), issues=(issue,))

"""A reader that has files scanned for viruses before it opens them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.scanning import ScanLimitError, Scanner
from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from domain.submissions import ParsedReport
from workbooks.pool.landed_file import LandedFile, Reader, refuse

INFECTED: Final = "file_infected"
NOT_SCANNED: Final = "file_too_large_to_scan"


@dataclass(frozen=True, slots=True)
class ScanningReader:
    """A reader behind a scanner: what is infected or cannot be scanned is refused unopened."""

    reader: Reader
    scanner: Scanner
    catalog: Catalog

    def expect(self, files: int) -> None:
        """Let the reader get ready; see `Reader.expect`."""
        self.reader.expect(files)

    def read_ahead(self, files: Sequence[LandedFile]) -> None:
        """Do nothing: files are scanned before they are opened."""

    def read(self, files: Iterable[LandedFile]) -> tuple[ParsedReport, ...]:
        """Return the report of each file; see `Reader.read`.

        Raises:
            ScannerSilentError: the scanner does not answer; none of the files was opened.
            OSError: the bytes cannot be read from where they lie.
        """
        scanned = [(file, self._issue(file)) for file in files]
        reports = iter(self.reader.read([file for file, issue in scanned if issue is None]))
        return tuple(refuse(file, self.catalog, issue) if issue else next(reports) for file, issue in scanned)

    def _issue(self, file: LandedFile) -> Issue | None:
        try:
            signature = self.scanner.scan(file.path)
        except ScanLimitError as error:
            return Issue(NOT_SCANNED, Severity.CRITICAL, found=str(error.size))
        return Issue(INFECTED, Severity.CRITICAL, found=signature) if signature else None

"""The file returned to a commune: its own with marks, or a workbook of results where that cannot be marked."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Repair
from domain.texts import Lang
from flows.support.scanning_reader import INFECTED, NOT_SCANNED
from workbooks.cells.guards import Limits
from workbooks.marking.annotate import annotate
from workbooks.marking.package import CannotAnnotateError
from workbooks.marking.result_book import result_workbook
from workbooks.marking.result_lines import UnitOutcome
from workbooks.pool.landed_file import LandedFile, load
from workbooks.pool.worker_process import ReadingFailure

_LOG = logging.getLogger(__name__)

LANG: Lang = "vi"
"""Communes are written to in Vietnamese, whatever language officers work in."""
MARKED = "da-kiem-tra"
RESULTS = "ket-qua-kiem-tra"
STAYS_CLOSED: Final = frozenset({*ReadingFailure, INFECTED, NOT_SCANNED})
"""Codes of issues whose file is not opened to be marked."""


@dataclass(frozen=True, slots=True)
class FileFindings:
    """Issues and repairs of a file, and the outcomes of its units where it reports for many."""

    issues: Sequence[Issue]
    repairs: Sequence[Repair]
    units: Sequence[UnitOutcome] = ()


@dataclass(frozen=True, slots=True)
class MarkedCopy:
    """A workbook to be returned; it keeps the original file's name only where that was marked before.

    `is_marked`: it is the original file with marks, so that it can be corrected and sent again.
    """

    file_name: str
    data: bytes
    is_marked: bool


def marked_copy(file: LandedFile, findings: FileFindings, catalog: Catalog, limits: Limits) -> MarkedCopy:
    """The file as it is, what is wrong marked in it (`a.da-kiem-tra.xlsx`), else `a.xls.ket-qua-kiem-tra.xlsx`.

    A file that crashed its reading process, or that a virus scanner refused, is not opened again.

    Raises:
        OSError: the bytes cannot be read from where they lie.
    """
    name = PurePath(file.hints.file_name)
    stays_closed = not STAYS_CLOSED.isdisjoint(issue.code for issue in findings.issues)
    data = None if stays_closed else load(file, limits)
    if isinstance(data, bytes):
        try:
            marked = annotate(
                data, findings.issues, findings.repairs, catalog, LANG, limits=limits, units=findings.units
            )
        except CannotAnnotateError:
            pass  # the results alone, below
        except Exception:  # noqa: BLE001 # one file that we cannot mark must not keep the others from their answers
            _LOG.exception("marking %s met a fault of ours: its results go back alone", file.path.name)
        else:
            # Named for what it is: programs refuse an .xlsx that is called .xls.
            suffix = ".xlsm" if name.suffix.lower() == ".xlsm" else ".xlsx"
            return MarkedCopy(f"{name.stem.removesuffix(f'.{MARKED}')}.{MARKED}{suffix}", marked, is_marked=True)
    results = result_workbook(name.name, findings.issues, findings.repairs, catalog, LANG, units=findings.units)
    return MarkedCopy(f"{name.name}.{RESULTS}.xlsx", results, is_marked=False)

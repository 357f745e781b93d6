"""Read: what each landed workbook says, and whether it may be judged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from connectors.landing import Landing
from domain.catalog.catalog import Catalog
from domain.eligibility import check_eligibility
from domain.submissions import ParsedReport
from warehouse.submissions.submissions import Pending
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile, Reader


@dataclass(frozen=True, slots=True)
class ReadSubmission:
    """A submission and what its workbook says; `report.issues` holds what reading and placing found."""

    submission: Pending
    report: ParsedReport
    may_be_judged: bool


def read(
    reader: Reader, landing: Landing, catalog: Catalog, today: date, batch: Sequence[Pending]
) -> tuple[ReadSubmission, ...]:
    """Read a batch from its landed bytes; writes nothing.

    Raises:
        NotLandedError: the bytes are not there.
        DamagedBytesError: the bytes are no longer what was delivered.
        ReadingStoppedError: the processes that read do not stay alive.
    """
    files = [_landed(landing, submission) for submission in batch]
    reports = zip(batch, reader.read(files), strict=True)
    return tuple(judgeable(submission, report, catalog, today) for submission, report in reports)


def _landed(landing: Landing, submission: Pending) -> LandedFile:
    hints = Hints(file_name=submission.file_name, folders=submission.folders)
    return LandedFile(landing.checked_path(submission.sha256), hints)


def judgeable(submission: Pending, report: ParsedReport, catalog: Catalog, today: date) -> ReadSubmission:
    """A submission with what was read of it and what speaks against judging it."""
    against = check_eligibility(report, catalog, today)
    # A workbook in which no figure was found would only be told, line by line, that every figure is missing.
    empty = report.has_critical and not report.observations
    return ReadSubmission(
        submission=submission,
        report=replace(report, issues=(*report.issues, *against)),
        may_be_judged=report.is_placeable and not against and not empty,
    )

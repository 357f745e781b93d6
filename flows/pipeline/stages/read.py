"""Read: parse each landed workbook, and decide whether it may be judged."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from connectors.landing import Landing
from domain.catalog.catalog import Catalog
from domain.eligibility import check_eligibility
from domain.issues import Issue, Severity
from domain.submissions import ParsedReport
from flows.pipeline.outcome import DAMAGED
from flows.support.scanning_reader import INFECTED
from warehouse.submissions.submissions import Pending
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile, Reader, refuse

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadSubmission:
    """A submission and its parsed workbook; `report.issues` holds those of parsing and eligibility."""

    submission: Pending
    report: ParsedReport
    may_be_judged: bool


def read(
    reader: Reader, landing: Landing, catalog: Catalog, today: date, batch: Sequence[Pending]
) -> tuple[ReadSubmission, ...]:
    """Read a batch from its landed bytes; writes nothing.

    A file whose bytes were set apart, are missing or damaged has that as its issue, and stops no other.

    Raises:
        ScannerSilentError: the virus scanner does not answer; nothing was read.
        ReadingStoppedError: the processes that read do not stay alive.
    """
    apart = {submission for submission in batch if landing.is_apart(submission.sha256)}
    whole = [submission for submission in batch if submission not in apart and landing.is_whole(submission.sha256)]
    # The submissions of one file of many units share its reading.
    files = {submission: _landed(landing, submission) for submission in whole}
    once = tuple(dict.fromkeys(files.values()))
    of_file = dict(zip(once, reader.read(once), strict=True))
    reports = {submission: of_file[file].of_part(submission.part) for submission, file in files.items()}
    for submission in batch:
        if submission in apart:
            issue = Issue(INFECTED, Severity.CRITICAL, found=landing.reason_apart(submission.sha256))
            reports[submission] = refuse(_landed(landing, submission), catalog, issue)
        elif submission not in reports:
            _LOG.error("landed file %s is missing or damaged: restore it from its backup", submission.sha256)
            reports[submission] = refuse(_landed(landing, submission), catalog, Issue(DAMAGED, Severity.CRITICAL))
    return tuple(judgeable(submission, reports[submission], catalog, today) for submission in batch)


def _landed(landing: Landing, submission: Pending) -> LandedFile:
    hints = Hints(file_name=submission.file_name, folders=submission.folders)
    return LandedFile(landing.path_of(submission.sha256), hints)


def judgeable(submission: Pending, report: ParsedReport, catalog: Catalog, today: date) -> ReadSubmission:
    """A submission with its parsed report and the issues that keep it from being judged."""
    against = check_eligibility(report, catalog, today)
    # For a workbook without any figure, issues would only repeat line by line that a figure is missing.
    empty = report.has_critical and not report.observations
    return ReadSubmission(
        submission=submission,
        report=replace(report, issues=(*report.issues, *against)),
        may_be_judged=report.is_placeable and not against and not empty,
    )

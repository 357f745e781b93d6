"""Read: what each landed workbook says, and whether it may be judged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from connectors.landing import Landing
from domain.catalog import Catalog
from domain.placing import place
from domain.submissions import ParsedReport
from warehouse.submissions import Pending
from workbooks.hints import Hints
from workbooks.parse import parse_report


@dataclass(frozen=True, slots=True)
class Reading:
    """A submission and what its workbook says; `report.issues` holds what reading and placing found."""

    submission: Pending
    report: ParsedReport
    may_be_judged: bool


def read(landing: Landing, catalog: Catalog, today: date, batch: Sequence[Pending]) -> tuple[Reading, ...]:
    """Read a batch from its landed bytes; writes nothing, so it can run anywhere that sees the landing.

    Raises:
        NotLandedError: the bytes are not there.
        DamagedBytesError: the bytes are no longer what was delivered.
    """
    return tuple(_read_one(landing, catalog, today, submission) for submission in batch)


def _read_one(landing: Landing, catalog: Catalog, today: date, submission: Pending) -> Reading:
    hints = Hints(file_name=submission.file_name, folders=submission.folders)
    report = parse_report(landing.read(submission.sha256), catalog, hints)
    against = place(report, catalog, today)
    # A workbook in which no figure was found would only be told, line by line, that every figure is missing.
    empty = report.has_critical and not report.observations
    return Reading(
        submission=submission,
        report=replace(report, issues=(*report.issues, *against)),
        may_be_judged=report.is_placeable and not against and not empty,
    )

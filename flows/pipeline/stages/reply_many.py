"""The answer to a file of many units: one workbook, marked, that lists every unit with its outcome, and one list."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from domain.catalog.catalog import Catalog
from domain.issues import Severity, without_shadow
from domain.submissions import SubmissionState
from flows.pipeline.marked_copy import LANG, FileFindings, marked_copy
from flows.pipeline.returned_names import stem_of
from flows.support.context import AppContext
from publishing.returns.receipt import Receipt, list_outcomes
from warehouse.queries import Reply, ReportReply
from workbooks.identify.hints import Hints
from workbooks.marking.result_lines import UnitOutcome, UnitVerdict
from workbooks.pool.landed_file import LandedFile


def files_of_many(context: AppContext, reply: Reply) -> Mapping[str, bytes]:
    """Return the workbook and the list by name; without the workbook where its landed bytes are damaged.

    A further judgement of any unit makes both anew, under a number of its own.
    """
    receipts = [Receipt(report, context.catalog, LANG) for report in reply.reports]
    again = sum(max(report.judgement - 1, 0) for report in reply.reports)
    number = f"dot-{reply.delivery_id:08d}" + (f"-lan-{again + 1}" if again else "")
    files = {f"tra-loi.{number}.txt": list_outcomes(receipts)}
    file = reply.reports[0].record.file
    if not context.landing.is_whole(file.sha256):
        return files
    findings = FileFindings(
        [issue for report in reply.reports for issue in report.issues],
        [repair for report in reply.reports for repair in report.repairs],
        [_outcome(report, context.catalog) for report in reply.reports],
    )
    landed = LandedFile(context.landing.checked_path(file.sha256), Hints(file.file_name))
    copy = marked_copy(landed, findings, context.catalog, context.limits)
    name = f"{stem_of(file.file_name)}.tra-loi.{number}{PurePosixPath(copy.file_name).suffix}"
    return {name: copy.data, **files}


def _outcome(report: ReportReply, catalog: Catalog) -> UnitOutcome:
    """Return the outcome of a unit with the titles of what is wrong; the list of issues says more."""
    sheet, cell = _place(report)
    name = f"{report.record.unit_name} ({report.record.unit})" if report.record.unit else ""
    issues = [issue for issue in without_shadow(report.issues) if issue.severity is not Severity.INFO]
    titles = dict.fromkeys(catalog.issue_title(issue, LANG) for issue in issues)
    return UnitOutcome(name, sheet, cell, _outcome_of(report), "; ".join(titles))


def _outcome_of(report: ReportReply) -> UnitVerdict:
    if report.is_refused:
        return UnitVerdict.REFUSED
    if not report.is_accepted:
        return UnitVerdict.HELD if report.record.state is SubmissionState.HELD else UnitVerdict.REPLACED
    asks = any(issue.severity is Severity.WARNING for issue in report.issues)
    return UnitVerdict.ASKED if asks else UnitVerdict.ACCEPTED


def _place(report: ReportReply) -> tuple[str, str]:
    """Return sheet and cell of the first issue or figure that has one: there the part of the unit is."""
    places = [(issue.sheet or "", issue.cell) for issue in report.issues if issue.cell]
    figures = [(figure.sheet, figure.cell) for figure in report.figures if figure.cell]
    return next(iter(places + figures), ("", ""))

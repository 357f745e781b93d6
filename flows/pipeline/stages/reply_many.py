"""The answer to a file of many units: one workbook, marked, that lists every unit with its outcome, and one list."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from domain.issues import Severity
from flows.pipeline.marked_copy import LANG, FileFindings, marked_copy
from flows.pipeline.returned_names import stem_of
from flows.support.context import AppContext
from publishing.returns.receipt import Receipt, list_outcomes
from warehouse.queries import Reply, ReportReply
from workbooks.identify.hints import Hints
from workbooks.marking.result_lines import UnitOutcome
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
        [_outcome(receipt) for receipt in receipts],
    )
    landed = LandedFile(context.landing.checked_path(file.sha256), Hints(file.file_name))
    copy = marked_copy(landed, findings, context.catalog, context.limits)
    name = f"{stem_of(file.file_name)}.tra-loi.{number}{PurePosixPath(copy.file_name).suffix}"
    return {name: copy.data, **files}


def _outcome(receipt: Receipt) -> UnitOutcome:
    report = receipt.reply
    sheet, cell = _place(report)
    name = f"{report.record.unit_name} ({report.record.unit})" if report.record.unit else ""
    return UnitOutcome(name, sheet, cell, _grave(report), receipt.lead)


def _grave(report: ReportReply) -> Severity:
    if report.is_refused:
        return Severity.CRITICAL
    if not report.is_accepted:
        return Severity.HOLD
    asks = any(issue.severity is Severity.WARNING for issue in report.issues)
    return Severity.WARNING if asks else Severity.INFO


def _place(report: ReportReply) -> tuple[str, str]:
    """Return sheet and cell of the first issue or figure that has one: there the part of the unit is."""
    places = [(issue.sheet or "", issue.cell) for issue in report.issues if issue.cell]
    figures = [(figure.sheet, figure.numerator.cell) for figure in report.figures if figure.numerator.cell]
    return next(iter(places + figures), ("", ""))

"""Reply: write an answer to each delivery into the outbox; for a refused report the sender's own file, marked."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from domain.errors import TerminalError, TransientError
from domain.stores.store import Store
from domain.texts import cut, one_line
from flows.pipeline.marked_copy import LANG, FileFindings, MarkedCopy, marked_copy
from flows.pipeline.returned_names import stem_of
from flows.pipeline.stages.deliver import reply_ways
from flows.pipeline.stages.judge import SENDER_NOT_AUTHORISED, SENT_BY
from flows.pipeline.stages.reply_many import files_of_many
from flows.pipeline.stages.warning_answers import warnings_text
from flows.support.context import AppContext
from publishing.returns.receipt import Receipt, list_outcomes
from warehouse.queries import Reply, ReportReply, replies_of
from warehouse.store.engine import reading, transaction
from warehouse.submissions.outgoing import ReplyFiles
from warehouse.submissions.replies import GivenReply, RepliedSubmission, record_replies
from warehouse.submissions.replies import unreplied as without_reply
from workbooks.identify.hints import Hints, codes_in_name
from workbooks.pool.landed_file import LandedFile

_LOG = logging.getLogger(__name__)

UNKNOWN_UNIT = "chua-ro-don-vi"
UNKNOWN_PERIOD = "chua-ro-ky"
"""Folders of submissions whose unit or period is unknown; an officer forwards them by hand."""
MANY_UNITS = "nhieu-don-vi"
"""Folder of the answers to files that report for many units."""

_LONGEST_LINE = 600


class OutboxError(TerminalError):
    """The outbox cannot be written; earlier work stays done, and the next run writes the replies."""

    def __init__(self, folder: str, reason: str) -> None:
        """Keep the folder and the system's message."""
        self.folder, self.reason = folder, reason
        super().__init__(f"cannot give back to {folder}: {reason}. Free space or grant access there, then run again.")


def unreplied(context: AppContext) -> tuple[int, ...]:
    """Return judged deliveries without a reply, including those of runs that were killed."""
    with reading(context.engine) as session:
        return without_reply(session)


def write_replies(context: AppContext, run_id: str, batch: Sequence[int]) -> int:
    """Write and record the replies to a batch of deliveries; idempotent.

    Returns:
        How many were written.

    Raises:
        OutboxError: a file cannot be written.
    """
    results: list[GivenReply] = []
    with reading(context.engine) as session:
        replies = replies_of(session, batch)
    files: dict[str, bytes] = {}
    for reply in replies:
        folder = _folder_of(context, reply)
        own = files_of(context, reply)
        files |= {f"{folder}/{name}": data for name, data in own.items()}
        submissions = [RepliedSubmission(each.number, each.judgement, each.is_accepted) for each in reply.reports]
        sent = ReplyFiles(str(folder), tuple(own), _text_of(context, reply))
        results.append(GivenReply(reply.delivery_id, sent, tuple(submissions)))
    write(context.outbox, files)
    with transaction(context.engine) as session:
        record_replies(session, results, at=context.clock(), run_id=run_id, ways=reply_ways(context))
    _LOG.info("gave back %s replies", len(results))
    return len(results)


def _text_of(context: AppContext, reply: Reply) -> str:
    """Return a line on each report: its file and the outcome; of one that counts the warnings, to be answered."""
    lines: list[str] = []
    for report in reply.reports:
        receipt = Receipt(report, context.catalog, LANG)
        outcome = f"{report.record.file.file_name}: {receipt.title}. {receipt.lead}"
        lines.append(cut(one_line(outcome), _LONGEST_LINE))
        if report.is_accepted:
            lines += filter(None, [warnings_text(context, report.number, report.judgement, report.issues)])
    return "\n".join(lines)


def _folder_of(context: AppContext, reply: Reply) -> PurePosixPath:
    """Return the folder of the commune and period that all reports are of, else of the folder that they came in."""
    units = {_sent_by(report) or report.record.unit for report in reply.reports}
    periods = {report.record.period for report in reply.reports}
    unit = units.pop() if len(units) == 1 else MANY_UNITS if reply.is_of_many_units else None
    period = periods.pop() if len(periods) == 1 else None
    return PurePosixPath(
        unit or _unit_of_folder(context, reply) or UNKNOWN_UNIT,
        period.id if period else UNKNOWN_PERIOD,
    )


def _sent_by(report: ReportReply) -> str | None:
    """Return the code of the commune that alone may use the way by which another commune's report came."""
    issues = (issue for issue in report.issues if issue.code == SENDER_NOT_AUTHORISED)
    return next((issue.facts.get(SENT_BY) for issue in issues), None)


def _unit_of_folder(context: AppContext, reply: Reply) -> str | None:
    """Return the code of the commune in whose folder a report of unknown unit came: that commune sent it."""
    for folder in reversed(PurePosixPath(reply.reports[0].record.path).parts[:-1]):
        for code in codes_in_name(folder):
            if context.catalog.units.versions(code):
                return code
    return None


def files_of(context: AppContext, reply: Reply) -> Mapping[str, bytes]:
    """Return the files of one reply by name: those of each report, and a list of the reports if there are several.

    A file of many units gets one workbook and one list, however many units it is of.
    """
    if reply.is_of_many_units:
        return files_of_many(context, reply)
    files = {name: data for report in reply.reports for name, data in _files_of_report(context, report).items()}
    if len(reply.reports) == 1:
        return files
    receipts = [Receipt(report, context.catalog, LANG) for report in reply.reports]
    return {f"tra-loi.dot-{reply.delivery_id:08d}.txt": list_outcomes(receipts), **files}


def _files_of_report(context: AppContext, report: ReportReply) -> Mapping[str, bytes]:
    """Return the files about one report: a receipt; a note unless accepted; of a refused one the workbook.

    A workbook whose landed bytes are damaged does not go back.
    """
    number = f"so-{report.number:08d}" + (f"-lan-{report.judgement}" if report.judgement > 1 else "")
    if report.is_accepted:
        return {f"bien-nhan.{number}.html": Receipt(report, context.catalog, LANG).page()}
    if not report.is_refused:
        receipt = Receipt(report, context.catalog, LANG)
        return {f"tra-loi.{number}.txt": receipt.note(), f"tra-loi.{number}.html": receipt.page()}
    if not context.landing.is_whole(report.record.file.sha256):
        # Read and judged before it was damaged, or refused for that: the answer goes out without the workbook.
        receipt = Receipt(report, context.catalog, LANG)
        return {f"tra-lai.{number}.txt": receipt.note(), f"tra-lai.{number}.html": receipt.page()}
    copy = _workbook(context, report)
    name = f"{stem_of(report.record.file.file_name)}.tra-lai.{number}{PurePosixPath(copy.file_name).suffix}"
    receipt = Receipt(report, context.catalog, LANG, name, marked=copy.is_marked)
    return {name: copy.data, f"tra-lai.{number}.txt": receipt.note(), f"tra-lai.{number}.html": receipt.page()}


def _workbook(context: AppContext, reply: ReportReply) -> MarkedCopy:
    """The workbook that goes back."""
    file = reply.record.file
    landed = LandedFile(context.landing.checked_path(file.sha256), Hints(file.file_name))
    return marked_copy(landed, FileFindings(reply.issues, reply.repairs), context.catalog, context.limits)


def write(outbox: Store, files: Mapping[str, bytes]) -> None:
    """Write files into the outbox, each atomically, and bring all to disk; existing ones are replaced."""
    try:
        outbox.write(files)
    except TransientError:  # of an object store
        raise
    except OSError as error:
        raise OutboxError(outbox.at(""), error.strerror or str(error)) from error

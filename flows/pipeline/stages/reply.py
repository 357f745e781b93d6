"""Reply: write the outcome of each submission into the outbox; for a refused one the sender's own file, marked."""

import logging
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from domain.errors import TerminalError
from flows.pipeline.marked_copy import LANG, FileFindings, MarkedCopy, marked_copy
from flows.pipeline.stages.judge import SENDER_NOT_AUTHORISED, SENT_BY
from flows.support.context import AppContext
from publishing.returns.receipt import Receipt
from warehouse.queries import Reply, replies_of
from warehouse.store.engine import reading, transaction
from warehouse.submissions.replies import RepliedSubmission, record_replies
from warehouse.submissions.replies import unreplied as without_reply
from workbooks.identify.hints import Hints, codes_in_name
from workbooks.pool.landed_file import LandedFile

_LOG = logging.getLogger(__name__)

UNKNOWN_UNIT = "chua-ro-don-vi"
UNKNOWN_PERIOD = "chua-ro-ky"
"""Folders of submissions whose unit or period is unknown; an officer forwards them by hand."""

_LONGEST_STEM = 160
_GIVEN_BEFORE = re.compile(r"(\.tra-lai\.so-\d+(-lan-\d+)?|\.da-kiem-tra)+$")
_RISKY = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


class OutboxError(TerminalError):
    """The outbox cannot be written; earlier work stays done, and the next run writes the replies."""

    def __init__(self, folder: Path, reason: str) -> None:
        """Keep the folder and the system's message."""
        self.folder, self.reason = folder, reason
        super().__init__(f"cannot give back to {folder}: {reason}. Free space or grant access there, then run again.")


def unreplied(context: AppContext) -> tuple[int, ...]:
    """Return judged submissions without a reply, including those of runs that were killed."""
    with reading(context.engine) as session:
        return without_reply(session)


def write_replies(context: AppContext, run_id: str, batch: Sequence[int]) -> int:
    """Write and record the replies to a batch of submissions; idempotent.

    Returns:
        How many were written.

    Raises:
        OutboxError: a file cannot be written.
    """
    results: list[RepliedSubmission] = []
    with reading(context.engine) as session:
        replies = replies_of(session, batch)
    for reply in replies:
        folder = PurePosixPath(
            _sent_by(reply) or reply.record.unit or _unit_of_folder(context, reply) or UNKNOWN_UNIT,
            reply.record.period.id if reply.record.period else UNKNOWN_PERIOD,
        )
        write(context.outbox / folder, files_of(context, reply))
        results.append(RepliedSubmission(reply.number, reply.judgement, reply.is_accepted, str(folder)))
    with transaction(context.engine) as session:
        record_replies(session, results, at=context.clock(), run_id=run_id)
    _LOG.info("gave back %s replies", len(results))
    return len(results)


def _sent_by(reply: Reply) -> str | None:
    """Return the code of the commune that alone may use the way by which another commune's report came."""
    issues = (issue for issue in reply.issues if issue.code == SENDER_NOT_AUTHORISED)
    return next((issue.facts.get(SENT_BY) for issue in issues), None)


def _unit_of_folder(context: AppContext, reply: Reply) -> str | None:
    """Return the code of the commune in whose folder a report of unknown unit came: that commune sent it."""
    for folder in reversed(PurePosixPath(reply.record.path).parts[:-1]):
        for code in codes_in_name(folder):
            if context.catalog.units.versions(code):
                return code
    return None


def files_of(context: AppContext, reply: Reply) -> Mapping[str, bytes]:
    """Return the files of one reply by name: a receipt; a note unless accepted; of a refused report the workbook.

    A workbook whose landed bytes are damaged does not go back.
    """
    number = f"so-{reply.number:08d}" + (f"-lan-{reply.judgement}" if reply.judgement > 1 else "")
    if reply.is_accepted:
        return {f"bien-nhan.{number}.html": Receipt(reply, context.catalog, LANG).page()}
    if not reply.is_refused:
        receipt = Receipt(reply, context.catalog, LANG)
        return {f"tra-loi.{number}.txt": receipt.note(), f"tra-loi.{number}.html": receipt.page()}
    if not context.landing.is_whole(reply.record.file.sha256):
        # Read and judged before it was damaged, or refused for that: the answer goes out without the workbook.
        receipt = Receipt(reply, context.catalog, LANG)
        return {f"tra-lai.{number}.txt": receipt.note(), f"tra-lai.{number}.html": receipt.page()}
    copy = _workbook(context, reply)
    name = f"{_stem(reply.record.file.file_name)}.tra-lai.{number}{PurePosixPath(copy.file_name).suffix}"
    receipt = Receipt(reply, context.catalog, LANG, name, marked=copy.is_marked)
    return {name: copy.data, f"tra-lai.{number}.txt": receipt.note(), f"tra-lai.{number}.html": receipt.page()}


def _workbook(context: AppContext, reply: Reply) -> MarkedCopy:
    """The workbook that goes back."""
    file = reply.record.file
    landed = LandedFile(context.landing.checked_path(file.sha256), Hints(file.file_name))
    return marked_copy(landed, FileFindings(reply.issues, reply.repairs), context.catalog, context.limits)


def _stem(file_name: str) -> str:
    """Return the stem of a returned file's name, without the marks of earlier returns.

    The number appended to it has eight digits, so that it is not read as a commune's code, which has five.
    """
    stem = _GIVEN_BEFORE.sub("", PurePosixPath(file_name).stem)
    # File systems count bytes, of which a Vietnamese letter has up to three.
    short = _RISKY.sub("_", stem).encode()[:_LONGEST_STEM].decode(errors="ignore")
    return short.strip(" .") or "bao-cao"


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, each atomically; existing ones of these names are replaced."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            draft = folder / f".{name}.new"
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(folder / name)
    except OSError as error:
        raise OutboxError(folder, error.strerror or str(error)) from error

"""Ask a sender about a warning: the question goes back the way that the report came, and onto the upload page."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from domain.issues import Issue
from domain.mail.warning_answers import WarningCode
from domain.texts import one_line
from domain.waivers import RemarkKind
from flows.pipeline.act_record import recorded_act
from flows.pipeline.marked_copy import LANG
from flows.pipeline.stages.deliver import deliver_due, reply_ways
from flows.pipeline.stages.reply import write
from flows.support.context import AppContext
from warehouse.officers.remarks import delivery_of, warning_codes, write_remark
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.outgoing import ReplyFiles
from warehouse.submissions.replies import record_message
from warehouse.submissions.waivers import WarningSelector
from warehouse.submissions.withdrawal import Decision

_SHORT_RUN = 8


def ask_sender(
    context: AppContext, run_id: str, selector: WarningSelector, question: DecisionReason
) -> tuple[Issue, ...]:
    """Send a question about a rule's open warnings; the report goes on counting, and the warnings stay open.

    Returns:
        The warnings that it asks about.

    Raises:
        UsageError: no such warning is open, or the question is empty; nothing was done.
        OutboxError: the outbox cannot be written; nothing was done.
    """
    decision = Decision(question, context.clock(), run_id)
    with recorded_act(context, run_id, "ask", question) as session:
        version, issues = write_remark(session, selector, RemarkKind.QUESTION, decision)
        codes = warning_codes(session, version)
        coded = [(codes[issue.code, issue.indicator], issue) for issue in issues]
        text = _text(context, selector, coded, question)
        folder = PurePosixPath(selector.key.unit.code, selector.key.period.id)
        name = f"cau-hoi.so-{version.submission_id:08d}.{run_id[:_SHORT_RUN]}.txt"
        write(context.outbox, {f"{folder}/{name}": text.encode()})
        files = ReplyFiles(str(folder), (name,), text)
        record_message(session, delivery_of(session, version), files, decision, reply_ways(context))
    deliver_due(context)
    return issues


def _text(
    context: AppContext, selector: WarningSelector, coded: Sequence[tuple[WarningCode, Issue]], question: DecisionReason
) -> str:
    unit = context.catalog.units.get(selector.key.unit.code, selector.key.unit.valid_from)
    warnings = "\n".join(one_line(f"{code}. {context.catalog.issue_message(issue, LANG)}") for code, issue in coded)
    return context.catalog.texts.text(
        "flows.question_to_sender",
        LANG,
        unit=one_line(f"{unit.name} ({unit.code})"),
        period=selector.key.period.id,
        warnings=warnings,
        question=question.note.strip(),
        by=one_line(question.actor),
        code=coded[0][0],
    )

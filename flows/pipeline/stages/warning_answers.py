"""Take what senders answer by mail about the warnings of their reports; an officer decides whether it holds."""

import logging
from collections.abc import Iterable

from connectors.base import Connector, RemoteFile, SourceMissingError, SourceRefusedError
from connectors.mail.attachments import text_in
from domain.authorisations import Authorisations, Route
from domain.catalog.sources import ReplyWay
from domain.errors import TransientError, UsageError
from domain.issues import Issue
from domain.mail.threads import message_id_of, replies_to_reply
from domain.mail.warning_answers import WarningAnswer, WarningCode, answers_in, numbered_warnings
from domain.texts import cut, one_line
from flows.pipeline.marked_copy import LANG
from flows.pipeline.stages.confirm import text_replies
from flows.pipeline.stages.deliver import reply_ways
from flows.support.context import AppContext
from warehouse.models import SubmissionRow
from warehouse.officers.remarks import keep_answer_of_mail, sent_warnings
from warehouse.store.engine import Session, transaction
from warehouse.submissions.arrivals import keep_file
from warehouse.submissions.authorisations import are_senders_checked, authorised_senders
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.outgoing import NewMail, ReplyFiles, keep_handled, queue_mail
from warehouse.submissions.withdrawal import Decision

_LOG = logging.getLogger(__name__)
_ANSWER = "answer"
_LONGEST_LINE = 600
_MOST_LISTED = 20


def take_warning_answers(context: AppContext) -> int:
    """Take the replies to our replies in which warnings are answered, each once; return how many answers are kept.

    Only what the proved address wrote to which our reply went counts, never a program's, and where senders are
    registered only as long as it may report for the unit. It gets a mail that says what was kept and what not.
    """
    count = 0
    for connector in context.connectors:
        if reply_ways(context).by_source.get(connector.name) is ReplyWay.MAIL and context.settles_sources:
            try:
                for file in text_replies(context, connector):
                    if file.mail is not None and replies_to_reply(file.mail):
                        count += _take(context, connector, file)
            except (SourceMissingError, SourceRefusedError, TransientError) as error:
                _LOG.warning("no answers to warnings by way of %s: %s", connector.name, type(error).__name__)
    return count


def warnings_text(context: AppContext, submission: int, judgement: int, issues: Iterable[Issue]) -> str:
    """Return what a mail says of the warnings about a report that counts, and how to answer; "" without warnings."""
    warnings = numbered_warnings(issues)
    if not warnings:
        return ""
    codes = {WarningCode(submission, judgement, number): issue for number, issue in warnings.items()}
    lines = [
        cut(one_line(f"{code}. {context.catalog.issue_message(issue, LANG)}"), _LONGEST_LINE)
        for code, issue in list(codes.items())[:_MOST_LISTED]
    ]
    text = context.catalog.texts.text("flows.answer_how", LANG, count=len(codes), code=next(iter(codes)))
    return "\n".join((text, *lines))


def _take(context: AppContext, connector: Connector, file: RemoteFile) -> int:
    data = b"".join(connector.fetch(file))
    answers = answers_in(text_in(data)) if file.sender is not None and not file.automatic else ()
    now, kept, digest = context.clock(), 0, ""
    if answers:
        with context.landing.batch() as batch:  # before anything says that it is there
            digest = batch.add([data])
    with transaction(context.engine) as session:
        handled = keep_handled(session, connector.name, [file.fingerprint], now)
        if answers and file.sender is not None and file.mail is not None:
            keep_file(session, digest, len(data), now)
            listed = sent_warnings(session, file.mail.references.split(), file.sender)
            lines: list[str] = []
            for answer in answers:
                row, warning = listed.get(answer.code, (None, None))
                outcome = "unknown"
                if row is not None and warning is not None and _may_answer(context, session, connector, file, row):
                    decision = Decision(DecisionReason(answer.reason, file.sender), now)
                    outcome = _kept(session, (row, warning), decision, digest)
                kept += outcome == "kept"
                lines.append(_line(context, answer, outcome))
            message_id = message_id_of(_ANSWER, handled, file.fingerprint)
            mail = NewMail(connector.name, file.sender, message_id, file.mail)
            queue_mail(session, mail, ReplyFiles("", (), "\n".join(lines)), now)
    _LOG.info("a mail answers %s warnings, of which %s are kept", len(answers), kept)
    return kept


def _may_answer(
    context: AppContext, session: Session, connector: Connector, file: RemoteFile, row: SubmissionRow
) -> bool:
    """Return whether the sender of a mail may report for the unit of a version now."""
    if not are_senders_checked(session):
        return True
    catalog = context.catalog
    unit = catalog.units.find(row.unit_code, row.unit_valid_from) if row.unit_code and row.unit_valid_from else None
    route = Route(connector.name, file.path, file.sender, context.today)
    admitting = Authorisations(authorised_senders(session)).admitting(route)
    return unit is not None and any(
        each.admits(row.form) and each.covers(catalog, unit, unit.valid_from) for each in admitting
    )


def _kept(session: Session, about: tuple[SubmissionRow, Issue], answer: Decision, digest: str) -> str:
    """Keep an answer; return what became of it, the end of the key of a text."""
    if not answer.reason.note:
        return "without_reason"
    try:
        keep_answer_of_mail(session, *about, answer, digest)
    except UsageError:
        return "not_open"
    return "kept"


def _line(context: AppContext, answer: WarningAnswer, outcome: str) -> str:
    text = context.catalog.texts.text(f"flows.answer_{outcome}", LANG, code=answer.code, reason=answer.reason)
    return cut(one_line(text), _LONGEST_LINE)

"""Ask registered addresses by mail whether another address may report for their unit, and take what they reply."""

import logging
from collections.abc import Iterator
from typing import Final

from connectors.base import Connector, RemoteFile, SourceMissingError, SourceRefusedError
from domain.authorisations import Authorisations
from domain.catalog.sources import ReplyWay
from domain.errors import TransientError
from domain.mail.threads import MailThread, plain, replies_to_question
from domain.texts import one_line
from flows.pipeline.marked_copy import LANG
from flows.pipeline.stages.collect import cursor_position, unknown_files
from flows.pipeline.stages.deliver import reply_ways
from flows.pipeline.stages.judge import SENDER_NOT_AUTHORISED
from flows.support.context import AppContext
from warehouse.store.engine import transaction
from warehouse.submissions.authorisations import authorised_senders
from warehouse.submissions.confirmations import confirm, record_question, unconfirmed_senders
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.outgoing import NewMail, ReplyFiles, keep_handled, queue_mail
from warehouse.submissions.withdrawal import Decision

_AGREED: Final = "đồng ý"
_LOG = logging.getLogger(__name__)


def ask_for_confirmations(context: AppContext) -> int:
    """Ask about each sender whose reports are held for want of an authorisation, once; return how many are asked.

    The registered addresses of the unit are asked; where it has none, and of tables that offices give, an officer
    decides (`tonghop held`).
    """
    sources = [name for name, way in reply_ways(context).by_source.items() if way is ReplyWay.MAIL]
    if not sources or not context.settles_sources:
        return 0
    count = 0
    with transaction(context.engine) as session:
        registered = Authorisations(authorised_senders(session))
        forms = [form.id for form in context.catalog.forms.of_units]
        for sender in unconfirmed_senders(session, forms, sources, SENDER_NOT_AUTHORISED):
            unit = context.catalog.units.find(sender.unit, sender.unit_valid_from)
            addresses = registered.addresses(context.catalog, unit, context.today, sender.form) if unit else ()
            if unit is None or not addresses:
                continue
            facts = {"unit": one_line(f"{unit.name} ({unit.code})"), "sender": one_line(sender.sender)}
            subject = context.catalog.texts.text("flows.confirm_subject", LANG, **facts)
            text = ReplyFiles("", (), context.catalog.texts.text("flows.confirm_request", LANG, **facts))
            ids = record_question(session, sender, addresses, context.clock())
            for address, message_id in zip(addresses, ids, strict=True):
                mail = NewMail(sender.connector, address, message_id, MailThread("", "", subject))
                queue_mail(session, mail, text, context.clock())
                count += 1
    return count


def take_confirmations(context: AppContext) -> int:
    """Take the replies to such mails, each once; return how many reports were released, for the next run to judge.

    Only a proved address that was asked counts, never a program, and only if the first line says that it agrees.
    """
    count = 0
    for connector in context.connectors:
        if reply_ways(context).by_source.get(connector.name) is ReplyWay.MAIL:
            try:
                for file in text_replies(context, connector):
                    if file.mail is None or replies_to_question(file.mail):
                        count += _take(context, connector, file)
            except (SourceMissingError, SourceRefusedError, TransientError) as error:
                _LOG.warning("no confirmations by way of %s: %s", connector.name, type(error).__name__)
    return count


def text_replies(context: AppContext, connector: Connector) -> Iterator[RemoteFile]:
    """Yield what mails say that reply to ours and were not handled.

    Raises:
        SourceMissingError, SourceRefusedError, SourceUnavailableError: the source cannot be listed.
    """
    listed = [file for file in connector.list(cursor_position(context, connector)) if file.is_text]
    yield from unknown_files(context, connector, listed)


def _take(context: AppContext, connector: Connector, file: RemoteFile) -> int:
    text = b"".join(connector.fetch(file)).decode("utf-8", "replace")
    now, released = context.clock(), None
    with transaction(context.engine) as session:
        keep_handled(session, connector.name, [file.fingerprint], now)
        if file.sender is not None and file.mail is not None and not file.automatic and _agrees(text):
            note = context.catalog.texts.text("flows.confirm_reason", context.lang)
            decision = Decision(DecisionReason(note=note, actor=file.sender), now)
            references = file.mail.references.split()
            released = confirm(session, context.catalog, references, SENDER_NOT_AUTHORISED, decision)
    _LOG.info("a reply to a question about a sender %s", "counts" if released is not None else "does not count")
    return len(released or ())


def _agrees(text: str) -> bool:
    """Return whether the first line that is not empty begins with “đồng ý”, with or without accents."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return plain(first).lstrip("\"'“*> ").startswith(plain(_AGREED))

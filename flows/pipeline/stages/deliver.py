"""Deliver: bring what is due in the outbox table to its source, or send it by mail; a way that fails waits."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePosixPath

from connectors.base import Connector, UnsafePathError
from connectors.registry import KINDS
from connectors.replies.mail import OutgoingMail, message_of
from connectors.replies.smtp import RecipientRefusedError
from domain.catalog.sources import RepliesGo, ReplyWay
from domain.errors import TerminalError, TonghopError, TransientError
from domain.stores.store import Store
from flows.pipeline.marked_copy import LANG
from flows.support.context import AppContext
from flows.support.masking import masked
from warehouse.store.engine import reading, transaction
from warehouse.submissions.outgoing import (
    Outgoing,
    ReplyWays,
    claim,
    put_off,
    record_failed,
    record_sent,
    sent_within_a_day,
)

_LOG = logging.getLogger(__name__)
_FAILURES_IN_A_ROW = 3
"""After so many the way is taken to be down, and what else is due by it waits as long as these."""
_PAUSE = timedelta(hours=6)
_TOO_MANY = "this address had as many mails in a day as mails_per_day of its source allows"
_SENT, _FAILED = "sent", "failed"


class ReplyFileMissingError(TerminalError):
    """A file that was to go out is no longer in the outbox."""

    def __init__(self, path: str, reason: str) -> None:
        """Keep the file and the system's message."""
        self.path, self.reason = path, reason
        super().__init__(f"{path} cannot be sent ({reason}). Send its reply by hand: the page of the report has it.")


class NoWayError(TerminalError):
    """There is no way by which this could go out."""


def reply_ways(context: AppContext) -> ReplyWays:
    """Return how replies return to the sources, and the addresses that are our own."""
    sources = [connector.source for connector in context.connectors]
    own = {context.mail.address if context.mail else "", *(source.user or "" for source in sources)}
    return ReplyWays(
        {
            source.name: way
            for source in sources
            if source.replies is RepliesGo.RETURNED and (way := KINDS[source.kind].replied_by) is not None
        },
        frozenset(address.casefold() for address in own if "@" in address),
    )


def deliver_due(context: AppContext) -> Counter[str]:
    """Try whatever is due, once; no failure stops another way, and all are recorded with their reasons.

    Returns:
        How many were `sent` and how many `failed`.
    """
    counts = Counter[str]()
    if not context.settles_sources:
        return counts
    delivery = _Delivery(context)
    while True:
        with transaction(context.engine) as session:
            claimed = claim(session, context.clock())
        if not claimed:
            break
        for outgoing in claimed:
            counts[delivery.carry_out(outgoing)] += 1
    if counts:
        _LOG.info("replies: %s sent, %s failed", counts[_SENT], counts[_FAILED], extra={"counts": dict(counts)})
    return counts


class _Delivery:
    """Tries what is due, way by way."""

    def __init__(self, context: AppContext) -> None:
        """Use the sources and the mail account of the context."""
        self._context = context
        ways = reply_ways(context).by_source
        self._connectors = {each.name: each for each in context.connectors if each.name in ways}
        self._failures = Counter[str]()

    def carry_out(self, outgoing: Outgoing) -> str:
        """Try one, record what became of it, and return that."""
        context, ids, now = self._context, outgoing.ids, self._context.clock()
        try:
            connector = self._connector(outgoing)
            if self._is_too_much(connector, outgoing):
                with transaction(context.engine) as session:
                    put_off(session, ids, now + _PAUSE, _TOO_MANY)
                return _FAILED
            if outgoing.way is ReplyWay.FILES:
                self._give(connector, outgoing)
            else:
                self._mail(connector, outgoing)
        except TonghopError as error:
            is_own = isinstance(error, (ReplyFileMissingError, RecipientRefusedError, UnsafePathError))
            self._failures[outgoing.connector] += not is_own
            with transaction(context.engine) as session:
                record_failed(session, ids, now, masked(str(error)), for_good=is_own)
            # Neither addresses nor names of files: more people may read a log than the warehouse.
            _LOG.warning("a reply by way of %s failed: %s", outgoing.connector, type(error).__name__)
            return _FAILED
        self._failures[outgoing.connector] = 0
        with transaction(context.engine) as session:
            record_sent(session, ids, now)
        return _SENT

    def _connector(self, outgoing: Outgoing) -> Connector:
        name = outgoing.connector
        if name not in self._connectors:
            raise NoWayError(f"{name} is no source that takes replies: see connectors.yaml")
        if self._failures[name] >= _FAILURES_IN_A_ROW:
            raise NoWayError(f"{name} is down: {_FAILURES_IN_A_ROW} replies in a row failed. It is tried again")
        return self._connectors[name]

    def _is_too_much(self, connector: Connector, outgoing: Outgoing) -> bool:
        most = connector.source.limits.mails_per_day
        if outgoing.recipient is None or most is None:
            return False
        with reading(self._context.engine) as session:
            return sent_within_a_day(session, outgoing.recipient, self._context.clock()) >= most

    def _give(self, connector: Connector, outgoing: Outgoing) -> None:
        for path, data in self._files(outgoing).items():
            connector.give(path, data)

    def _mail(self, connector: Connector, outgoing: Outgoing) -> None:
        context, user = self._context, connector.source.user or ""
        if context.mail is None:
            raise NoWayError("there is no mail server to reply by: set TONGHOP_MAIL_HOST and TONGHOP_MAIL_FROM")
        if outgoing.recipient is None or outgoing.message_id is None:
            raise ValueError("a mail has a recipient and an id")
        texts = [reply.text for reply in outgoing.replies]
        files = {PurePosixPath(path).name: data for path, data in self._files(outgoing).items()}
        mail = OutgoingMail(
            recipient=outgoing.recipient,
            message_id=outgoing.message_id,
            thread=outgoing.thread,
            subject=outgoing.subject,
            body="\n\n".join((*texts, *self._closing(has_files=bool(files)))),
            files=files,
        )
        reply_to = user if "@" in user else None
        context.mail.server.send(message_of(mail, context.mail.address, reply_to, context.clock()))

    def _closing(self, *, has_files: bool) -> Sequence[str]:
        names = (*(("reply_details",) if has_files else ()), "reply_signature")
        return [self._context.catalog.texts.text(f"flows.{name}", LANG) for name in names]

    def _files(self, outgoing: Outgoing) -> dict[str, bytes]:
        paths = [f"{reply.folder}/{name}" for reply in outgoing.replies for name in reply.names]
        return {path: _content(self._context.outbox, path) for path in paths}


def _content(outbox: Store, path: str) -> bytes:
    try:
        return outbox.read(path)
    except TransientError:  # of an object store: tried again
        raise
    except OSError as error:
        raise ReplyFileMissingError(outbox.at(path), error.strerror or str(error)) from error

"""Mails that reply to mails: they refer to what they reply, and say that a program sent them."""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from domain.texts import one_line


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """Content of a mail of ours; `thread` lists the Message-IDs that it refers to, the mail that it replies to last."""

    recipient: str
    message_id: str
    thread: str
    subject: str
    body: str
    files: Mapping[str, bytes]


def message_of(mail: OutgoingMail, sender: str, reply_to: str | None, at: datetime) -> EmailMessage:
    """Return a mail as a message; what is answered comes to `reply_to`, where that is another address."""
    message = EmailMessage()
    message["Subject"] = " ".join(one_line(mail.subject).split())
    message["From"], message["To"] = sender, mail.recipient
    if reply_to and reply_to != sender:
        message["Reply-To"] = reply_to
    message["Date"] = format_datetime(at)
    message["Message-ID"] = mail.message_id
    if mail.thread:
        message["In-Reply-To"] = mail.thread.split()[-1]
        message["References"] = mail.thread
    # RFC 3834: no program answers it; the second is what Microsoft Exchange heeds.
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.body)
    for name, data in mail.files.items():
        kind, encoding = mimetypes.guess_type(name)
        main, _, sub = (kind or "application/octet-stream").partition("/") if not encoding else ("application", "", "")
        message.add_attachment(data, maintype=main, subtype=sub or "octet-stream", filename=name)
    return message

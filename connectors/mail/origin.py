"""Who sent a mail: the address that the receiving server found proved, and whether a program did."""

import re
from email.headerregistry import AddressHeader
from email.message import Message
from email.policy import default
from typing import Final

from authres import AuthResError, FeatureContext, dmarc

from domain.mail.threads import MailThread, is_own_message

_RESULTS: Final = FeatureContext(dmarc)
_PROOFS: Final = {"dmarc": ("header", "from"), "dkim": ("header", "d"), "spf": ("smtp", "mailfrom")}
"""Methods of authentication, and the property that has the domain of which each proves something."""
_BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})
_MADE_BY_PROGRAMS: Final = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Failed-Recipients")
_PLAIN: Final = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\"]+")
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,250}>")
_MOST_REFERENCES: Final = 20
_LONGEST_SUBJECT: Final = 300
_DAEMONS: Final = ("mailer-daemon@", "postmaster@", "no-reply@", "noreply@")


def stated_sender(message: Message) -> str | None:
    """Return the address that a mail states as its only author's, in small letters; None: there is not exactly one.

    An address that is plain only in quotes ("a, b@c.vn"@d.vn) counts as none: without them it would be others'.
    """
    stated = message.get_all("From") or []
    if len(stated) != 1:
        return None
    header = default.header_factory("From", str(stated[0]).replace("\r", "").replace("\n", ""))
    if not isinstance(header, AddressHeader) or len(header.addresses) != 1:
        return None
    address = header.addresses[0]
    stated_address = f"{address.username}@{address.domain}".lower()
    return stated_address if _PLAIN.fullmatch(stated_address) else None


def proved_sender(message: Message, trusted_server: str | None) -> str | None:
    """Return the address of a mail's author if the trusted server found its domain proved; None: not so.

    Of several results of that server the topmost counts, which it wrote last; those of other servers count for nothing.
    """
    sender = stated_sender(message)
    if sender is None or trusted_server is None:
        return None
    domain = sender.rpartition("@")[2]
    for value in message.get_all("Authentication-Results") or []:
        try:
            header = _RESULTS.parse_value(" ".join(str(value).split()))
        except AuthResError:
            continue
        if str(header.authserv_id).lower() == trusted_server.lower():
            return sender if any(_proves(result, domain) for result in header.results) else None
    return None


def is_automatic(message: Message) -> bool:
    """Return whether a program sent a mail: an automatic reply, a list, a report that a mail could not be delivered."""
    submitted = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return (
        submitted != "no"
        or is_own_message(str(message.get("Message-ID", "")).strip())
        or precedence in _BULK
        or any(name in message for name in _MADE_BY_PROGRAMS)
        or str(message.get("Return-Path", "")).strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or (stated_sender(message) or "").startswith(_DAEMONS)
    )


def thread_of(message: Message) -> MailThread:
    """Return what a reply to a mail refers to; an id that is none, or a long list, is left out."""
    stated = _MESSAGE_ID.findall(str(message.get("Message-ID", "")))
    references = _MESSAGE_ID.findall(f"{message.get('References', '')} {message.get('In-Reply-To', '')}")
    subject = str(default.header_factory("Subject", " ".join(str(message.get("Subject", "")).split())))
    return MailThread(
        message_id=stated[0] if stated else "",
        references=" ".join(dict.fromkeys(references[-_MOST_REFERENCES:])),
        subject=subject[:_LONGEST_SUBJECT],
    )


def _proves(result: object, domain: str) -> bool:
    """Return whether a result says that mail of this very domain was authenticated."""
    method = str(getattr(result, "method", ""))
    if method not in _PROOFS or str(getattr(result, "result", "")).lower() != "pass":
        return False
    values = (
        str(each.value).lower().rpartition("@")[2]
        for each in getattr(result, "properties", ())
        if (each.type, each.name) == _PROOFS[method]
    )
    return any(value == domain for value in values)

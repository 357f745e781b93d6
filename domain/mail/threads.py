"""Threads of mails: what a reply refers to, its subject, and the ids of our own mails."""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

REPLY: Final = "reply"
"""Kind of the mails that answer a delivery."""
CONFIRM: Final = "confirm"
"""Kind of the mails that ask a registered address about another one."""
_OWN_ID: Final = re.compile(r"<tonghop\.[a-z]+\.\d+\.[0-9a-f]{16}@tonghop>")

_PREFIXES: Final = re.compile(r"^(?:\s*(?:re|fw|fwd|tl|tra loi|chuyen tiep)\s*:)+")
_CHECK: Final = re.compile(r"\W*kiem\s+tra\b")


@dataclass(frozen=True, slots=True)
class MailThread:
    """What a reply to a mail refers to: its Message-ID ("" for none), its own References, and its subject."""

    message_id: str
    references: str
    subject: str


def message_id_of(kind: str, number: int, salt: str) -> str:
    """Return the Message-ID of a mail of ours: the same for the same number, whenever it is made.

    Another installation's mail of the same number has another `salt`.
    """
    return f"<tonghop.{kind}.{number}.{sha256(salt.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}@tonghop>"


def is_own_message(message_id: str) -> bool:
    """Return whether a Message-ID is one of ours."""
    return _OWN_ID.fullmatch(message_id) is not None


def replies_to_question(thread: MailThread) -> bool:
    """Return whether a mail refers to one of ours that asks about an address."""
    return f"<tonghop.{CONFIRM}." in thread.references


def replies_to_reply(thread: MailThread) -> bool:
    """Return whether a mail refers to one of ours that answers a delivery, and to none that asks about an address."""
    return f"<tonghop.{REPLY}." in thread.references and not replies_to_question(thread)


def reply_subject(subject: str) -> str:
    """Return the subject of a reply to a mail of this subject."""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".strip()


def asks_for_check(subject: str) -> bool:
    """Return whether a subject begins with “kiểm tra”, with or without accents, brackets, or the marks of a reply."""
    return _CHECK.match(_PREFIXES.sub("", plain(subject))) is not None


def plain(text: str) -> str:
    """Return what a person wrote in a mail in small letters without accents."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).replace("đ", "d")

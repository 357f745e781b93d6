"""Connector for the workbooks attached to the mails of an IMAP folder."""

import imaplib
import logging
import re
import ssl
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from imap_tools import MailBox, MailMessage
from imap_tools.errors import (
    ImapToolsError,
    MailboxFolderCreateError,
    MailboxFolderSelectError,
    MailboxLoginError,
)
from imap_tools.utils import encode_folder

from connectors.base import (
    Connector,
    FileChangedError,
    RemoteFile,
    SourceAccess,
    SourceMissingError,
    SourceRefusedError,
    SourceUnavailableError,
)
from connectors.mail.attachments import MailedFile, mailed_files, text_of
from connectors.mail.origin import is_automatic, proved_sender, thread_of
from domain.catalog.sources import After
from domain.mail.threads import MailThread, replies_to_question, replies_to_reply

_LOG = logging.getLogger(__name__)
_SECONDS = 60
_CHUNK_BYTES = 1 << 20
_TLS_PORT = 993
_FAILURES = (imaplib.IMAP4.error, ImapToolsError, OSError)
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_REMEDY = "Check its address, account and secrets in connectors.yaml with whoever runs it."
_UNPARSEABLE = (MessageError, LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError)
"""What the parser of mails raises at headers that no rule foresaw."""
_WHOLE_MAIL = "thu.eml"
_TEXT = "tra-loi.txt"
"""The text of a mail as a file: no suffix of workbooks, so that no attachment is taken for it."""
_ANSWER = "tra-loi.eml"
"""A mail that replies to one of ours about a delivery, whole."""
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


@dataclass(frozen=True, slots=True)
class _Cursor:
    """All mails up to `uid` were looked at, and those of `again` have to be once more, as long as `validity` holds."""

    validity: int
    uid: int = 0
    again: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "_Cursor":
        validity, uid, again = text.split(":")
        return cls(int(validity), int(uid), frozenset(map(int, filter(None, again.split(",")))))

    def __str__(self) -> str:
        return f"{self.validity}:{self.uid}:{','.join(map(str, sorted(self.again)))}"


@dataclass(frozen=True, slots=True)
class _Mail:
    """What a mail brings: its id, its files, its proved sender, whether a program sent it, what replies refer to."""

    id: str
    files: list[MailedFile]
    sender: str | None
    automatic: bool
    thread: MailThread


class ImapConnector(Connector):
    """A folder of a mailbox; mails are known by their UIDs, their files by the mail's own id and their bytes.

    So a mailbox whose UIDs begin anew is read again and changes nothing. Time of delivery is when the server received a
    mail: what the mail says of it is its sender's to set.
    """

    def __init__(self, access: SourceAccess) -> None:
        """Use the source; it is not accessed yet. A mail arrives whole: unless stated, it need not lie untouched."""
        self.source = replace(access.source, quiet_seconds=access.source.quiet_seconds or 0)
        self._access = access
        self._mailbox: MailBox | None = None
        self._looked = _Cursor(0)
        self._uids: dict[str, int] = {}
        self._unsettled: dict[int, set[str]] = {}
        self._last: tuple[int, dict[str, bytes]] = (0, {})

    def list(self, cursor: str | None = None) -> Iterator[RemoteFile]:
        """List the workbooks of mails that came since the cursor, as many as a run takes; see `Connector.list`."""
        self._uids, self._unsettled = {}, {}
        try:
            mailbox = self._connection()
            mailbox.client.noop()  # a server need not tell of new mails before (RFC 3501, 6.1.2)
            before = _Cursor.parse(cursor) if cursor else _Cursor(self._validity(mailbox))
            if before.validity != self._validity(mailbox):
                before = _Cursor(self._validity(mailbox))
            self._looked = before
            for uid in _uids_since(mailbox, before):
                if len(self._uids) >= (self.source.limits.files_per_run or len(self._uids) + 1):
                    return
                for file in self._files_of(mailbox, uid):
                    if file.fingerprint not in self._uids:  # else the server has this mail twice
                        self._uids[file.fingerprint] = uid
                        self._unsettled.setdefault(uid, set()).add(file.fingerprint)
                        yield file
                self._looked = replace(self._looked, uid=max(uid, self._looked.uid), again=self._looked.again - {uid})
        except _FAILURES as error:
            raise self._failure(error) from error

    def count(self) -> int:
        """Return how many mails lie in the folder."""
        try:
            return self._connection().folder.status(options=("MESSAGES",))["MESSAGES"]
        except _FAILURES as error:
            raise self._failure(error) from error

    def cursor(self, left: Collection[RemoteFile]) -> str | None:
        """Return the mails that were looked at, less those that have a file that was left."""
        again = {self._uids[file.fingerprint] for file in left if file.fingerprint in self._uids}
        return str(replace(self._looked, again=self._looked.again | again))

    def fetch(self, file: RemoteFile) -> Iterator[bytes]:
        """Yield the file's bytes; see `Connector.fetch`."""
        uid = self._uids.get(file.fingerprint)
        if uid is None:
            raise FileChangedError(file.path)
        try:
            if self._last[0] != uid or file.fingerprint not in self._last[1]:
                list(self._files_of(self._connection(), uid))
        except _FAILURES as error:
            raise self._failure(error) from error
        data = self._last[1].get(file.fingerprint)
        if data is None:
            raise FileChangedError(file.path)
        yield from (data[start : start + _CHUNK_BYTES] for start in range(0, len(data), _CHUNK_BYTES))

    def settle(self, file: RemoteFile) -> None:
        """Flag or move the file's mail, once all its files have landed; see `Connector.settle`."""
        uid = self._uids.get(file.fingerprint)
        if uid is None:
            raise FileChangedError(file.path)
        unsettled = self._unsettled[uid]
        unsettled.discard(file.fingerprint)
        if unsettled:
            return
        try:
            mailbox = self._connection()
            if self.source.after is After.MOVED:
                self._move(mailbox, uid)
            else:
                # Not mailbox.flag, which also expunges what a person has marked for deletion.
                _require_ok(mailbox.client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Flagged)"))
        except _FAILURES as error:
            unsettled.add(file.fingerprint)
            raise self._failure(error) from error

    def _move(self, mailbox: MailBox, uid: int) -> None:
        # Asked after the log-in, before which most servers do not name it. Not mailbox.move, which then copies, and
        # expunges what a person has marked for deletion.
        if b"MOVE" not in mailbox.client.capability()[1][-1].upper().split():
            remedy = "Write after: flagged in connectors.yaml."
            raise SourceRefusedError(self.name, "the server cannot move mails in one step", remedy)
        if not mailbox.folder.exists(self.source.moved_to):
            try:
                mailbox.folder.create(self.source.moved_to)
            except MailboxFolderCreateError as error:
                remedy = "Create it, or let moved_to in connectors.yaml name another."
                raise SourceRefusedError(self.name, f"no folder {self.source.moved_to} ({error})", remedy) from error
        _require_ok(mailbox.client.uid("MOVE", str(uid), encode_folder(self.source.moved_to).decode()))

    def _files_of(self, mailbox: MailBox, uid: int) -> Iterator[RemoteFile]:
        """Yield the files of a mail; the mail itself, unread, where it is larger than its files may be together."""
        facts = _facts(mailbox, uid)
        if facts is None:
            return  # taken away since it was listed
        size, received_at = facts
        limit = self.source.limits.bytes_per_file
        # Base64 makes four bytes of three, and a mail may have several files.
        if limit is not None and size > 4 * limit:
            key = _key(f"{self._looked.validity}:{uid}")
            yield RemoteFile(self.name, f"thu-{key}/{_WHOLE_MAIL}", size, received_at, None, key)
            return
        data = _mail(mailbox, uid)
        if data is None:
            return
        mail = self._parsed(data)
        fingerprints = [_key(f"{mail.id}\0{file.path}\0{sha256(file.data).hexdigest()}") for file in mail.files]
        self._last = uid, dict(zip(fingerprints, (file.data for file in mail.files), strict=True))
        for file, fingerprint in zip(mail.files, fingerprints, strict=True):
            yield RemoteFile(
                connector=self.name,
                # Letters only: digits of a folder's name are taken for a commune's code or a period.
                path=f"thu-{_key(mail.id)[:16]}/{file.path}",
                size=len(file.data),
                delivered_at=received_at,
                sender=mail.sender,
                fingerprint=fingerprint,
                automatic=mail.automatic,
                mail=mail.thread,
                is_text=file.path in {_TEXT, _ANSWER},
            )

    def _parsed(self, data: bytes) -> _Mail:
        """Return what a mail brings; one that cannot be parsed brings itself, so that a person sees it."""
        try:
            message = MailMessage.from_bytes(data)
            thread = thread_of(message.obj)
            texts = [MailedFile(_TEXT, text_of(message))] if replies_to_question(thread) else []
            texts += [MailedFile(_ANSWER, data)] if replies_to_reply(thread) else []
            return _Mail(
                id=_id_of(message),
                files=[*mailed_files(message, self._access.suffixes), *texts],
                sender=proved_sender(message.obj, self.source.trusted_server),
                automatic=is_automatic(message.obj),
                thread=thread,
            )
        except _UNPARSEABLE as error:
            _LOG.warning("a mail cannot be parsed (%s) and is taken as it is", type(error).__name__)
            files, nothing = [MailedFile(_WHOLE_MAIL, data)], MailThread("", "", "")
            return _Mail(sha256(data).hexdigest(), files, sender=None, automatic=True, thread=nothing)

    def _connection(self) -> MailBox:
        """Return the mailbox, logged in.

        Raises:
            SourceRefusedError: the certificate or the account is wrong.
            SourceMissingError: there is no such folder.
            SourceUnavailableError: its UIDs begin anew since the listing.
        """
        if self._mailbox is not None:
            return self._mailbox
        source, address = self.source, urlsplit(self.source.address)
        authority = self._access.path(source.authority) if source.authority else None
        context = ssl.create_default_context(cafile=authority)
        mailbox = MailBox(address.hostname or "", address.port or _TLS_PORT, timeout=_SECONDS, ssl_context=context)
        user, password = source.user or "", self._access.password() or ""
        try:
            # LOGIN knows ASCII alone.
            log_in = mailbox.login if (user + password).isascii() else mailbox.login_utf8
            log_in(user, password, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise  # the connection was cut
        except (MailboxLoginError, imaplib.IMAP4.error) as error:
            raise SourceRefusedError(self.name, f"the server refuses the account ({error})", _REMEDY) from error
        try:
            mailbox.folder.set(unquote(address.path).strip("/") or "INBOX")
        except MailboxFolderSelectError as error:
            raise SourceMissingError(source.address) from error
        if self._uids and self._validity(mailbox) != self._looked.validity:
            raise SourceUnavailableError(source.address, "its mails were numbered anew")
        self._mailbox = mailbox
        return mailbox

    def _validity(self, mailbox: MailBox) -> int:
        return mailbox.folder.status(options=("UIDVALIDITY",))["UIDVALIDITY"]

    def _failure(self, error: Exception) -> SourceRefusedError | SourceUnavailableError:
        """Return our error for a connection that failed; the next use makes a new one."""
        self._mailbox = None
        if isinstance(error, ssl.SSLCertVerificationError):
            reason = f"its certificate is not to be trusted ({error.verify_message})"
            return SourceRefusedError(self.name, reason, _REMEDY)
        return SourceUnavailableError(self.source.address, str(error) or type(error).__name__)


def _uids_since(mailbox: MailBox, before: _Cursor) -> list[int]:
    """Return the UIDs of mails to look at, in their order: those that came since, and those to look at again."""
    # A range ends with the last mail even where that one is older than its beginning.
    new = {uid for uid in map(int, mailbox.uids(f"UID {before.uid + 1}:*")) if uid > before.uid}
    return sorted(new | before.again)


def _facts(mailbox: MailBox, uid: int) -> tuple[int, datetime] | None:
    """Return a mail's size in bytes and when the server received it; None: it is gone."""
    status, data = mailbox.client.uid("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)")
    _require_ok((status, data))
    text = b" ".join(each if isinstance(each, bytes) else b"".join(each) for each in data if each is not None)
    size, moment = _SIZE.search(text), imaplib.Internaldate2tuple(text)
    if size is None or moment is None:
        return None
    return int(size[1]), datetime.fromtimestamp(time.mktime(moment), UTC)


def _mail(mailbox: MailBox, uid: int) -> bytes | None:
    """Return a mail, which stays unread as it was; None: it is gone."""
    status, data = mailbox.client.uid("FETCH", str(uid), "(BODY.PEEK[])")
    _require_ok((status, data))
    return next((each[1] for each in data if isinstance(each, tuple)), None)


def _require_ok(result: tuple[str, object]) -> None:
    if result[0] != "OK":
        raise imaplib.IMAP4.error(f"the server answers {result[0]}")


def _id_of(message: MailMessage) -> str:
    """Return what tells a mail from all others, also when the mailbox is moved to another server."""
    mail: Message = message.obj
    stated = str(mail.get("Message-ID", "")).strip()
    return stated or "\0".join(str(mail.get(name, "")) for name in ("Date", "From", "Subject"))


def _key(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest().translate(_LETTERS)


CONNECTOR = ImapConnector

"""Workbooks of a mail: attached to it, or inside an attached ZIP archive."""

import html
import logging
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, LargeZipFile, ZipFile

if TYPE_CHECKING:
    from imap_tools import MailMessage

_LOG = logging.getLogger(__name__)
_ARCHIVE: Final = ".zip"
_TAG: Final = re.compile(r"<(?:style|head)\b.*?</(?:style|head)>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_LONGEST_TEXT: Final = 2_000
_LONGEST_ANSWER: Final = 100_000
MOST_PARTS: Final = 200
"""Most attachments of a mail, and most members of an archive."""
MOST_UNPACKED: Final = 200 << 20
"""Most bytes of all members of an archive."""


@dataclass(frozen=True, slots=True)
class MailedFile:
    """A file that a mail brought; `path` has the archive's name before that of a member."""

    path: str
    data: bytes


def mailed_files(message: "MailMessage", suffixes: frozenset[str]) -> list[MailedFile]:
    """Return the files of a mail whose names end in one of these suffixes; the others are logged.

    An archive that cannot be unpacked within bounds, or at all, is returned itself: its sender is told that it cannot
    be read. Files of one name are told apart by their position.
    """
    results: dict[str, MailedFile] = {}
    for position, attachment in enumerate(message.attachments, start=1):
        if position > MOST_PARTS:
            _LOG.warning("a mail has more than %s attachments: the rest is left", MOST_PARTS)
            break
        name = _safe_path(attachment.filename)
        for file in _files_of(name, attachment.payload, suffixes):
            path = file.path if file.path not in results else f"{position}/{file.path}"
            results[path] = MailedFile(path, file.data)
    return list(results.values())


def text_of(message: "MailMessage", most: int = _LONGEST_TEXT) -> bytes:
    """Return the first `most` characters of what a mail says, in UTF-8; of one in HTML alone without its tags."""
    text = message.text or html.unescape(_TAG.sub("\n", message.html))
    return text[:most].encode("utf-8", "replace")


def text_in(mail: bytes) -> str:
    """Return the beginning of what a mail, as a file, says."""
    from imap_tools import MailMessage  # noqa: PLC0415 # an extra, and runs without mailboxes do without

    return text_of(MailMessage.from_bytes(mail), _LONGEST_ANSWER).decode("utf-8")


def _files_of(name: str, data: bytes, suffixes: frozenset[str]) -> Iterator[MailedFile]:
    suffix = PurePosixPath(name).suffix.lower()
    if name.startswith("~$") or any(part.startswith(".") for part in name.split("/")):
        _LOG.info("not a delivery: an attachment that a program left")
    elif suffix == _ARCHIVE:
        yield from _unpacked(name, data, suffixes)
    elif suffix in suffixes:
        yield MailedFile(name, data)
    else:
        _LOG.info("not a delivery: an attachment of %s bytes (%s)", len(data), suffix or "without a name")


_NOT_UNPACKED = (
    BadZipFile,
    LargeZipFile,
    EOFError,
    NotImplementedError,  # no stub, an exception that zipfile raises for compression methods that it does not know
    RuntimeError,  # it is encrypted
    ValueError,
    struct.error,
    zlib.error,
)
"""Exceptions that zipfile raises of an archive that it cannot unpack."""


def _unpacked(name: str, data: bytes, suffixes: frozenset[str]) -> list[MailedFile]:
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MOST_PARTS or sum(member.file_size for member in members) > MOST_UNPACKED:
                _LOG.warning("an attached archive is larger than it may be: it is taken as it is")
                return [MailedFile(name, data)]
            paths = {f"{name}/{_safe_path(member.filename)}": member for member in members}
            # No member yields more than the size that it states: zipfile stops there.
            return [
                MailedFile(path, archive.read(member))
                for path, member in paths.items()
                if PurePosixPath(path).suffix.lower() in suffixes
            ]
    except _NOT_UNPACKED as error:
        _LOG.warning("an attached archive cannot be unpacked: %s", type(error).__name__)
        return [MailedFile(name, data)]


def _safe_path(name: str) -> str:
    """Return a name as a relative path that leads nowhere else."""
    parts = name.replace("\\", "/").replace("\0", "").split("/")
    return "/".join(part for part in parts if part.strip(" .")) or "tep"

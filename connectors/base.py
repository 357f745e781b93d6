"""The interface of connectors: a list of delivered files, and the bytes of each."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from domain.catalog.sources import REPLIES_FOLDER, SecretName, Source
from domain.errors import TerminalError, TransientError
from domain.mail.threads import MailThread, asks_for_check


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that a sender delivered.

    `path` is relative to the connector's root, with forward slashes; `size` is in bytes; `delivered_at` is in UTC. An
    unchanged file keeps its `fingerprint`, so that it need not be fetched again. `sender` is an address, where it is
    proved. An `automatic` file was sent by a program (an automatic reply, a list, a bounce) and is not replied to.
    `mail` is the mail that brought it; None: none did. `is_text`: it is what a mail says that replies to ours.
    """

    connector: str
    path: str
    size: int
    delivered_at: datetime
    sender: str | None
    fingerprint: str
    automatic: bool = False
    mail: MailThread | None = None
    is_text: bool = False

    @property
    def is_check(self) -> bool:
        """Return whether its mail asks for a check of it."""
        return self.mail is not None and not self.is_text and asks_for_check(self.mail.subject)

    @property
    def is_delivery(self) -> bool:
        """Return whether it is to be landed: neither a text nor to be checked only."""
        return not self.is_text and not self.is_check


@dataclass(frozen=True, slots=True)
class SourceAccess:
    """A configured source, with the folder that its paths are relative to and the reader of its secrets.

    Of a place where other files lie, too, such as a mailbox, those are taken whose names end in one of `suffixes`.
    """

    source: Source
    home: Path
    read_secret: Callable[[SecretName], str]
    suffixes: frozenset[str] = frozenset()

    def path(self, name: str) -> Path:
        """Return the path that a setting of the source names."""
        return self.home / Path(name).expanduser()

    def password(self) -> str | None:
        """Return the source's password; None: it has none.

        Raises:
            SecretUnreadableError: it is not where the source says.
        """
        return self.read_secret(self.source.password) if self.source.password else None


class Connector(Protocol):
    """A source of delivered files."""

    source: Source

    @property
    def name(self) -> str:
        """Return the source's name in records; it must not change once a file was received from it."""
        return self.source.name

    def list(self, cursor: str | None = None) -> Iterator[RemoteFile]:
        """List the files that are there now.

        A source that keeps a cursor lists only what is new since then; None: everything.

        Raises:
            SourceUnavailableError: a part of the source cannot be listed; the other files are yielded first.
            SourceMissingError: the source does not exist.
            SourceRefusedError: it is not what it should be, or refuses the account.
        """

    def count(self) -> int:
        """Return how many files are there now, mails of a mailbox; see `list` for what is raised."""
        return sum(1 for _ in self.list())

    def cursor(self, left: Collection[RemoteFile]) -> str | None:  # noqa: ARG002 -- of those that keep one
        """Return where the listing after the last one begins, so that it has what of that one was `left`.

        None: every listing has all files that are there, as those of folders do.
        """
        return None

    def fetch(self, file: RemoteFile) -> Iterator[bytes]:
        """Yield the file's bytes in chunks; callers have to keep all of them or none.

        Raises:
            FileChangedError: it differs from the listing, so it may be half-written; raised at the end. Can be retried.
            SourceUnavailableError: the connection was cut. Can be retried.
            FileUnreadableError: it exists but cannot be read.
            UnsafePathError: the path leads out of the source.
        """

    def settle(self, file: RemoteFile) -> None:
        """Do at the source what its `after` says with a file that has landed for good; idempotent.

        Raises:
            FileChangedError: it was replaced since it was fetched, and stays.
            SourceUnavailableError: the connection was cut. Can be retried.
        """

    def give(self, path: str, data: bytes) -> None:
        """Write a file of a reply into the source's folder of replies; one that is there is replaced, so idempotent.

        Of sources that are answered by files (`SourceKind.replied_by`).

        Raises:
            ReplyNotWrittenError: the source does not answer, or lets nothing be written. Can be retried.
            UnsafePathError: the path leads out of the source.
        """


class SourceUnavailableError(TransientError):
    """A source, or folders of it, did not answer."""

    def __init__(self, place: str, reason: str) -> None:
        """Keep the source and the reason."""
        self.place = place
        self.reason = reason
        super().__init__(f"{place} cannot be read ({reason}). Check that it can be reached and read, then run again.")


class SourceMissingError(TerminalError):
    """A configured source does not exist."""

    def __init__(self, place: str) -> None:
        """Keep the source."""
        self.place = place
        super().__init__(
            f"there is no folder {place}. Create it, or let TONGHOP_INBOX or connectors.yaml name another."
        )


class SourceRefusedError(TerminalError):
    """A source is not what it should be, or refuses the account; nothing was fetched from it."""

    def __init__(self, name: str, reason: str, remedy: str) -> None:
        """Keep the source's name, the reason and the remedy."""
        self.name, self.reason, self.remedy = name, reason, remedy
        super().__init__(f"{name}: {reason}. {remedy}")


class ReplyNotWrittenError(TransientError):
    """No reply can be written at a source now."""

    def __init__(self, name: str, reason: str) -> None:
        """Keep the source's name and the reason."""
        self.name, self.reason = name, reason
        super().__init__(
            f"{name}: no reply can be written there ({reason}). It is tried again; let this account write into its "
            f"folder {REPLIES_FOLDER}, or write replies: kept in connectors.yaml."
        )


class SecretUnreadableError(SourceRefusedError):
    """A secret is not where connectors.yaml says, or other accounts can read it."""


class ExtraMissingError(TerminalError):
    """The libraries of a kind of source are not installed."""

    def __init__(self, name: str, kind: str, extra: str) -> None:
        """Keep the source, its kind and the extra."""
        self.name, self.kind, self.extra = name, kind, extra
        super().__init__(
            f"connectors.yaml, source {name}: libraries for kind: {kind} are missing. Install them: "
            f"pip install 'tonghop[{extra}]'"
        )


class FileChangedError(TransientError):
    """A file was changed or removed between listing and reading: it is still being written."""

    def __init__(self, path: str) -> None:
        """Keep the path."""
        self.path = path
        super().__init__(f"{path} changed while it was being read; it is taken once it has arrived wholly.")


class FileCutShortError(TransientError):
    """A file ends in the middle: its other half may be on its way."""

    def __init__(self, path: str) -> None:
        """Keep the path."""
        self.path = path
        super().__init__(
            f"{path} is empty or ends in the middle; the next run takes it, and refuses it if it stays so."
        )


class FileTooLargeError(TerminalError):
    """A file is larger than its source's limit, and was not fetched."""

    def __init__(self, path: str, size: int, limit: int) -> None:
        """Keep the path, its size and the limit, in bytes."""
        self.path, self.size, self.limit = path, size, limit
        super().__init__(
            f"{path} was not fetched: it has {size} bytes, bytes_per_file of its source is {limit}. Raise the limit "
            "in connectors.yaml, or take the file away."
        )


class FileUnreadableError(TerminalError):
    """A file exists, but reading it is not allowed or fails."""

    def __init__(self, path: str, reason: str) -> None:
        """Keep the path and the reason."""
        self.path = path
        self.reason = reason
        super().__init__(f"{path} cannot be read ({reason}). Give this account the right to read it, then run again.")


class UnsafePathError(TerminalError):
    """A path leads out of its source."""

    def __init__(self, path: str) -> None:
        """Keep the path."""
        self.path = path
        super().__init__(f"{path!r} leads out of its folder and is not read.")

"""The interface of connectors: a list of delivered files, and the bytes of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.errors import TerminalError, TransientError


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that a sender delivered.

    `path` is relative to the connector's root, with forward slashes; `size` is in bytes; `delivered_at` is in UTC. An
    unchanged file keeps its `fingerprint`, so that it need not be fetched again. `sender` is an address, if known.
    """

    connector: str
    path: str
    size: int
    delivered_at: datetime
    sender: str | None
    fingerprint: str


class Connector(Protocol):
    """A source of delivered files."""

    @property
    def name(self) -> str:
        """Return the source's name in records; it must not change once a file was received from it."""

    def list(self) -> Iterator[RemoteFile]:
        """List the files that are there now.

        Raises:
            SourceUnavailableError: a part of the source cannot be listed; the other files are yielded first.
            SourceMissingError: the source does not exist.
        """

    def fetch(self, file: RemoteFile) -> Iterator[bytes]:
        """Yield the file's bytes in chunks; callers have to keep all of them or none.

        Raises:
            FileChangedError: it differs from the listing, so it may be half-written; raised at the end. Can be retried.
            FileUnreadableError: it exists but cannot be read.
            UnsafePathError: the path leads out of the source.
        """


class SourceUnavailableError(TransientError):
    """A source, or folders of it, did not answer."""

    def __init__(self, place: str, reason: str) -> None:
        """Keep the source and the reason."""
        self.place = place
        self.reason = reason
        super().__init__(f"{place} cannot be listed ({reason}). Check that it can be reached and read, then run again.")


class SourceMissingError(TerminalError):
    """A configured source does not exist."""

    def __init__(self, place: str) -> None:
        """Keep the source."""
        self.place = place
        super().__init__(f"there is no folder {place}. Create it, or point TONGHOP_INBOX at where workbooks arrive.")


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

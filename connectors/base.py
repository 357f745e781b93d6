"""What every way of delivery offers: a list of files as they arrived, and the bytes of each, however many."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.errors import TerminalError, TransientError


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that a sender delivered.

    `path` is relative to the connector's root, with forward slashes; `size` is in bytes; `delivered_at` is in UTC. A
    file that was not touched since keeps its `fingerprint`, so it need not be fetched again. `sender` is an address,
    where one is known.
    """

    connector: str
    path: str
    size: int
    delivered_at: datetime
    sender: str | None
    fingerprint: str


class Connector(Protocol):
    """A place where files are delivered."""

    @property
    def name(self) -> str:
        """What the place is called in records; it never changes once something was received from it."""

    def list(self) -> Iterator[RemoteFile]:
        """The files that lie there now.

        Raises:
            SourceUnavailableError: a part of the place cannot be listed; what can be is given out first.
            SourceMissingError: the place does not exist.
        """

    def fetch(self, file: RemoteFile) -> Iterator[bytes]:
        """The file's bytes in pieces, read once; whoever lands them lands all or none.

        Raises:
            FileChangedError: it is no longer as listed, so it may be half-written; known at the end only. Try again.
            FileUnreadableError: it is there but we may not read it.
            UnsafePathError: the path leads out of the place.
        """


class SourceUnavailableError(TransientError):
    """A place, or folders of it, did not answer."""

    def __init__(self, place: str, reason: str) -> None:
        """Keep the place and the reason."""
        self.place = place
        self.reason = reason
        super().__init__(f"{place} cannot be listed ({reason}). Check that it can be reached and read, then run again.")


class SourceMissingError(TerminalError):
    """A place that is configured does not exist."""

    def __init__(self, place: str) -> None:
        """Keep the place."""
        self.place = place
        super().__init__(f"there is no folder {place}. Create it, or point TONGHOP_INBOX at where workbooks arrive.")


class FileChangedError(TransientError):
    """A file changed or went away between listing and reading: it is still being written."""

    def __init__(self, path: str) -> None:
        """Keep the path."""
        self.path = path
        super().__init__(f"{path} changed while it was being read; it is taken once it has arrived wholly.")


class FileUnreadableError(TerminalError):
    """A file is there, but reading it is not allowed or fails."""

    def __init__(self, path: str, reason: str) -> None:
        """Keep the path and the reason."""
        self.path = path
        self.reason = reason
        super().__init__(f"{path} cannot be read ({reason}). Give this account the right to read it, then run again.")


class UnsafePathError(TerminalError):
    """A path leads out of the place it was said to lie in."""

    def __init__(self, path: str) -> None:
        """Keep the path."""
        self.path = path
        super().__init__(f"{path!r} leads out of its folder and is not read.")

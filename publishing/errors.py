"""Errors of publishing; each message says what readers still see."""

import errno
from pathlib import Path

from domain.errors import TerminalError, TransientError

_TRANSIENT = frozenset({errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ENOLCK, errno.ESTALE, errno.ETIMEDOUT})


class PublicationInterruptedError(TransientError):
    """The storage did not answer; the previous publication is untouched, and a retry may succeed."""

    def __init__(self, folder: str, intact: int | None, reason: str) -> None:
        """Keep the folder, the revision that readers still see (None: none yet) and the system's reason."""
        self.folder, self.intact, self.reason = folder, intact, reason
        super().__init__(f"could not publish to {folder}: {reason}. {_describe_intact(intact)} Try again.")


class PublicationRefusedError(TerminalError):
    """The storage is full or not writable: a person has to act; the previous publication is untouched."""

    def __init__(self, folder: str, intact: int | None, reason: str) -> None:
        """Keep the folder, the revision that readers still see (None: none yet) and the system's reason."""
        self.folder, self.intact, self.reason = folder, intact, reason
        super().__init__(
            f"could not publish to {folder}: {reason}. {_describe_intact(intact)} "
            "Free space or grant access there, then publish again."
        )


class PublicationDamagedError(TerminalError):
    """A published revision differs from what was written: it was changed, or comes from another warehouse."""

    def __init__(self, folder: str, reason: str) -> None:
        """Keep the folder and what differs."""
        self.folder, self.reason = folder, reason
        super().__init__(
            f"{folder} does not hold this revision as it was published: {reason}. Move it away, then publish again."
        )


class PagesNotWrittenError(TransientError):
    """The pages of submissions could not be written; the figures are published nevertheless."""

    def __init__(self, folder: Path, reason: str) -> None:
        """Keep the folder and the system's reason."""
        self.folder, self.reason = folder, reason
        super().__init__(
            f"the pages of submissions could not be written to {folder}: {reason}. What was published stays. "
            "Free space or grant access there; the next run writes whatever is missing."
        )


def storage_error(
    folder: str, intact: int | None, error: OSError
) -> PublicationInterruptedError | PublicationRefusedError:
    """Turn an error of the file system into a transient error, or into one that a person has to resolve."""
    reason = error.strerror or str(error)
    if error.errno in _TRANSIENT:
        return PublicationInterruptedError(folder, intact, reason)
    return PublicationRefusedError(folder, intact, reason)


def _describe_intact(intact: int | None) -> str:
    if intact is None:
        return "Nothing was published here before, and nothing is now."
    return f"Revision {intact} stays published, whole and readable."

"""What can go wrong on the way to the published folder, and what readers still have when it does."""

import errno
from pathlib import Path

from domain.errors import TerminalError, TransientError

_PASSING = frozenset({errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ENOLCK, errno.ESTALE, errno.ETIMEDOUT})


class PublicationInterruptedError(TransientError):
    """The storage did not answer; the publication before this one is untouched and another try may succeed."""

    def __init__(self, folder: Path, intact: int | None, reason: str) -> None:
        """Keep where it happened, the revision readers still see (None: none yet) and what the system said."""
        self.folder, self.intact, self.reason = folder, intact, reason
        super().__init__(f"could not publish to {folder}: {reason}. {_what_stands(intact)} Try again.")


class PublicationRefusedError(TerminalError):
    """The storage is full or closed to us: a person has to act; the publication before this one is untouched."""

    def __init__(self, folder: Path, intact: int | None, reason: str) -> None:
        """Keep where it happened, the revision readers still see (None: none yet) and what the system said."""
        self.folder, self.intact, self.reason = folder, intact, reason
        super().__init__(
            f"could not publish to {folder}: {reason}. {_what_stands(intact)} "
            "Free space or grant access there, then publish again."
        )


class PublicationDamagedError(TerminalError):
    """A revision that was published is no longer what was written: someone changed it, or it is another warehouse's."""

    def __init__(self, folder: Path, reason: str) -> None:
        """Keep the folder and what about it differs."""
        self.folder, self.reason = folder, reason
        super().__init__(
            f"{folder} does not hold this revision as it was published: {reason}. Move it away, then publish again."
        )


class PagesNotWrittenError(TransientError):
    """The pages of submissions could not be written; the figures are published all the same."""

    def __init__(self, folder: Path, reason: str) -> None:
        """Keep the folder and what the system said."""
        self.folder, self.reason = folder, reason
        super().__init__(
            f"the pages of submissions could not be written to {folder}: {reason}. What was published stays. "
            "Free space or grant access there; the next run writes whatever is missing."
        )


def storage_error(
    folder: Path, intact: int | None, error: OSError
) -> PublicationInterruptedError | PublicationRefusedError:
    """What an error of the file system means to us: worth another try, or a person's turn."""
    reason = error.strerror or str(error)
    if error.errno in _PASSING:
        return PublicationInterruptedError(folder, intact, reason)
    return PublicationRefusedError(folder, intact, reason)


def _what_stands(intact: int | None) -> str:
    if intact is None:
        return "Nothing was published here before, and nothing is now."
    return f"Revision {intact} stays published, whole and readable."

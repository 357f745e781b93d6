"""The landing: every file ever received, kept for good under the sha256 of its bytes."""

import errno
import os
import re
import tempfile
from hashlib import sha256
from pathlib import Path

from domain.errors import TerminalError

_SHA256 = re.compile(r"[0-9a-f]{64}")


class NotLandedError(TerminalError):
    """Bytes that the warehouse knows are not in the landing."""

    def __init__(self, digest: str, path: Path) -> None:
        """Keep the hash and where the bytes should be."""
        self.digest = digest
        self.path = path
        super().__init__(f"the file {digest} is not at {path}. Restore the landing folder from its backup.")


class DamagedBytesError(TerminalError):
    """Landed bytes no longer have the hash they are kept under."""

    def __init__(self, digest: str, path: Path) -> None:
        """Keep the hash and where the bytes are."""
        self.digest = digest
        self.path = path
        super().__init__(f"{path} is damaged: its content is no longer {digest}. Restore this file from its backup.")


class LandingFullError(TerminalError):
    """No room is left where files are landed; nothing half-written stays behind."""

    def __init__(self, root: Path, size: int) -> None:
        """Keep the folder and how many bytes were to be written."""
        self.root = root
        self.size = size
        super().__init__(
            f"no room for {size} bytes in {root}. What was landed before is intact; make room, then run again."
        )


class Landing:
    """A folder of files named by the sha256 of their content, spread over `ab/cd/`."""

    def __init__(self, root: Path) -> None:
        """Remember the folder; it is made when the first file lands."""
        self.root = root

    def land(self, data: bytes) -> str:
        """Keep the bytes and return their sha256; landing the same bytes again changes nothing.

        Raises:
            LandingFullError: no room is left.
        """
        digest = sha256(data).hexdigest()
        path = self.path_of(digest)
        if not (path.is_file() and sha256(path.read_bytes()).hexdigest() == digest):
            try:
                _write_whole(path, data)
            except OSError as error:
                if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                    raise LandingFullError(self.root, len(data)) from error
                raise
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes of that sha256.

        Raises:
            NotLandedError: they are not there.
            DamagedBytesError: what is there is not them.
        """
        path = self.path_of(digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise NotLandedError(digest, path) from error
        if sha256(data).hexdigest() != digest:
            raise DamagedBytesError(digest, path)
        return data

    def path_of(self, digest: str) -> Path:
        """Where the bytes of that sha256 are, or would be.

        Raises:
            ValueError: the text is no sha256.
        """
        if not _SHA256.fullmatch(digest):
            raise ValueError(f"{digest!r} is no sha256")
        return self.root / digest[:2] / digest[2:4] / digest


def _write_whole(path: Path, data: bytes) -> None:
    # Written beside its place, flushed to disk, then renamed: a killed run or a power cut leaves no half file.
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".landing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Stream of a packed file's content that ends where limits are reached, whatever the file claims of itself."""

import gzip
import io
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Self

from domain.errors import TerminalError
from flows.support.unpack_limits import UnpackLimits

_MEGABYTE: Final = 1 << 20
_LONGEST_READ: Final = 8 * _MEGABYTE
"""Most bytes read at once. Content is read in smaller pieces; headers, which tarfile reads whole, are smaller still."""
_CHECK_RATIO_FROM: Final = 64 * _MEGABYTE


class ArchiveBeyondLimitsError(TerminalError):
    """An archive holds more than may be unpacked."""

    def __init__(self, archive: Path, limit: str, value: int) -> None:
        """Keep the archive, the limit's name and its value."""
        self.archive, self.limit, self.value = archive, limit, value
        super().__init__(
            f"{archive} is beyond the limit {limit}={value} of what is unpacked: nothing of it was used. If you know "
            f"who made it, and that it is so large, raise the limit and run again: TONGHOP_UNPACK_LIMITS={limit}=…"
        )


class BoundedStream(io.RawIOBase, AbstractContextManager["BoundedStream"]):
    """The unpacked bytes of a gzip file, read forwards only.

    Every method raises `ArchiveBeyondLimitsError` once a limit is passed.
    """

    def __init__(self, archive: Path, limits: UnpackLimits, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Open the archive; time counts from now on."""
        self._archive, self._limits, self._monotonic = archive, limits, monotonic
        self._most_by_ratio = max(_CHECK_RATIO_FROM, archive.stat().st_size * limits.ratio)
        self._until = monotonic() + limits.seconds
        self._file = gzip.GzipFile(archive, "rb")
        self._position = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can be moved, forwards."""
        return True

    def tell(self) -> int:
        """Return how many bytes were unpacked."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        if not 0 <= size <= _LONGEST_READ:
            self._refuse("megabytes")
        content = self._file.read(size)
        self._position += len(content)
        if self._position > self._limits.megabytes * _MEGABYTE:
            self._refuse("megabytes")
        if self._position > self._most_by_ratio:
            self._refuse("ratio")
        if self._monotonic() > self._until:
            self._refuse("seconds")
        return content

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move forwards to an offset, or to the end of the file if it comes first."""
        if whence != io.SEEK_SET or offset < self._position:
            raise io.UnsupportedOperation("an archive is read forwards only")
        while self._position < offset and self.read(min(_MEGABYTE, offset - self._position)):
            pass
        return self._position

    def count(self, files: int) -> None:
        """Raise if so many files are too many."""
        if files > self._limits.files:
            self._refuse("files")

    def _refuse(self, limit: str) -> None:
        raise ArchiveBeyondLimitsError(self._archive, limit, getattr(self._limits, limit))

"""The landing: every file ever received, kept for good under the sha256 of its bytes."""

import errno
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from connectors.syncing import several_at_once, sync, sync_all
from domain.errors import TerminalError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_DRAFT = ".landing-"
MARK = ".probe"
"""File that tells a landing from any other."""
APART, REASON = "infected", ".txt"
"""Folder of files that were set apart, and the ending of the files that say why."""


class NotLandedError(TerminalError):
    """Bytes that the warehouse refers to are not in the landing."""

    def __init__(self, digest: str, path: Path | str) -> None:
        """Keep the hash and where the bytes should be."""
        self.digest = digest
        self.path = path
        super().__init__(f"the file {digest} is not at {path}. Restore the landing folder from its backup.")


class DamagedBytesError(TerminalError):
    """Landed bytes no longer match their hash."""

    def __init__(self, digest: str, path: Path) -> None:
        """Keep the hash and where the bytes are."""
        self.digest = digest
        self.path = path
        super().__init__(f"{path} is damaged: its content is no longer {digest}. Restore this file from its backup.")


class LandingFullError(TerminalError):
    """The disk of the landing is full; no half-written file is left behind."""

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
        """Use this folder; it is created when the first file is landed."""
        self.root = root

    def land(self, data: bytes) -> str:
        """Keep the bytes and return their sha256; see `land_new`."""
        return self.land_chunks((data,))

    def land_chunks(self, chunks: Iterable[bytes]) -> str:
        """Keep the bytes of all chunks and return their sha256; see `land_new`."""
        return self.land_new(chunks)[0]

    def land_new(self, chunks: Iterable[bytes]) -> tuple[str, bool]:
        """Keep the bytes of all chunks; landing the same bytes again changes nothing; see `LandingBatch.add`.

        Returns:
            The sha256, and whether these bytes were not there before.
        """
        with self.batch() as batch:
            digest = batch.add(chunks)
        return digest, digest in batch.new

    @contextmanager
    def batch(self) -> Iterator["LandingBatch"]:
        """Land the files that are added within the block: on disk at its end, all of them; none if it raises.

        Raises:
            LandingFullError: the disk is full.
        """
        with ExitStack() as drafts:
            batch = LandingBatch(self, drafts)
            yield batch
            batch.keep()

    def mark(self) -> str:
        """Return what tells this landing from any other, written into it by the first that asks."""
        self.root.mkdir(parents=True, exist_ok=True)
        draft = self.root / f"{_DRAFT}{uuid4().hex}"
        draft.write_text(draft.name.removeprefix(_DRAFT), "ascii")
        with suppress(FileExistsError):
            (self.root / MARK).hardlink_to(draft)
        draft.unlink()
        return (self.root / MARK).read_text("ascii")

    def read_mark(self) -> str | None:
        """Return what `mark` wrote; None: this landing was never marked."""
        mark = self.root / MARK
        return mark.read_text("ascii") if mark.is_file() else None

    def clear_drafts(self, begun_before: datetime) -> int:
        """Remove half-written files that killed processes left behind, and return how many.

        Drafts begun later than `begun_before` may belong to a running process.
        """
        abandoned = [path for path in self.root.glob(f"{_DRAFT}*") if path.stat().st_mtime < begun_before.timestamp()]
        for path in abandoned:
            path.unlink(missing_ok=True)
        return len(abandoned)

    def read(self, digest: str) -> bytes:
        """Return the bytes of that sha256; see `checked_path`."""
        return self.checked_path(digest).read_bytes()

    def checked_path(self, digest: str) -> Path:
        """Return the path of the bytes of that sha256, after checking their hash.

        Raises:
            NotLandedError: the file is missing.
            DamagedBytesError: its content has another hash.
        """
        path = self.path_of(digest)
        if not path.is_file():
            raise NotLandedError(digest, path)
        if not _is_whole(path):
            raise DamagedBytesError(digest, path)
        return path

    def is_whole(self, digest: str) -> bool:
        """Whether the bytes of that sha256 are there and unharmed."""
        try:
            return _is_whole(self.path_of(digest))
        except (FileNotFoundError, IsADirectoryError):
            return False

    def is_apart(self, digest: str) -> bool:
        """Whether the bytes of that sha256 were set apart."""
        return self._apart(digest).is_file()

    def set_apart(self, digest: str, reason: str) -> None:
        """Move the bytes of that sha256 into a folder of their own, where nothing looks for landed files."""
        path, apart = self.path_of(digest), self._apart(digest)
        if path.is_file():
            apart.parent.mkdir(exist_ok=True)
            apart.with_suffix(REASON).write_text(reason, "utf-8")
            path.replace(apart)
            sync(apart.parent)

    def reason_apart(self, digest: str) -> str:
        """Return why bytes were set apart; "" where that is not known."""
        note = self._apart(digest).with_suffix(REASON)
        return note.read_text("utf-8") if note.is_file() else ""

    def _apart(self, digest: str) -> Path:
        return self.root / APART / digest

    def digests(self) -> Iterator[str]:
        """Yield the sha256 of every file that was landed, whole or not, in order."""
        return (path.name for path in sorted(self.root.glob("??/??/*")) if _SHA256.fullmatch(path.name))

    def path_of(self, digest: str) -> Path:
        """Return the path for the bytes of that sha256, whether they are landed or not.

        Raises:
            ValueError: the text is not a sha256.
        """
        if not _SHA256.fullmatch(digest):
            raise ValueError(f"{digest!r} is no sha256")
        return self.root / digest[:2] / digest[2:4] / digest


class TrialLanding(Landing):
    """A landing for a dry run: writes into its own folder, and reads what is not there from `base`, unchanged."""

    def __init__(self, base: Landing, root: Path) -> None:
        """Land in `root`, on top of `base`."""
        super().__init__(root)
        self._own = Landing(root)
        self._base = base

    @contextmanager
    def batch(self) -> Iterator["LandingBatch"]:
        """Land in the own folder, even what the base has; see `Landing.batch`."""
        with self._own.batch() as batch:
            yield batch

    def is_apart(self, digest: str) -> bool:
        """Whether the bytes of that sha256 were set apart, in the own folder or in the base."""
        return super().is_apart(digest) or self._base.is_apart(digest)

    def set_apart(self, digest: str, reason: str) -> None:
        """Set bytes of the own folder apart; those of the base are left."""
        self._own.set_apart(digest, reason)

    def reason_apart(self, digest: str) -> str:
        """Return why bytes were set apart, in the own folder or in the base."""
        return super().reason_apart(digest) or self._base.reason_apart(digest)

    def path_of(self, digest: str) -> Path:
        """Return the path for the bytes of that sha256: in the own folder if landed there, else in the base."""
        own = self._own.path_of(digest)
        return own if own.is_file() else self._base.path_of(digest)


def _is_whole(path: Path) -> bool:
    with path.open("rb", buffering=0) as file:
        return file_digest(file, "sha256").hexdigest() == path.name


class LandingBatch:
    """Files that are landed together: written one by one, and brought to disk at the end, where waiting takes longest.

    `new` are the sha256 of those that were not there before.
    """

    def __init__(self, landing: Landing, drafts: ExitStack) -> None:
        """Write into a landing; the stack removes drafts that were not kept."""
        self._landing, self._root, self._drafts = landing, landing.root, drafts
        self._open: dict[str, tuple[BinaryIO, Path]] = {}

    @property
    def new(self) -> frozenset[str]:
        """Sha256 of the files that were not there before."""
        return frozenset(self._open)

    def add(self, chunks: Iterable[bytes]) -> str:
        """Write the bytes of all chunks and return their sha256.

        Only one chunk is in memory at a time. If iterating over the chunks raises, nothing of them is kept.

        Raises:
            LandingFullError: the disk is full.
        """
        size = 0
        with _reported(self._root, lambda: size), ExitStack() as unfinished:
            file, draft = unfinished.enter_context(_draft(self._root))
            digest = sha256()
            for chunk in chunks:
                size += len(chunk)
                digest.update(chunk)
                file.write(chunk)
            name = digest.hexdigest()
            is_there = name in self._open or self._landing.is_whole(name) or self._landing.is_apart(name)
            if not is_there:
                file.flush()
                self._open[name] = file, draft
                self._drafts.push(unfinished.pop_all())
        return name

    def keep(self) -> None:
        """Bring every file to disk, then give them their names, then bring these to disk.

        A killed run or a power cut leaves no partial file under a name, and nothing is recorded of a file that may be
        lost. The system brings many files to disk at once when asked for all of them.

        Raises:
            LandingFullError: the disk is full.
        """
        if not self._open:
            return
        files = [file.fileno() for file, _ in self._open.values()]
        with _reported(self._root, lambda: sum(map(_size, files))):
            several_at_once(os.fsync, files)
            folders: set[Path] = set()
            for digest, (_, draft) in self._open.items():
                path = self._landing.path_of(digest)
                folders |= {path.parent, *_made(path.parent)}
                draft.replace(path)
            sync_all(folders)


def _made(folder: Path) -> Iterator[Path]:
    """Make a folder, and those above it, where they are missing; yield the folders that have a new name in them."""
    try:
        folder.mkdir()
    except FileExistsError:
        return
    except FileNotFoundError:
        yield from _made(folder.parent)
        folder.mkdir(exist_ok=True)
    yield folder.parent


def _size(handle: int) -> int:
    return os.fstat(handle).st_size


@contextmanager
def _reported(root: Path, size: Callable[[], int]) -> Iterator[None]:
    """Report a full disk as such, with the bytes that were to be written."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise LandingFullError(root, size()) from error
        raise


@contextmanager
def _draft(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Open a temporary file that is removed after the block, unless it was renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=_DRAFT)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, draft
    finally:
        draft.unlink(missing_ok=True)

"""Atomic writes of files, with clear errors when the disk is full."""

import errno
import glob
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from connectors.syncing import sync
from domain.errors import TerminalError

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_LONGEST_STEM: Final = 200
"""Bytes; a name may have 255."""
_ABANDONED_AFTER: Final = 24 * 60 * 60
"""Seconds after which a draft counts as left behind by a killed process."""


class NoRoomError(TerminalError):
    """The disk is full; the target was not written."""

    def __init__(self, target: Path) -> None:
        """Keep the target."""
        self.target = target
        super().__init__(
            f"no room for {target}: nothing of it was kept, and what was there before is intact. Make room there, then "
            "run again."
        )


class NoRoomToWorkError(TerminalError):
    """The disk of the temporary folder is full."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder."""
        self.folder = folder
        super().__init__(
            f"no room to work in {folder}: nothing was changed, and nothing was lost. Make room there, or let TMPDIR "
            "name a folder that has more, then run again."
        )


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """Yield a draft beside the target; replace the target with it when the block succeeds.

    When the block fails, the draft is removed. Drafts of the same target that killed processes left are removed too.

    Raises:
        NoRoomError: the disk is full; the previous file is intact.
    """
    draft = target.with_name(f"{_stem(target)}{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(target)
        yield draft
        draft.replace(target)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise NoRoomError(target) from error
        raise
    finally:
        draft.unlink(missing_ok=True)


def write_all_or_none(files: Mapping[Path, bytes]) -> None:
    """Write several files, either all of them or none.

    Raises:
        NoRoomError: the disk is full; none was written.
    """
    with ExitStack() as drafts:
        for path, content in files.items():
            drafts.enter_context(atomic_file(path)).write_bytes(content)


def write_kept(target: Path, data: bytes, at: datetime, root: Path) -> None:
    """Write a file last changed at a moment, and wait until it and the folders from `root` down to it are on disk.

    A reader sees all of it or nothing.

    Raises:
        NoRoomError: the disk is full; nothing of it was kept.
    """
    draft = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        os.utime(draft, (at.timestamp(), at.timestamp()))
        sync(draft)
        draft.replace(target)
        for folder in target.parents:
            sync(folder)
            if folder == root:
                break
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise NoRoomError(target) from error
        raise
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def workspace(purpose: str, below: Path | None = None) -> Iterator[Path]:
    """Create an empty folder for the length of the block, in the system's temporary folder or in `below`.

    Raises:
        NoRoomToWorkError: the disk is full.
    """
    try:
        if below is not None:
            below.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{purpose}-" if below else f"tonghop-{purpose}-", dir=below) as name:
            yield Path(name)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise NoRoomToWorkError(below or Path(tempfile.gettempdir())) from error
        raise


def _stem(target: Path) -> str:
    """Return the prefix of a target's drafts: hidden, and short enough for any file system."""
    return f".{target.name.encode()[:_LONGEST_STEM].decode(errors='ignore')}."


def _clear_abandoned(target: Path) -> None:
    for draft in target.parent.glob(f"{glob.escape(_stem(target))}*"):
        if draft.suffix[1:].isdecimal() and time.time() - draft.stat().st_mtime > _ABANDONED_AFTER:
            draft.unlink(missing_ok=True)

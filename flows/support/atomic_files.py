"""Write files whole or not at all, and say clearly when there is no room for them."""

import errno
import glob
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from domain.errors import TerminalError

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_LONGEST_STEM: Final = 200
"""Bytes; a name may have 255."""
_ABANDONED_AFTER: Final = 24 * 60 * 60
"""Seconds after which nobody writes a draft any more: whoever began it was killed."""


class NoRoomError(TerminalError):
    """There is no room for what was to be written."""

    def __init__(self, target: Path) -> None:
        """Keep where it was to be written."""
        self.target = target
        super().__init__(
            f"no room for {target}: nothing of it was kept, and what was there before is intact. Make room there, then "
            "run again."
        )


class NoRoomToWorkError(TerminalError):
    """There is no room in the folder for passing things."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder."""
        self.folder = folder
        super().__init__(
            f"no room to work in {folder}: nothing was changed, and nothing was lost. Make room there, or let TMPDIR "
            "name a folder that has more, then run again."
        )


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """A draft beside the target that takes its name when the block ends well.

    When the block does not, the draft is gone. What a killed process left of the same target is cleared away.

    Raises:
        NoRoomError: no room is left; what bore the name before is intact.
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
    """Write several files, all of them or none.

    Raises:
        NoRoomError: no room is left; none was written.
    """
    with ExitStack() as drafts:
        for path, content in files.items():
            drafts.enter_context(atomic_file(path)).write_bytes(content)


@contextmanager
def workspace(purpose: str, below: Path | None = None) -> Iterator[Path]:
    """An empty folder for the time of the block, among the system's passing files or below a folder.

    Raises:
        NoRoomToWorkError: no room is left there.
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
    """What the names of a target's drafts begin with: hidden, and no longer than a file system allows."""
    return f".{target.name.encode()[:_LONGEST_STEM].decode(errors='ignore')}."


def _clear_abandoned(target: Path) -> None:
    for draft in target.parent.glob(f"{glob.escape(_stem(target))}*"):
        if draft.suffix[1:].isdecimal() and time.time() - draft.stat().st_mtime > _ABANDONED_AFTER:
            draft.unlink(missing_ok=True)

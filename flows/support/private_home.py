"""Keep a home to its own account, also one that an earlier version made with the umask of its day."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from flows.support.private_files import FILE_MODE, FOLDER_MODE, private_file

_COMPANIONS: Final = ("-wal", "-shm", "-journal")
"""What SQLite adds to the name of a database for the files that hold the rest of it."""
_MAY_WRITE: Final = {stat.S_IWGRP: stat.S_IXGRP, stat.S_IWOTH: stat.S_IXOTH}


def close_home(home: Path, inbox: Path, secrets: Path | None) -> None:
    """Close an existing home to other accounts: mode 700, and 600 for its databases and the files of secrets.

    Where other accounts may write into its inbox, they may still pass through the home, and every other folder of it is
    closed. What belongs to another account is left to that one.
    """
    if not home.is_dir():
        return
    passage = _passage_to(inbox) if inbox.is_relative_to(home) else 0
    _close(home, FOLDER_MODE | passage)
    if passage:
        for folder in home.iterdir():
            if folder.is_dir() and not inbox.is_relative_to(folder):
                _close(folder, FOLDER_MODE)
    for file in (*_files_of(home, "*.db*"), *_files_of(home / "prefect", "*.db*"), *_files_of(secrets, "*")):
        _close(file, FILE_MODE)


def private_database(path: Path) -> None:
    """Create a SQLite database's file closed to other accounts, or close one and its companions if they are ours.

    SQLite gives the companions that it creates the mode of the database.
    """
    if not path.exists():
        private_file(path)
    for file in (path, *(path.with_name(path.name + ending) for ending in _COMPANIONS)):
        _close(file, FILE_MODE)


def _passage_to(inbox: Path) -> int:
    """Return the bits of a folder's mode by which those who may write into the inbox pass through it."""
    mode = inbox.stat().st_mode if inbox.is_dir() else 0
    return sum(passing for writing, passing in _MAY_WRITE.items() if mode & writing)


def _files_of(folder: Path | None, pattern: str) -> Iterator[Path]:
    return (path for path in folder.glob(pattern) if path.is_file()) if folder is not None else iter(())


def _close(path: Path, mode: int) -> None:
    """Take from a file or folder of ours what goes beyond a mode."""
    # A file system may be read-only, and a companion gone since it was listed.
    with suppress(OSError):
        known = path.lstat()
        now = stat.S_IMODE(known.st_mode)
        if now & ~mode and known.st_uid == os.geteuid() and not stat.S_ISLNK(known.st_mode):
            path.chmod(now & mode)

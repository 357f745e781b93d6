"""Files and folders that only the account of the service may read, whatever its umask."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600


def private_folder(path: Path) -> Path:
    """Create a folder that is closed to other accounts, or close the one that is there; return it."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    path.chmod(FOLDER_MODE)
    return path


def private_file(path: Path) -> Path:
    """Create an empty file that is closed to other accounts, or close the one that is there; return it."""
    path.touch(mode=FILE_MODE)
    path.chmod(FILE_MODE)
    return path


def create_once(path: Path, text: str) -> None:
    """Write a private file in one step, unless there is one: of several processes the first one's text stays."""
    draft = _draft(path, text)
    try:
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def replace_private(path: Path, text: str) -> None:
    """Write a private file in one step in place of the one that is there, if there is one."""
    _draft(path, text).replace(path)


def _draft(path: Path, text: str) -> Path:
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # of mode 600
    with os.fdopen(number, "w", encoding="utf-8") as draft:
        draft.write(text)
    return Path(name)

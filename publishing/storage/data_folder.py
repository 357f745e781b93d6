"""Storage of the data files: complete trees, of which one link shows the newest.

Below `published`:

    .data/<key>/        a tree; `.state.json` in it says what it was made from
    .data/.staging/     a tree that is being made
    data -> .data/<key> the tree that readers see

A file that did not move is a hard link to the one of the tree before, so a new tree costs what moved. The tree before
is kept for readers who have just opened it, and removed with the next one.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from connectors.syncing import sync, write_through
from publishing.errors import storage_error

DATA: Final = "data"
_STATE: Final = ".state.json"
_STAGING: Final = ".staging"


class DataFolder:
    """The data files of one published folder. One process at a time may write: that is the caller's to ensure."""

    def __init__(self, root: Path) -> None:
        """Keep the data below the published folder `root`."""
        self._link = root / DATA
        self._trees = root / ".data"
        self._staging = self._trees / _STAGING

    def state(self) -> Mapping[str, Any]:
        """Return what the tree that readers see was made from; empty where there is none, or it cannot be read."""
        try:
            state = json.loads((self._link / _STATE).read_bytes())
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def begin(self) -> None:
        """Begin a new tree; one that a killed process left is removed.

        Raises:
            PublicationInterruptedError, PublicationRefusedError: the storage does not take it.
        """
        try:
            shutil.rmtree(self._staging, ignore_errors=True)
            self._staging.mkdir(parents=True)
        except OSError as error:
            raise storage_error(self._link, None, error) from error

    def keep(self, folder: PurePosixPath, names: Iterable[str]) -> bool:
        """Take files of a folder over from the tree that readers see; return whether all were there.

        Raises:
            PublicationInterruptedError, PublicationRefusedError: the storage failed; readers see what they saw.
        """
        target = self._staging / folder
        try:
            target.mkdir(parents=True, exist_ok=True)
            for name in names:
                if not (target / name).exists():
                    (target / name).hardlink_to(self._link / folder / name)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise storage_error(self._link, None, error) from error
        return True

    def write(self, path: PurePosixPath, data: bytes) -> None:
        """Write a file of the new tree; one that was taken over before is replaced, not changed.

        Raises:
            PublicationInterruptedError, PublicationRefusedError: the storage does not take it; readers see what they
                saw.
        """
        target = self._staging / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            write_through(target, data)
        except OSError as error:
            raise storage_error(self._link, None, error) from error

    def switch(self, key: str, state: Mapping[str, Any]) -> None:
        """Bring the new tree to its place, show it to readers in one step, and remove all but it and the one before.

        Raises:
            PublicationInterruptedError, PublicationRefusedError: the storage failed; readers see what they saw.
        """
        self.write(PurePosixPath(_STATE), json.dumps(state, sort_keys=True).encode())
        tree = self._trees / key
        before = self._link.readlink().name if self._link.is_symlink() else None
        try:
            for folder, _, _ in os.walk(self._staging):
                sync(Path(folder))
            shutil.rmtree(tree, ignore_errors=True)
            self._staging.rename(tree)
            sync(self._trees)
            fresh = self._link.with_name(f".{DATA}.new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(Path(self._trees.name, key), target_is_directory=True)
            fresh.replace(self._link)
            sync(self._link.parent)
        except OSError as error:
            raise storage_error(self._link, None, error) from error
        for old in self._trees.iterdir():
            if old.name not in {key, before}:
                shutil.rmtree(old, ignore_errors=True)

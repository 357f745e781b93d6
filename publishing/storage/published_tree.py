"""Storage of published trees: what is new is made beside what readers see, and one link is renamed to show it.

Below a hidden folder of `published`:

    <key>/       a tree; the key is a hash of all that it was made from
    .staging/    a tree that is being made
    replaced     names of what newer trees replaced, which a later run removes
"""

import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from connectors.syncing import sync, sync_all

_REPLACED: Final = "replaced"
_STAGING: Final = ".staging"
_READERS_SECONDS: Final = 60
"""How long files that were replaced are kept: a reader may have opened one just before."""


class PublishedTree:
    """Trees of one kind, and the link that shows the newest. One process at a time may write: that is the caller's say.

    A method that writes raises OSError where the storage fails; readers then see what they saw.
    """

    def __init__(self, hidden: Path, link: Path, beside: Iterable[str] = ()) -> None:
        """Keep trees in the folder `hidden`, which has these folders beside them, and show one by `link`."""
        self.hidden = hidden
        self._link = link
        self._beside = frozenset(beside)
        self._staging = hidden / _STAGING
        self._draft = self._staging / "tree"
        self._written: list[Path] = []
        self._used: set[str] = set()

    @property
    def current(self) -> str | None:
        """Return the key of the tree that readers see; None: there is none."""
        try:
            key = self._link.readlink().name
        except OSError:
            return None
        return key if (self.hidden / key).is_dir() else None

    def begin(self) -> None:
        """Begin a new tree; one that a killed process left is removed."""
        self.sweep()
        self._draft.mkdir(parents=True)
        self._written.clear()
        self._used.clear()

    def keep(self, folder: PurePosixPath, names: Iterable[str]) -> bool:
        """Take files of a folder over from the tree that readers see, as hard links; return whether all were there."""
        target = self._draft / folder
        target.mkdir(parents=True, exist_ok=True)
        try:
            for name in names:
                if not (target / name).exists():
                    (target / name).hardlink_to(self._link / folder / name)
        except FileNotFoundError:
            return False
        return True

    def write(self, path: PurePosixPath, data: bytes) -> None:
        """Write a file of the new tree; one that was taken over before is replaced, not changed."""
        target = self._draft / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        self._write(target, data)

    def show(self, key: str) -> None:
        """Bring the new tree to its place, under this key, and show it to readers in one step."""
        sync_all([*self._written, *(Path(folder) for folder, _, _ in os.walk(self._staging))])
        replaced = self._place() | {each.name for each in self.hidden.iterdir() if self._is_tree(each)}
        tree = self.hidden / key
        shutil.rmtree(tree, ignore_errors=True)
        self._draft.rename(tree)
        self._used.add(key)
        self._note_replaced(replaced)
        sync(self.hidden)
        point(self._link, os.path.relpath(tree, self._link.parent))
        shutil.rmtree(self._staging)

    def sweep(self) -> None:
        """Remove what a killed process left, and what was replaced more than a minute ago."""
        shutil.rmtree(self._staging, ignore_errors=True)
        note = self.hidden / _REPLACED
        if note.is_file() and time.time() - note.stat().st_mtime >= _READERS_SECONDS:
            for path in note.read_text(encoding="utf-8").split():
                shutil.rmtree(self.hidden / path, ignore_errors=True)
            note.unlink()

    def _place(self) -> set[str]:
        """Bring what the tree leads to to its place, before the tree; return the paths of what that replaced."""
        return set()

    def _write(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)
        self._written.append(path)

    def _is_tree(self, path: Path) -> bool:
        return path.is_dir() and not path.is_symlink() and path.name not in {_STAGING, *self._beside}

    def _note_replaced(self, paths: set[str]) -> None:
        """Note what may be removed, with what an earlier note names and is not in use again."""
        note = self.hidden / _REPLACED
        earlier = set(note.read_text(encoding="utf-8").split()) if note.is_file() else set()
        if unused := sorted((earlier | paths) - self._used):
            note.write_text("".join(f"{path}\n" for path in unused), encoding="utf-8")
        else:
            note.unlink(missing_ok=True)


def point(link: Path, target: str) -> None:
    """Point a link elsewhere in one step, so that it survives a power cut."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
    sync(link.parent)

"""Store in a folder of this machine, or one that all machines mount: renames and symbolic links.

A folder is written to `.staging` beside its final place, and so on its file system, brought to disk, and moved in by
one rename; a link is replaced by renaming a fresh one over it.
"""

import fcntl
import os
import posixpath
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from connectors.syncing import sync, sync_all, write_file
from domain.stores.store import StoredFolder

STAGING: Final = ".staging"
_LOCK: Final = ".lock"


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder that was placed."""

    root: Path
    path: str

    @property
    def where(self) -> str:
        """Its path in the store."""
        return self.path

    def read(self, name: str) -> bytes:
        """Return a file; see `StoredFolder.read`."""
        return (self.root / self.path / name).read_bytes()

    def linked(self, name: str) -> str | None:
        """Return the path of the folder that a link leads to; None: there is no such link."""
        return _target(self.root, f"{self.path}/{name}")


class LocalDraft:
    """A folder that is being written below `.staging`."""

    def __init__(self, root: Path, path: str, place: str) -> None:
        """Begin the folder `path`."""
        self._path = path
        self.folder = str(root / place / STAGING / uuid4().hex)
        self.written: list[str] = []
        self.folders: set[str] = set()
        self._root = str(root)
        self._taken: set[str] = set()
        self._at("")

    @property
    def path(self) -> str:
        """The path that it will have."""
        return self._path

    def write(self, name: str, data: bytes) -> None:
        """Write a file; see `FolderDraft.write`."""
        target = self._at(name)
        if name in self._taken:
            Path(target).unlink()  # a hard link: its bytes are those of another folder, too
            self._taken.remove(name)
        write_file(target, data)
        self.written.append(target)

    def take(self, name: str, folder: StoredFolder) -> bool:
        """Take a file over as a hard link; return whether it was there."""
        target = self._at(name)
        try:
            if name not in self._taken:
                os.link(f"{self._root}/{folder.where}/{name}", target)
        except FileNotFoundError:
            return False
        self._taken.add(name)
        return True

    def link(self, name: str, folder: str) -> None:
        """Have a name lead to another folder of the store."""
        above = posixpath.dirname(f"{self._path}/{name}")
        os.symlink(_relative(folder, above), self._at(name))  # noqa: PTH211 # a path takes longer to make

    def read(self, name: str) -> bytes:
        """Return a file that was written."""
        return Path(self.folder, name).read_bytes()

    def _at(self, name: str) -> str:
        """Return where a file is written; its folder is made. Texts, for a site has tens of thousands of files."""
        target = f"{self.folder}/{name}"
        folder = posixpath.dirname(target)
        if folder not in self.folders:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.folders.add(folder)
        return target


@dataclass(frozen=True, slots=True)
class LocalStore:
    """The store in the folder `root`, which is made when something is written."""

    root: Path

    def at(self, path: str) -> str:
        """Return the path in the file system."""
        return str(self.root / path)

    def read(self, path: str) -> bytes:
        """Return a single file; see `Store.read`."""
        return (self.root / path).read_bytes()

    def open(self, path: str) -> BinaryIO:
        """Open a single file for reading; see `Store.open`."""
        return (self.root / path).open("rb")

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write single files, each by a rename, and wait once for all to be on disk; see `Store.write`."""
        targets = {self.root / path: data for path, data in files.items()}
        folders = {target.parent for target in targets}
        suffix = uuid4().hex[:8]
        drafts = {target: target.with_name(f".{target.name}.{suffix}") for target in targets}
        try:
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
            for target, draft in drafts.items():
                draft.write_bytes(targets[target])
            sync_all(drafts.values())
            for target, draft in drafts.items():
                draft.replace(target)
        finally:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
        sync_all(folders)

    def age(self, path: str) -> float | None:
        """Return how many seconds ago a file was written; None: there is none."""
        try:
            return time.time() - (self.root / path).stat().st_mtime
        except FileNotFoundError:
            return None

    def names(self, path: str) -> list[str]:
        """Return the names directly below a path; see `Store.names`."""
        try:
            return sorted(each.name for each in (self.root / path).iterdir() if not each.name.startswith("."))
        except FileNotFoundError:
            return []

    def sizes(self, path: str) -> Mapping[str, int]:
        """Return the files directly below a path with their bytes; see `Store.sizes`."""
        files = [self.root / path / name for name in self.names(path)]
        return {file.name: file.stat().st_size for file in files if file.is_file() and not file.is_symlink()}

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it, as far as that succeeds."""
        target = self.root / path
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target, ignore_errors=True)
        else:
            target.unlink(missing_ok=True)

    def folder(self, path: str) -> LocalFolder | None:
        """Return a folder; None: there is none."""
        return LocalFolder(self.root, path) if (self.root / path).is_dir() else None

    def draft(self, path: str, place: str) -> LocalDraft:
        """Begin a folder; see `Store.draft`."""
        return LocalDraft(self.root, path, place)

    def place(self, drafts: Sequence[LocalDraft]) -> None:
        """Bring all drafts to disk, then to their places; see `Store.place`."""
        sync_all([path for draft in drafts for path in (*draft.written, *draft.folders)])
        parents = set[Path]()
        for draft in drafts:
            target = self.root / draft.path
            if target.is_dir():
                raise FileExistsError(f"{target} exists")
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(draft.folder).rename(target)
            parents.add(target.parent)
        sync_all(parents)

    def clear(self, place: str) -> None:
        """Remove the drafts below a place."""
        shutil.rmtree(self.root / place / STAGING, ignore_errors=True)

    @contextmanager
    def exclusive(self, place: str) -> Iterator[None]:
        """Wait until no other process writes below a place; the system releases the lock of a killed process."""
        folder = self.root / place
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / _LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def target(self, link: str) -> str | None:
        """Return the path that a link leads to; None: there is no such link."""
        return _target(self.root, link)

    def targets(self, path: str) -> Mapping[str, str]:
        """Return the folders that links directly below a path lead to; see `Store.targets`."""
        links = ((name, _target(self.root, posixpath.join(path, name))) for name in self.names(path))
        return {name: target for name, target in links if target is not None}

    def switch(self, link: str, choose: Callable[[], str]) -> None:
        """Rename a fresh link over the old one; see `Store.switch`."""
        path, target = self.root / link, posixpath.relpath(choose(), posixpath.dirname(link))
        if path.is_symlink() and str(path.readlink()) == target:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target)
        fresh.replace(path)
        sync(path.parent)


def _relative(path: str, start: str) -> str:
    """Return a path of the store relative to a folder: `posixpath.relpath` would ask where the process is."""
    to, since = path.split("/"), start.split("/")
    shared = len(posixpath.commonprefix([to, since]))
    return "/".join([*[".."] * (len(since) - shared), *to[shared:]])


def _target(root: Path, link: str) -> str | None:
    """Return the path that a link leads to, relative to the root; None: it is no link."""
    try:
        target = os.readlink(f"{root}/{link}")  # noqa: PTH115 # a path takes longer to make than to read the link
    except OSError:
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(link), target))

"""The published folder: files are staged beside their place and moved in by one rename; the link follows by another."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from publishing.errors import storage_error
from publishing.storage.manifest import MANIFEST, Identity, verify, write_manifest

_STAGING = ".staging"


@dataclass(frozen=True, slots=True)
class PublicationFolder:
    """Where publications of one name and period lie: all revisions in one folder, the newest under the link."""

    root: Path
    period: str
    name: str

    @property
    def revisions(self) -> Path:
        """The folder that holds one subfolder per revision."""
        return self.root / ".revisions" / self.period / self.name

    @property
    def link(self) -> Path:
        """What readers open: always the newest revision."""
        return self.root / self.period / self.name

    def newest(self) -> int | None:
        """Number of the newest revision that lies here whole; None: none yet."""
        if not self.revisions.is_dir():
            return None
        return max((int(path.name) for path in self.revisions.iterdir() if path.name.isdecimal()), default=None)

    def shown(self) -> int | None:
        """Number of the revision that readers see now; None: none yet."""
        try:
            return int(self.link.readlink().name)
        except (OSError, ValueError):
            return None


def store(root: Path, name: str, identity: Identity, render: Callable[[], Mapping[str, bytes]]) -> Path:
    """Put a revision in its place on the shelf of that name and let the link show the newest one; returns the link.

    A revision that lies there already is left as it is, and `render` is not called. Publishers of one area and period
    take turns, so whatever is found half-written was left by a run that died, and is cleared away.

    Raises:
        PublicationDamagedError: the revision lies there already, but is not what was published.
        PublicationInterruptedError: the storage did not answer; readers still see what they saw.
        PublicationRefusedError: the storage is full or closed to us; readers still see what they saw.
    """
    folder = PublicationFolder(root, identity.period, name)
    try:
        with _turn(folder):
            place = folder.revisions / str(identity.revision)
            if place.is_dir():
                verify(place, identity)
            else:
                _move_in(folder, place, identity, render())
            _show_newest(folder)
    except OSError as error:
        raise storage_error(folder.link, folder.shown(), error) from error
    return folder.link


@contextmanager
def _turn(folder: PublicationFolder) -> Iterator[None]:
    """Wait until no other process publishes this area and period; the system frees the turn of one that dies."""
    folder.revisions.mkdir(parents=True, exist_ok=True)
    with (folder.revisions / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _discard(folder.revisions / _STAGING)
        try:
            yield
        finally:
            # What a full disk left half-written would only keep it full.
            _discard(folder.revisions / _STAGING)


def _discard(staging: Path) -> None:
    shutil.rmtree(staging, ignore_errors=True)


def _move_in(folder: PublicationFolder, place: Path, identity: Identity, files: Mapping[str, bytes]) -> None:
    staging = folder.revisions / _STAGING
    staging.mkdir()
    for name, data in files.items():
        _write_through(staging / name, data)
    _write_through(staging / MANIFEST, write_manifest(identity, files))
    _settle(staging)
    staging.rename(place)
    _settle(folder.revisions)


def _show_newest(folder: PublicationFolder) -> None:
    target = Path("..", ".revisions", folder.period, folder.name, str(folder.newest()))
    if folder.link.is_symlink() and folder.link.readlink() == target:
        return
    folder.link.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.link.with_name(f".{folder.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target, target_is_directory=True)
    fresh.replace(folder.link)
    _settle(folder.link.parent)


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

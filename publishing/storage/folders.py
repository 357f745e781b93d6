"""Storage of publications: files are staged and moved in by one rename; the link is switched by another."""

import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.syncing import sync, write_through
from publishing.errors import storage_error
from publishing.storage.manifest import Identity, verify

_STAGING = ".staging"


@dataclass(frozen=True, slots=True)
class PublicationFolder:
    """The folder of one name and period: all revisions, and a link to the newest."""

    root: Path
    period: str
    name: str

    @property
    def revisions(self) -> Path:
        """Return the folder with one subfolder per revision."""
        return self.root / ".revisions" / self.period / self.name

    @property
    def link(self) -> Path:
        """Return the path that readers open: a link to the newest revision."""
        return self.root / self.period / self.name

    def newest(self) -> int | None:
        """Return the number of the newest complete revision; None: none yet."""
        if not self.revisions.is_dir():
            return None
        return max((int(path.name) for path in self.revisions.iterdir() if path.name.isdecimal()), default=None)

    def shown(self) -> int | None:
        """Return the number of the revision that readers see now; None: none yet."""
        try:
            return int(self.link.readlink().name)
        except (OSError, ValueError):
            return None


def revision_link(name: str, number: int) -> str:
    """Return the name, beside the link to the newest revision, by which readers open any revision."""
    return f"{name}@{number}"


def link_revisions(root: Path, period: str, name: str) -> None:
    """Give each stored revision of an area and period a link of its own, as deep as that to the newest.

    Pages of a revision lead to the site by relative addresses, and folders whose names begin with a dot are not served.
    """
    folder = PublicationFolder(root, period, name)
    for path in folder.revisions.iterdir():
        if path.name.isdecimal():
            link = folder.link.with_name(revision_link(name, int(path.name)))
            if not link.is_symlink():
                link.symlink_to(Path("..", ".revisions", period, name, path.name), target_is_directory=True)


def store(root: Path, name: str, identity: Identity, render: Callable[[], Mapping[str, bytes]]) -> Path:
    """Store a revision under that name, point the link at the newest revision, and return the link.

    A revision that was stored before is left as it is, and `render`, which returns all files with their manifest, is
    not called. Publishers of one area and period hold a lock, so half-written files were left by a run that was killed,
    and are removed.

    Raises:
        PublicationDamagedError: the stored revision is not what was published.
        PublicationInterruptedError: the storage did not answer; readers still see what they saw.
        PublicationRefusedError: the storage is full or not writable; readers still see what they saw.
    """
    folder = PublicationFolder(root, identity.period, name)
    target = folder.revisions / str(identity.revision)
    try:
        # Rendered before the lock is taken: a process that is frozen meanwhile keeps no other from publishing.
        files = {} if target.is_dir() else render()
        with _publishing_lock(folder):
            if target.is_dir():
                verify(target, identity)
            else:
                _write_revision(folder, target, files)
            _link_newest(folder)
    except OSError as error:
        raise storage_error(folder.link, folder.shown(), error) from error
    return folder.link


@contextmanager
def _publishing_lock(folder: PublicationFolder) -> Iterator[None]:
    """Wait until no other process publishes this area and period; the system releases the lock of a killed one."""
    folder.revisions.mkdir(parents=True, exist_ok=True)
    with (folder.revisions / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _discard(folder.revisions / _STAGING)
        try:
            yield
        finally:
            # Half-written files would keep a full disk full.
            _discard(folder.revisions / _STAGING)


def _discard(staging: Path) -> None:
    shutil.rmtree(staging, ignore_errors=True)


def _write_revision(folder: PublicationFolder, target: Path, files: Mapping[str, bytes]) -> None:
    staging = folder.revisions / _STAGING
    staging.mkdir()
    for name, data in files.items():
        write_through(staging / name, data)
    sync(staging)
    staging.rename(target)
    sync(folder.revisions)


def _link_newest(folder: PublicationFolder) -> None:
    target = Path("..", ".revisions", folder.period, folder.name, str(folder.newest()))
    if folder.link.is_symlink() and folder.link.readlink() == target:
        return
    folder.link.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.link.with_name(f".{folder.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target, target_is_directory=True)
    fresh.replace(folder.link)
    sync(folder.link.parent)

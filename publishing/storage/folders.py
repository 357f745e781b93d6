"""Storage of publications: a revision is placed as a whole folder, and the link to the newest is then switched."""

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from domain.stores.store import Store, StoredFolder
from publishing.errors import storage_error
from publishing.storage.manifest import Identity, verify

REVISIONS = ".revisions"


@dataclass(frozen=True, slots=True)
class PublicationFolder:
    """The folder of one name and period: all revisions, and a link to the newest."""

    store: Store
    period: str
    name: str

    @property
    def revisions(self) -> str:
        """Return the path with one folder per revision."""
        return f"{REVISIONS}/{self.period}/{self.name}"

    @property
    def link(self) -> str:
        """Return the path that readers open: a link to the newest revision."""
        return f"{self.period}/{self.name}"

    def revision(self, number: int) -> str:
        """Return the path of a revision."""
        return f"{self.revisions}/{number}"

    def numbers(self) -> list[int]:
        """Return the numbers of all revisions, which are complete, in order."""
        return sorted(int(name) for name in self.store.names(self.revisions) if name.isdecimal())

    def open(self, number: int) -> StoredFolder:
        """Return a revision's folder.

        Raises:
            FileNotFoundError: there is no such revision.
        """
        folder = self.store.folder(self.revision(number))
        if folder is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.store.at(self.revision(number)))
        return folder

    def shown(self) -> int | None:
        """Return the number of the revision that readers see now; None: none yet, or the storage does not say."""
        try:
            target = self.store.target(self.link)
        except OSError:
            return None
        number = (target or "").rpartition("/")[2]
        return int(number) if number.isdecimal() else None


def revision_link(name: str, number: int) -> str:
    """Return the name, beside the link to the newest revision, by which readers open any revision."""
    return f"{name}@{number}"


def link_revisions(folder: PublicationFolder) -> None:
    """Give each stored revision of an area and period a link of its own, as deep as that to the newest.

    Pages of a revision lead to the site by relative addresses, and folders whose names begin with a dot are not served.
    """
    for number in folder.numbers():
        link = f"{folder.period}/{revision_link(folder.name, number)}"
        if folder.store.target(link) is None:
            folder.store.switch(link, partial(folder.revision, number))


def store_revision(store: Store, name: str, identity: Identity, render: Callable[[], Mapping[str, bytes]]) -> str:
    """Store a revision under that name, point the link at the newest revision, and return the link.

    A revision that was stored before is left as it is, and `render`, which returns all files with their manifest, is
    not called. What was left half-written by a process that was killed is removed.

    Raises:
        PublicationDamagedError: the stored revision is not what was published.
        PublicationInterruptedError: the storage did not answer; readers still see what they saw.
        PublicationRefusedError: the storage is full or not writable; readers still see what they saw.
    """
    folder = PublicationFolder(store, identity.period, name)
    path = folder.revision(identity.revision)
    try:
        # Rendered before others have to wait: a process that is frozen meanwhile keeps no other from publishing.
        files = {} if store.folder(path) else render()
        with store.exclusive(folder.revisions):
            if not _write_revision(folder, path, files):
                verify(store, path, identity)
            store.switch(folder.link, lambda: folder.revision(folder.numbers()[-1]))
    except OSError as error:
        raise storage_error(store.at(folder.link), folder.shown(), error) from error
    return folder.link


def _write_revision(folder: PublicationFolder, path: str, files: Mapping[str, bytes]) -> bool:
    """Write a revision unless it is stored; return whether it was written."""
    store = folder.store
    store.clear(folder.revisions)
    if store.folder(path):
        return False
    try:
        draft = store.draft(path, folder.revisions)
        for name, data in files.items():
            draft.write(name, data)
        store.place([draft])
    except FileExistsError:  # another machine was first
        return False
    finally:
        # Half-written files would keep a full disk full.
        store.clear(folder.revisions)
    return True

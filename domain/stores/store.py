"""Stores: where files that all machines share are kept, as the code that uses them sees it.

Paths are relative to the store and written with `/`. Names that begin with a dot are not for readers.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Protocol


class StoredFolder(Protocol):
    """A folder that was placed as a whole; its files never change. `where` is for the store that returned it."""

    @property
    def where(self) -> str:
        """Where its files lie."""

    def read(self, name: str) -> bytes:
        """Return a file.

        Raises:
            FileNotFoundError: there is no such file.
        """

    def linked(self, name: str) -> str | None:
        """Return the path of the folder that a link in it leads to; None: there is no such link."""


class FolderDraft(Protocol):
    """A folder that is being written; readers see nothing of it before it is placed."""

    @property
    def path(self) -> str:
        """The path that it will have."""

    def write(self, name: str, data: bytes) -> None:
        """Write a file; what was taken over under this name is replaced in this folder alone."""

    def take(self, name: str, folder: StoredFolder) -> bool:
        """Take a file over from a folder that was placed; return whether it was there."""

    def link(self, name: str, folder: str) -> None:
        """Have a name lead to another folder of the store."""

    def read(self, name: str) -> bytes:
        """Return a file that was written."""


class Store(Hashable, Protocol):
    """Files, folders that appear as a whole, and links that are switched in one step.

    All methods raise OSError where the storage fails; readers then see what they saw.
    """

    def at(self, path: str) -> str:
        """Return the address of a path, as people are shown it."""

    def read(self, path: str) -> bytes:
        """Return a single file.

        Raises:
            FileNotFoundError: there is none.
        """

    def open(self, path: str) -> BinaryIO:
        """Open a single file for reading.

        Raises:
            FileNotFoundError: there is none.
        """

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write single files, each in one step, so that they survive a power cut; existing ones are replaced."""

    def age(self, path: str) -> float | None:
        """Return how many seconds ago a single file was written; None: there is none."""

    def names(self, path: str) -> list[str]:
        """Return the names directly below a path, in order, without hidden ones; none where there is nothing."""

    def sizes(self, path: str) -> Mapping[str, int]:
        """Return the single files directly below a path, without hidden ones, by name in order, with their bytes."""

    def remove(self, path: str) -> None:
        """Remove a single file, or a folder with all that is in it, if it is there."""

    def folder(self, path: str) -> StoredFolder | None:
        """Return a folder that was placed; None: there is none."""

    def draft(self, path: str, place: str) -> FolderDraft:
        """Begin the folder `path`; `place` is a path above it, below which drafts lie until they are placed."""

    def place(self, drafts: Sequence[Any]) -> None:
        """Bring drafts, which this store began, to their paths: each in one step, once all files are safe.

        Raises:
            FileExistsError: one of the folders exists.
        """

    def clear(self, place: str) -> None:
        """Remove the drafts below a place."""

    def exclusive(self, place: str) -> AbstractContextManager[None]:
        """Let writers below a place take turns, where the store cannot place a folder or switch a link otherwise."""

    def target(self, link: str) -> str | None:
        """Return the path of the folder that a link leads to; None: there is no such link."""

    def targets(self, path: str) -> Mapping[str, str]:
        """Return the folders that links directly below a path lead to, by the links' names."""

    def switch(self, link: str, choose: Callable[[], str]) -> None:
        """Have a link lead to what `choose` returns, in one step; it is called again if the link moved meanwhile."""


class WriteOnceStore(Store, Protocol):
    """A store that many machines write to, of which each may be first."""

    def add(self, path: str, data: bytes) -> bool:
        """Write a single file unless there is one; return whether it was written."""

"""Storage of published trees: what is new is made beside what readers see, and one link is switched to show it.

Below a hidden folder of `published`:

    <key>/       a tree; the key is a hash of all that it was made from
    .staging/    a tree that is being made
    replaced     names of what newer trees replaced, which a later run removes
"""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Final

from domain.stores.store import FolderDraft, Store, StoredFolder

_REPLACED: Final = "replaced"
_READERS_SECONDS: Final = 60
"""How long files that were replaced are kept: a reader may have opened one just before."""


class PublishedTree:
    """Trees of one kind, and the link that shows the newest. One process at a time may write: that is the caller's say.

    A method that writes raises OSError where the storage fails; readers then see what they saw.
    """

    def __init__(self, store: Store, hidden: str, link: str, beside: Iterable[str] = ()) -> None:
        """Keep trees in the folder `hidden`, which has these folders beside them, and show one by `link`."""
        self.store, self.hidden = store, hidden
        self._link = link
        self._no_trees = frozenset({_REPLACED, PurePosixPath(link).name, *beside})
        self._draft: FolderDraft
        self._before: StoredFolder | None = None
        self._used: set[str] = set()

    @property
    def current(self) -> str | None:
        """Return the key of the tree that readers see; None: there is none."""
        target = self.store.target(self._link)
        return PurePosixPath(target).name if target and self.store.folder(target) else None

    def shown(self) -> StoredFolder | None:
        """Return the tree that readers see; None: there is none."""
        current = self.current
        return self.tree(current) if current else None

    def tree(self, key: str) -> StoredFolder | None:
        """Return a tree; None: there is none of this key."""
        return self.store.folder(f"{self.hidden}/{key}")

    def begin(self, key: str) -> None:
        """Begin the tree of this key; one that a killed process left is removed."""
        self.sweep()
        self._before = self.shown()
        self._draft = self.store.draft(f"{self.hidden}/{key}", self.hidden)
        self._used = {key}

    def keep(self, folder: PurePosixPath, names: Iterable[str]) -> bool:
        """Take files of a folder over from the tree that readers see; return whether all were there."""
        before = self._before
        return before is not None and all(self._draft.take(str(folder / name), before) for name in names)

    def write(self, path: PurePosixPath, data: bytes) -> None:
        """Write a file of the new tree; one that was taken over before is replaced, not changed."""
        self._draft.write(str(path), data)

    def show(self) -> None:
        """Bring the new tree to its place, and show it to readers in one step."""
        parts, replaced = self._parts()
        key = PurePosixPath(self._draft.path).name
        trees = {name for name in self.store.names(self.hidden) if name not in self._no_trees}
        if key in trees:
            self.store.remove(self._draft.path)
        self.store.place([*parts, self._draft])
        self._note_replaced(replaced | trees)
        self.store.switch(self._link, lambda: self._draft.path)
        self.store.clear(self.hidden)

    def sweep(self) -> None:
        """Remove what a killed process left, and what was replaced more than a minute ago."""
        self.store.clear(self.hidden)
        note = f"{self.hidden}/{_REPLACED}"
        age = self.store.age(note)
        if age is not None and age >= _READERS_SECONDS:
            for path in self._noted():
                self.store.remove(f"{self.hidden}/{path}")
            self.store.remove(note)

    def _parts(self) -> tuple[Sequence[FolderDraft], set[str]]:
        """Return what the tree leads to and is placed with it, and the paths of what that replaces."""
        return (), set()

    def _noted(self) -> set[str]:
        try:
            return set(self.store.read(f"{self.hidden}/{_REPLACED}").decode().split())
        except FileNotFoundError:
            return set()

    def _note_replaced(self, paths: set[str]) -> None:
        """Note what may be removed, with what an earlier note names and is not in use again."""
        note = f"{self.hidden}/{_REPLACED}"
        if unused := sorted((self._noted() | paths) - self._used):
            self.store.write({note: "".join(f"{path}\n" for path in unused).encode()})
        else:
            self.store.remove(note)

"""Storage of the site: immutable parts, and a published tree of links to them.

Below `published/.site`:

    facts/<period>/<area>/<n>.json   facts of newest revisions
    parts/<place>/<key>/             pages of a place; the key is a hash of all that they are made from
    parts/<place>/<key>/.pages.json  keys of the pages there that a later part may take over
    <key>/index.html, <key>/site/    a tree: pages of its own, and links to parts
    current -> <key>                 the tree that readers see, by published/index.html, index.en.html and site
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import BinaryIO, Final, NamedTuple

from domain.stores.store import FolderDraft, Store, StoredFolder
from publishing.errors import storage_error
from publishing.storage.published_tree import PublishedTree

HIDDEN: Final = ".site"
SITE: Final = "site"
INDEX: Final = "index.html"
INDEX_IN_ENGLISH: Final = "index.en.html"
SHOWN: Final = (SITE, INDEX, INDEX_IN_ENGLISH)
"""Names in the published folder by which readers see the tree."""
_CURRENT: Final = "current"
_PARTS: Final = "parts"
_FACTS: Final = "facts"
_KEPT: Final = ".pages.json"


class KeyedPage(NamedTuple):
    """A page that is made unless the part before has it: the key is a hash of all that it is made from."""

    key: str
    make: Callable[[], bytes]


Files = Mapping[str, bytes | KeyedPage]
Pages = Iterable[tuple[str, bytes | KeyedPage]]
"""Files by name, one after another: of the largest part not all are held at once."""


class SiteFolder(PublishedTree):
    """The site of one published folder; `LINK` leads to the tree that readers see."""

    LINK: Final = f"{HIDDEN}/{_CURRENT}"

    def __init__(self, store: Store) -> None:
        """Keep the site of the published folder that is this store."""
        super().__init__(store, HIDDEN, self.LINK, {_PARTS, _FACTS})
        self._staged: dict[str, FolderDraft] = {}
        self._replaced: set[str] = set()

    @property
    def current(self) -> str | None:
        """Return the key of the tree that readers see, by all its links; None: there is none."""
        return super().current if all(map(self.store.target, SHOWN)) else None

    def read_facts(self, period: str, name: str, number: int) -> BinaryIO:
        """Open a revision's facts.

        Raises:
            FileNotFoundError: there are none.
        """
        return self.store.open(f"{_facts(period, name)}/{number}.json")

    def write_facts(self, period: str, name: str, number: int, data: bytes) -> None:
        """Write a revision's facts, and remove those of the revisions before it.

        Raises:
            PublicationInterruptedError, PublicationRefusedError: the storage did not take them.
        """
        folder, file = _facts(period, name), f"{number}.json"
        try:
            self.store.write({f"{folder}/{file}": data})
            for old in self.store.names(folder):
                if old != file:
                    self.store.remove(f"{folder}/{old}")
        except OSError as error:
            raise storage_error(self.store.at(f"{folder}/{file}"), None, error) from error

    def begin(self, key: str) -> None:
        """Begin the tree of this key; one that a killed process left is removed."""
        super().begin(key)
        self._staged.clear()
        self._replaced.clear()

    def part(self, place: str, key: str, pages: Callable[[], Pages], links: Mapping[str, str] | None = None) -> str:
        """Return the path of a part below `.site`; it is written where none of that key exists.

        Args:
            place: its folder below `parts`.
            key: a hash of all that its pages are made from.
            pages: makes its files, each with its name.
            links: links in it, by name: each to a path below `.site`.
        """
        parent = f"{_PARTS}/{place}"
        path = f"{parent}/{key}"
        before = [f"{parent}/{old}" for old in self.store.names(f"{HIDDEN}/{parent}") if old != key]
        self._replaced.update(before)
        if path not in self._staged and not self.store.folder(f"{HIDDEN}/{path}"):
            draft = self.store.draft(f"{HIDDEN}/{path}", HIDDEN)
            self._fill(draft, pages(), links or {}, before)
            self._staged[path] = draft
        self._used.add(path)
        return path

    def read(self, path: str, name: str) -> bytes:
        """Return a file of a part, which may not have been brought to its place yet.

        Raises:
            FileNotFoundError: there is none.
        """
        part = self._staged.get(path) or self.store.folder(f"{HIDDEN}/{path}")
        if part is None:
            raise FileNotFoundError(self.store.at(f"{HIDDEN}/{path}"))
        return part.read(name)

    def linked(self, path: str, names: Iterable[str]) -> dict[str, str]:
        """Return the paths of the parts that links of a tree or part lead to, by the links' names, where there are any.

        `path` is that of the part below `.site`, or the key of the tree.
        """
        folder = self.store.folder(f"{HIDDEN}/{path}")
        targets = {name: folder.linked(name) for name in names} if folder else {}
        return {name: target.removeprefix(f"{HIDDEN}/") for name, target in targets.items() if target}

    def names_of(self, path: str, key: str) -> list[str]:
        """Return the names of the pages that a tree or part has under a key; `path` as in `linked`."""
        return [name for part in self._kept([path]) for name, own in _keys_of(part).items() if own == key]

    def switch(self, files: Files, links: Mapping[str, str]) -> None:
        """Bring all parts to their places, and switch readers to a tree of these files and links.

        Raises:
            OSError: the storage failed; readers see what they saw.
        """
        self._fill(self._draft, files.items(), links, filter(None, [self.current]))
        self.show()
        for name in SHOWN:
            self.store.switch(name, partial("/".join, (HIDDEN, _CURRENT, name)))

    def _parts(self) -> tuple[Sequence[FolderDraft], set[str]]:
        return tuple(self._staged.values()), self._replaced

    def _fill(self, draft: FolderDraft, files: Pages, links: Mapping[str, str], before: Iterable[str] = ()) -> None:
        """Write a part's files and links.

        Pages with a key are taken over from a part `before` that has them under this key.
        """
        keys: dict[str, str] = {}
        known = {(name, key): part for part in self._kept(before) for name, key in _keys_of(part).items()}
        for name, page in files:
            if isinstance(page, KeyedPage):
                keys[name] = page.key
                part = known.get((name, page.key))
                if part is None or not draft.take(name, part):
                    draft.write(name, page.make())
            else:
                draft.write(name, page)
        if keys:
            draft.write(_KEPT, json.dumps(keys).encode())
        for name, linked in links.items():
            draft.link(name, f"{HIDDEN}/{linked}")

    def _kept(self, paths: Iterable[str]) -> Iterator[StoredFolder]:
        return (part for path in paths if (part := self.store.folder(f"{HIDDEN}/{path}")))


def _facts(period: str, name: str) -> str:
    return f"{HIDDEN}/{_FACTS}/{period}/{name}"


def _keys_of(part: StoredFolder) -> Mapping[str, str]:
    """Return the keys of the pages that may be taken over from a part."""
    try:
        keys = json.loads(part.read(_KEPT))
    except (OSError, ValueError):
        return {}
    return keys if isinstance(keys, dict) else {}

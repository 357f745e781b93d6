"""Storage of the site: immutable parts, and a published tree of links to them.

Below `published/.site`:

    facts/<period>/<area>/<n>.json   facts of newest revisions
    parts/<place>/<key>/             pages of a place; the key is a hash of all that they are made from
    parts/<place>/<key>/.pages.json  keys of the pages there that a later part may take over
    <key>/index.html, <key>/site/    a tree: pages of its own, and links to parts
    current -> <key>                 the tree that readers see, by published/index.html, index.en.html and site
"""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple
from uuid import uuid4

from connectors.syncing import sync_all
from publishing.errors import storage_error
from publishing.storage.published_tree import PublishedTree, point

SITE: Final = "site"
INDEX: Final = "index.html"
INDEX_IN_ENGLISH: Final = "index.en.html"
_CURRENT: Final = "current"
_PARTS: Final = "parts"
_FACTS: Final = "facts"
_KEPT: Final = ".pages.json"


class KeyedPage(NamedTuple):
    """A page that is made unless the part before has it: the key is a hash of all that it is made from."""

    key: str
    make: Callable[[], bytes]


Files = Mapping[str, bytes]
Pages = Iterable[tuple[str, bytes | KeyedPage]]
"""Files by name, one after another: of the largest part not all are held at once."""


class SiteFolder(PublishedTree):
    """The site of one published folder."""

    def __init__(self, root: Path) -> None:
        """Keep the site of the published folder `root`."""
        hidden = root / ".site"
        super().__init__(hidden, hidden / _CURRENT, {_PARTS, _FACTS})
        self.root = root
        self._staged: dict[PurePosixPath, Path] = {}
        self._replaced: set[str] = set()

    @property
    def current(self) -> str | None:
        """Return the key of the tree that readers see, by all its links; None: there is none."""
        return super().current if (self.root / INDEX).is_file() and (self.root / SITE).exists() else None

    def facts(self, period: str, name: str, number: int) -> Path:
        """Return the path of a revision's facts."""
        return self.hidden / _FACTS / period / name / f"{number}.json"

    def write_facts(self, period: str, name: str, number: int, data: bytes) -> None:
        """Write a revision's facts, and remove those of the revisions before it.

        Raises:
            PublicationInterruptedError, PublicationRefusedError: the storage did not take them.
        """
        path = self.facts(period, name, number)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{uuid4().hex}")
            draft.write_bytes(data)
            with suppress(FileNotFoundError):  # another process wrote the same revision, and removed this
                draft.replace(path)
            for old in path.parent.iterdir():
                if old != path:
                    old.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(path, None, error) from error

    def begin(self) -> None:
        """Begin a new tree; one that a killed process left is removed."""
        super().begin()
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
        path = PurePosixPath(_PARTS, place, key)
        parent = self.hidden / path.parent
        before = [old for old in parent.iterdir() if old.name != key] if parent.is_dir() else []
        self._replaced.update(str(path.parent / old.name) for old in before)
        if not (self.hidden / path).is_dir() and path not in self._staged:
            draft = self._staging / str(len(self._staged))
            self._fill(draft, path, pages(), links or {}, before)
            self._staged[path] = draft
        self._used.add(str(path))
        return str(path)

    def read(self, path: str, name: str) -> bytes:
        """Return a file of a part, which may not have been brought to its place yet."""
        part = self._staged.get(PurePosixPath(path), self.hidden / path)
        return (part / name).read_bytes()

    def linked(self, key: str, name: str) -> str | None:
        """Return the path of the part that a link of a tree leads to; None: there is no such link."""
        try:
            target = (self.hidden / key / name).readlink()
        except OSError:
            return None
        return str(PurePosixPath(*(part for part in target.parts if part != "..")))

    def switch(self, key: str, files: Files, links: Mapping[str, str]) -> None:
        """Bring all parts to their places, and switch readers to a tree of these files and links.

        Raises:
            OSError: the storage failed; readers see what they saw.
        """
        self._fill(self._draft, PurePosixPath(key), files.items(), links)
        self.show(key)
        for name in (SITE, INDEX, INDEX_IN_ENGLISH):
            point(self.root / name, f"{self.hidden.name}/{_CURRENT}/{name}")

    def _place(self) -> set[str]:
        """Bring the parts to their places: a key stands for a whole part, so only after its bytes are on disk."""
        for path, part in self._staged.items():
            (self.hidden / path).parent.mkdir(parents=True, exist_ok=True)
            part.rename(self.hidden / path)
        sync_all({(self.hidden / path).parent for path in self._staged})
        return self._replaced

    def _fill(
        self, draft: Path, path: PurePosixPath, files: Pages, links: Mapping[str, str], before: Iterable[Path] = ()
    ) -> None:
        """Write a part's files and links to a draft of the folder `path`, which is relative to `.site`.

        Pages with a key are taken over as hard links from a part `before` that has them under this key.
        """
        draft.mkdir(exist_ok=True)
        folders: set[Path] = set()
        keys: dict[str, str] = {}
        known = {(name, key): part / name for part in before for name, key in _keys_of(part).items()}
        for name, page in files:
            target = draft / name
            if target.parent not in folders:
                target.parent.mkdir(parents=True, exist_ok=True)
                folders.add(target.parent)
            if isinstance(page, KeyedPage):
                keys[name] = page.key
                if not _take_over(known.get((name, page.key)), target):
                    self._write(target, page.make())
            else:
                self._write(target, page)
        if keys:
            self._write(draft / _KEPT, json.dumps(keys).encode())
        for name, linked in links.items():
            target = draft / name
            target.parent.mkdir(parents=True, exist_ok=True)
            up = "../" * len((path / name).parent.parts)
            target.symlink_to(f"{up}{linked}", target_is_directory=True)


def _keys_of(part: Path) -> Mapping[str, str]:
    """Return the keys of the pages that may be taken over from a part."""
    try:
        keys = json.loads((part / _KEPT).read_bytes())
    except (OSError, ValueError):
        return {}
    return keys if isinstance(keys, dict) else {}


def _take_over(page: Path | None, target: Path) -> bool:
    try:
        if page is not None:
            target.hardlink_to(page)
    except FileNotFoundError:
        return False
    return page is not None

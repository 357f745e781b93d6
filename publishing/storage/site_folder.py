"""Storage of the site: immutable parts, a tree of links to them, and one link that is renamed to switch to a new tree.

Below `published/.site`:

    facts/<period>/<area>/<n>.json   facts of newest revisions
    parts/<place>/<key>/             pages of a place; the key is a hash of all that they are made from
    <key>/index.html, <key>/site/    a tree: pages of its own, and links to parts
    current -> <key>                 the tree that readers see, by published/index.html, index.en.html and site
"""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from publishing.errors import storage_error

SITE: Final = "site"
INDEX: Final = "index.html"
INDEX_IN_ENGLISH: Final = "index.en.html"
_STAGING: Final = ".staging"
_CURRENT: Final = "current"
_REPLACED: Final = "replaced"
_READERS_SECONDS: Final = 60
"""How long files that were replaced are kept: a reader may have opened a page just before."""

Files = Mapping[str, bytes]


class SiteFolder:
    """The site of one published folder. One process at a time may write: that is the caller's to ensure."""

    def __init__(self, root: Path) -> None:
        """Keep the site of the published folder `root`."""
        self.root = root
        self.hidden = root / ".site"
        self._staging = self.hidden / _STAGING
        self._staged: dict[PurePosixPath, Path] = {}
        self._used: set[str] = set()
        self._replaced: set[str] = set()

    @property
    def current(self) -> str | None:
        """Return the key of the tree that readers see; None: there is none."""
        try:
            key = (self.hidden / _CURRENT).readlink().name
        except OSError:
            return None
        return key if (self.hidden / key / INDEX).is_file() and (self.root / SITE).exists() else None

    def facts(self, period: str, name: str, number: int) -> Path:
        """Return the path of a revision's facts."""
        return self.hidden / "facts" / period / name / f"{number}.json"

    def write_facts(self, period: str, name: str, number: int, data: bytes) -> None:
        """Write a revision's facts, and remove those of the revisions before it.

        Raises:
            PublicationInterruptedError, PublicationRefusedError: the storage did not take them.
        """
        path = self.facts(period, name, number)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(".new")
            draft.write_bytes(data)
            draft.replace(path)
            for old in path.parent.iterdir():
                if old != path:
                    old.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(path, None, error) from error

    def begin(self) -> None:
        """Begin a new tree."""
        self.sweep()
        self._staging.mkdir(parents=True)
        self._staged.clear()
        self._used.clear()
        self._replaced.clear()

    def part(self, place: str, key: str, pages: Callable[[], Files], links: Mapping[str, str] | None = None) -> str:
        """Return the path of a part below `.site`; it is written where none of that key exists.

        Args:
            place: its folder below `parts`.
            key: a hash of all that its pages are made from.
            pages: makes its files by name.
            links: links in it, by name: each to a path below `.site`.
        """
        path = PurePosixPath("parts", place, key)
        parent = self.hidden / path.parent
        if parent.is_dir():
            self._replaced.update(str(path.parent / old.name) for old in parent.iterdir() if old.name != key)
        if not (self.hidden / path).is_dir() and path not in self._staged:
            draft = self._staging / str(len(self._staged))
            self._fill(draft, path, pages(), links or {})
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
        tree = PurePosixPath(key)
        draft = self._staging / "tree"
        self._fill(draft, tree, files, links)
        before = self.current
        # One wait for all pages. Keys stand for whole parts: none may get its name before its bytes are on disk.
        os.sync()
        for path, part in self._staged.items():
            (self.hidden / path).parent.mkdir(parents=True, exist_ok=True)
            part.rename(self.hidden / path)
        shutil.rmtree(self.hidden / tree, ignore_errors=True)
        draft.rename(self.hidden / tree)
        self._used.add(key)
        self._note_replaced(self._replaced | ({before} if before else set()))
        _link(self.hidden / _CURRENT, key)
        for name in (SITE, INDEX, INDEX_IN_ENGLISH):
            _link(self.root / name, f"{self.hidden.name}/{_CURRENT}/{name}")
        shutil.rmtree(self._staging)

    def sweep(self) -> None:
        """Remove what a killed process left, and what was replaced more than a minute ago."""
        shutil.rmtree(self._staging, ignore_errors=True)
        note = self.hidden / _REPLACED
        if note.is_file() and time.time() - note.stat().st_mtime >= _READERS_SECONDS:
            for path in note.read_text(encoding="utf-8").split():
                shutil.rmtree(self.hidden / path, ignore_errors=True)
            note.unlink()

    def _note_replaced(self, paths: set[str]) -> None:
        note = self.hidden / _REPLACED
        earlier = set(note.read_text(encoding="utf-8").split()) if note.is_file() else set()
        note.write_text("".join(f"{path}\n" for path in sorted((earlier | paths) - self._used)), encoding="utf-8")

    def _fill(self, draft: Path, path: PurePosixPath, files: Files, links: Mapping[str, str]) -> None:
        """Write a part's files and links to a draft of the folder `path`, which is relative to `.site`."""
        draft.mkdir()
        folders: set[Path] = set()
        for name, data in files.items():
            target = draft / name
            if target.parent not in folders:
                target.parent.mkdir(parents=True, exist_ok=True)
                folders.add(target.parent)
            target.write_bytes(data)
        for name, linked in links.items():
            target = draft / name
            target.parent.mkdir(parents=True, exist_ok=True)
            up = "../" * len((path / name).parent.parts)
            target.symlink_to(f"{up}{linked}", target_is_directory=True)


def _link(path: Path, target: str) -> None:
    """Point a link elsewhere in one step."""
    if path.is_symlink() and str(path.readlink()) == target:
        return
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(path)

"""A published tree is shown by one link, and trees that it replaced are removed when no reader needs them."""

import os
from pathlib import Path, PurePosixPath

from connectors.stores.local import LocalStore
from publishing.storage.published_tree import PublishedTree

PAGE = PurePosixPath("a/page")


def tree_of(root: Path) -> PublishedTree:
    """Return the trees that `root/data` shows."""
    return PublishedTree(LocalStore(root), ".data", "data")


def show(tree: PublishedTree, key: str, data: bytes | None = None) -> None:
    """Show a tree with one page, which is that of the tree before if there are no data."""
    tree.begin(key)
    if data is None:
        assert tree.keep(PAGE.parent, [PAGE.name])
    else:
        tree.write(PAGE, data)
    tree.show()


def test_a_written_file_is_not_that_of_the_tree_before(tmp_path: Path) -> None:
    """A file that was taken over and is written again stays as it was in the tree before."""
    tree = tree_of(tmp_path)
    show(tree, "one", b"1")
    tree.begin("two")
    assert tree.keep(PAGE.parent, [PAGE.name])
    tree.write(PAGE, b"2")
    tree.show()
    assert [(tmp_path / ".data" / key / PAGE).read_bytes() for key in ("one", "two")] == [b"1", b"2"]
    assert (tmp_path / "data" / PAGE).read_bytes() == b"2"


def test_trees_that_an_earlier_version_left_are_removed(tmp_path: Path) -> None:
    """A home of version 0.1 has a tree that nothing notes: it goes with those that are replaced now."""
    tree = tree_of(tmp_path)
    show(tree, "one", b"1")
    (tmp_path / ".data" / "old").mkdir()
    show(tree, "two")
    note = tmp_path / ".data" / "replaced"
    assert note.read_text(encoding="utf-8") == "old\none\n"
    os.utime(note, (0, note.stat().st_mtime - 61))
    tree.sweep()
    assert {path.name for path in (tmp_path / ".data").iterdir()} == {"two"}
    assert (tmp_path / "data" / PAGE).read_bytes() == b"1"


def test_a_tree_that_is_shown_again_stays(tmp_path: Path) -> None:
    """What an earlier note names is not removed once it is in use again."""
    tree = tree_of(tmp_path)
    for key in ("one", "two", "one"):
        show(tree, key, b"1")
    assert (tmp_path / ".data" / "replaced").read_text(encoding="utf-8") == "two\n"
    assert tree.current == "one"

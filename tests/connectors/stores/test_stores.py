"""What every kind of store promises to those who use it: a folder of this machine, and a bucket."""

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.stores import s3
from connectors.stores.errors import StoreRefusedError, StoreUnavailableError
from connectors.stores.local import LocalStore
from domain.stores.store import Store
from tests.bucket_server import ObjectStoreServer


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Return an empty store of each kind."""
    if request.param == "folder":
        return LocalStore(tmp_path / "store")
    made: ObjectStoreServer = request.getfixturevalue("bucket")
    return made.store()


def place(store: Store, path: str, files: dict[str, bytes], links: dict[str, str] | None = None) -> None:
    """Place a folder."""
    draft = store.draft(path, ".hidden")
    for name, data in files.items():
        draft.write(name, data)
    for name, target in (links or {}).items():
        draft.link(name, target)
    store.place([draft])


def test_a_folder_is_there_once_it_is_placed(store: Store) -> None:
    """Before that it is not seen; then it has its files, in folders too, and leads where its links lead."""
    draft = store.draft("a/b", "a")
    draft.write("x", b"1")
    draft.write("c/y", b"2")
    draft.link("d", "other/folder")
    assert draft.read("x") == b"1"
    assert store.folder("a/b") is None
    assert store.names("a") == []
    store.place([draft])
    folder = store.folder("a/b")
    assert folder
    assert (folder.read("x"), folder.read("c/y")) == (b"1", b"2")
    assert (folder.linked("d"), folder.linked("x")) == ("other/folder", None)
    assert store.names("a") == ["b"]
    with pytest.raises(FileNotFoundError):
        folder.read("z")


def test_a_folder_is_placed_once(store: Store) -> None:
    """The second of two drafts of one folder is refused, and the folder has the files of the first."""
    second = store.draft("a/b", ".hidden")
    second.write("x", b"2")
    place(store, "a/b", {"x": b"1"})
    with pytest.raises(FileExistsError):
        store.place([second])
    folder = store.folder("a/b")
    assert folder
    assert folder.read("x") == b"1"


def test_files_are_taken_over_and_not_changed(store: Store) -> None:
    """A file that is taken over stays as it was where it came from, though it is written again, or that goes."""
    place(store, "a/old", {"x": b"1", "y": b"1"})
    old = store.folder("a/old")
    assert old
    draft = store.draft("a/new", "a")
    assert draft.take("x", old)
    assert draft.take("y", old)
    assert not draft.take("z", old)
    draft.write("y", b"2")
    store.place([draft])
    assert old.read("y") == b"1"
    store.remove("a/old")
    new = store.folder("a/new")
    assert new
    assert (new.read("x"), new.read("y")) == (b"1", b"2")
    assert store.folder("a/old") is None
    assert store.names("a") == ["new"]


def test_links_are_switched_and_listed(store: Store) -> None:
    """A link leads to the folder that was chosen last."""
    for number in ("1", "2"):
        place(store, f".all/{number}", {"x": b"1"})
        store.switch("p/a", lambda number=number: f".all/{number}")
        assert store.target("p/a") == f".all/{number}"
    store.switch("p/b", lambda: ".all/1")
    assert store.targets("p") == {"a": ".all/2", "b": ".all/1"}
    assert (store.target("p/c"), store.targets("q")) == (None, {})


def test_single_files_are_replaced(store: Store) -> None:
    """They are read, listed with their sizes and ages, and removed; hidden ones are not listed."""
    store.write({"p/a": b"1", "p/.b": b"1", "p/c/d": b"1"})
    store.write({"p/a": b"22"})
    with store.open("p/a") as file:
        assert file.read() == store.read("p/a") == b"22"
    assert (store.sizes("p"), store.names("p")) == ({"a": 2}, ["a", "c"])
    age = store.age("p/a")
    assert age is not None
    assert age < 60
    store.remove("p/a")
    store.remove("p/a")
    assert (store.age("p/a"), store.sizes("p"), store.names("q")) == (None, {}, [])
    with pytest.raises(FileNotFoundError):
        store.read("p/a")


def test_many_writers_switch_a_link_to_the_newest(store: Store) -> None:
    """Each chooses the newest folder that is there: whatever the order, the link ends at the last of all."""

    def publish(number: int) -> None:
        with store.exclusive(".all"):
            place(store, f".all/{number}", {"x": b"%d" % number})
            store.switch("p", lambda: f".all/{max(map(int, store.names('.all')))}")

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(publish, [3, 1, 5, 2, 4, 6]))
    assert store.target("p") == ".all/6"


def test_a_link_that_moved_meanwhile_is_chosen_anew(bucket: ObjectStoreServer) -> None:
    """Who was slow between reading the link and writing it does not take it back to what was newest then."""
    store, chosen = bucket.store(), [".all/1", ".all/2"]

    def choose() -> str:
        if len(chosen) == 2:
            store.switch("p", lambda: ".all/2")
        return chosen.pop(0)

    store.switch("p", choose)
    assert store.target("p") == ".all/2"


def place_and_die(store: Store, before: int) -> None:
    """Place a folder in a process that is killed before a write of that number."""
    real, count = s3.S3Store._call, iter(range(1_000))

    def call(self: s3.S3Store, operation: str, path: str, **more: object) -> object:
        if operation in {"put_object", "copy_object"} and next(count) == before:
            os._exit(9)
        return real(self, operation, path, **more)

    s3.S3Store._call = call  # type: ignore[assignment,method-assign] # in the child alone
    place(store, "a/b", {"x": b"1", "y": b"1"})


@pytest.mark.parametrize("before", range(3))
def test_a_killed_writer_leaves_no_folder(bucket: ObjectStoreServer, before: int) -> None:
    """Half of its files are no folder; who writes it next removes them."""
    process = multiprocessing.get_context("fork").Process(target=place_and_die, args=(bucket.store(), before))
    process.start()
    process.join()
    assert process.exitcode == 9
    store = bucket.store()
    assert store.folder("a/b") is None
    assert store.names("a") == []
    place(store, "a/b", {"x": b"2"})
    assert len(bucket.keys()) == 2


def test_a_busy_store_is_tried_again(bucket: ObjectStoreServer) -> None:
    """A single refusal for lack of capacity is not seen by the program."""
    refusals = [503]
    bucket.answer_instead = lambda _method, _key: refusals.pop() if refusals else None
    bucket.store().write({"a": b"1"})
    assert (bucket.store().read("a"), refusals) == (b"1", [])


@pytest.mark.parametrize(("status", "error"), [(503, StoreUnavailableError), (403, StoreRefusedError)])
def test_refusals_are_errors_of_the_system(bucket: ObjectStoreServer, status: int, error: type[OSError]) -> None:
    """What lasts is an error that names the object and what the store said."""
    bucket.answer_instead = lambda _method, _key: status
    with pytest.raises(error, match=r"s3://test-.*/published/a.*reduce your rate"):
        bucket.store().write({"a": b"1"})


def test_a_missing_bucket_and_a_dead_server_are_told_apart(bucket: ObjectStoreServer) -> None:
    """A bucket that does not exist needs a person; a server that is gone may come back."""
    access = bucket.store().access
    with pytest.raises(StoreRefusedError, match="NoSuchBucket"):
        s3.S3Store(s3.BucketAccess("absent", access.endpoint, access.user, access.password), "p").read("a")
    with pytest.raises(StoreUnavailableError):
        s3.S3Store(s3.BucketAccess(access.bucket, "http://127.0.0.1:9", access.user, access.password), "p").read("a")

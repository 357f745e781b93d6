"""Publication is atomic in a folder and in a bucket: readers see the old revision or the new one, complete."""

import multiprocessing
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from connectors.stores.local import LocalDraft, LocalStore
from connectors.stores.s3 import S3Store
from domain.catalog.catalog import Catalog
from domain.stores.store import Store
from publishing.errors import PublicationDamagedError, PublicationInterruptedError, PublicationRefusedError
from publishing.publish import publish, render
from publishing.storage.folders import PublicationFolder
from publishing.storage.manifest import MANIFEST
from publishing.storage.published_files import PublishedFiles
from tests.bucket_server import ObjectStoreServer
from tests.publishing.revisions import build_revision
from tests.publishing.site.sites import PROVINCE, PublishedFolder, small_revision
from warehouse.queries import Revision

pytestmark = pytest.mark.usefixtures("rendered_once")

KILLED = 9
FILES = 9
LINK = "2025-05/585"


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Return an empty store of each kind."""
    if request.param == "folder":
        return LocalStore(tmp_path / "published")
    made: ObjectStoreServer = request.getfixturevalue("bucket")
    return made.store()


@pytest.fixture(scope="module")
def first(catalog: Catalog) -> Revision:
    """Build revision 1."""
    return build_revision(catalog)


@pytest.fixture(scope="module")
def second(catalog: Catalog) -> Revision:
    """Build revision 2."""
    return build_revision(catalog, number=2)


class TwoRevisions(NamedTuple):
    """Two revisions, their catalogue, and their files by number."""

    catalog: Catalog
    first: Revision
    second: Revision
    expected: Mapping[int, Mapping[str, bytes]]


@pytest.fixture(scope="module")
def two(catalog: Catalog, first: Revision, second: Revision) -> TwoRevisions:
    """Render the files of both revisions."""
    expected = {revision.number: render(revision, catalog, "vi") for revision in (first, second)}
    return TwoRevisions(catalog, first, second, expected)


def seen(store: Store, names: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of these names that readers see."""
    files = PublishedFiles(store)
    return {name: files.read(f"{LINK}/{name}") for name in names}


def die_before(number: int) -> None:
    """Have this process end before its write of that number, of both kinds of stores."""
    count = iter(range(100_000))

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def write(self: object, *args: object, **more: object) -> object:
            if args[0] not in {"get_object", "head_object"} and next(count) == number:
                os._exit(KILLED)
            return real(self, *args, **more)

        return write

    S3Store._call = counted(S3Store._call)  # type: ignore[method-assign,assignment] # in the child alone
    LocalDraft.write = counted(LocalDraft.write)  # type: ignore[method-assign,assignment]
    for name in ("rename", "replace", "symlink_to"):
        setattr(Path, name, counted(getattr(Path, name)))


def killed(work: Callable[[], object], before: int) -> bool:
    """Do some work in a process that is killed before a write; return whether it was."""

    def child() -> None:
        die_before(before)
        work()
        # Without what Python does at its end: threads of the server, which the fork has no more, may have locks.
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    assert process.exitcode in {KILLED, 0}
    return process.exitcode == KILLED


def test_readers_see_the_newest_revision(store: Store, two: TwoRevisions) -> None:
    """A revision is stored once, an older one never takes the link back, and both give the same bytes."""
    catalog, first, second, expected = two
    assert publish(second, catalog, store) == LINK
    assert publish(first, catalog, store) == LINK
    assert publish(second, catalog, store, "en") == LINK
    assert seen(store, expected[2]) == expected[2]
    old = PublicationFolder(store, "2025-05", "585").open(1)
    assert {name: old.read(name) for name in expected[1]} == expected[1]


@pytest.mark.parametrize("before", [0, 1, FILES - 1, FILES, FILES + 1, FILES + 2])
def test_a_killed_publisher_leaves_the_old_revision_whole(store: Store, two: TwoRevisions, before: int) -> None:
    """After a kill at any write readers see one revision wholly, and the next run publishes the new one."""
    catalog, first, second, expected = two
    publish(first, catalog, store)
    was_killed = killed(lambda: publish(second, catalog, store), before)
    assert was_killed or seen(store, expected[2]) == expected[2]
    assert seen(store, expected[1]) in expected.values()
    publish(second, catalog, store)
    assert seen(store, expected[2]) == expected[2]
    assert PublicationFolder(store, "2025-05", "585").numbers() == [1, 2]


def test_many_publishers_end_at_the_newest(store: Store, catalog: Catalog) -> None:
    """In whatever order they finish, all revisions are complete and readers see the highest."""
    revisions = [small_revision(catalog, number=number) for number in (2, 1, 3, 3, 1, 2)]
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda revision: publish(revision, catalog, store), revisions))
    folder = PublicationFolder(store, "2025-05", "585")
    assert (folder.shown(), folder.numbers()) == (3, [1, 2, 3])
    for revision in revisions:
        publish(revision, catalog, store)  # each is what was published


@pytest.mark.parametrize("name", ["report.html", MANIFEST])
def test_a_changed_or_missing_file_is_named(store: Store, catalog: Catalog, first: Revision, name: str) -> None:
    """A revision that is not what was published is neither kept nor mended in silence."""
    publish(first, catalog, store)
    folder = PublicationFolder(store, "2025-05", "585").open(1)
    store.write({f"{folder.where}/{name}": b"{}"})
    with pytest.raises(PublicationDamagedError, match=name):
        publish(first, catalog, store)
    store.remove(f"{folder.where}/{name}")
    with pytest.raises(PublicationDamagedError, match=f"{name} is missing"):
        publish(first, catalog, store)


def test_a_revision_of_another_warehouse_is_refused(store: Store, catalog: Catalog, first: Revision) -> None:
    """The same number with other content is refused: stale figures never pass as new ones."""
    publish(first, catalog, store)
    with pytest.raises(PublicationDamagedError, match="by another"):
        publish(replace(first, run_id="another"), catalog, store)


@pytest.mark.parametrize(
    ("status", "error"), [(503, PublicationInterruptedError), (403, PublicationRefusedError)], ids=["busy", "refused"]
)
def test_a_store_that_takes_nothing_leaves_the_old_revision(
    bucket: ObjectStoreServer, two: TwoRevisions, status: int, error: type[Exception]
) -> None:
    """The error names what readers still see, wherever the store begins to refuse; the next run publishes."""
    catalog, first, second, expected = two
    store = bucket.store()
    publish(first, catalog, store)
    for taken in (0, 3, FILES, FILES + 1):
        writes = iter(range(100))
        bucket.answer_instead = lambda method, _key, writes=writes, taken=taken: (  # type: ignore[misc]
            status if method == "PUT" and next(writes) >= taken else None
        )
        with pytest.raises(error, match="Revision 1 stays published"):
            publish(second, catalog, store)
        assert seen(store, expected[1]) == expected[1]
    bucket.answer_instead = lambda _method, _key: None
    publish(second, catalog, store)
    assert seen(store, expected[2]) == expected[2]


def site_of(store: Store, paths: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the pages of these addresses that readers see."""
    files = PublishedFiles(store)
    return {path: files.read(path) for path in paths}


def test_the_site_in_a_bucket_is_that_of_a_folder(bucket: ObjectStoreServer, catalog: Catalog, tmp_path: Path) -> None:
    """Built in two runs, the second of which is killed at some writes, all its pages are equal in bytes."""
    revisions = [small_revision(catalog), small_revision(catalog, **PROVINCE), small_revision(catalog, "2025-04")]
    local = PublishedFolder(tmp_path, catalog).publish(*revisions)
    local.build()
    pages = local.pages()
    shared = PublishedFolder(tmp_path, catalog, bucket=bucket.store()).publish(*revisions[:2])
    assert shared.build().rendered == 2
    before = site_of(shared.store, {"index.html": b"", "site/2025-05/585/index.vi.html": b""})
    shared.publish(revisions[2])
    for number in (0, 5, 40):
        assert killed(shared.build, number)
        assert site_of(shared.store, before) == before
    shared.build()
    assert site_of(shared.store, pages) == pages
    assert shared.build().rendered == 0

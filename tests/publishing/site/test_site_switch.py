"""The site is a function of the newest revisions: built in any order, after kills, and only where something moved."""

import multiprocessing
import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.stores import local
from connectors.stores.local import LocalDraft, LocalStore
from domain.catalog.catalog import Catalog
from publishing.errors import PublicationRefusedError
from publishing.site import area_pages
from tests.publishing.site.sites import COUNTRY, PROVINCE, PublishedFolder, small_revision
from tests.publishing.storage.test_interruptions import KILLED, die, files_no_larger_than
from warehouse.queries import Revision


@pytest.fixture(scope="module")
def revisions(catalog: Catalog) -> list[Revision]:
    """Build revisions of a district and its province over three months and a quarter."""
    return [
        small_revision(catalog, "2025-03"),
        small_revision(catalog, "2025-04", missing={"22831"}),
        small_revision(catalog, "2025-05"),
        small_revision(catalog, "2025-05", **PROVINCE),
        small_revision(catalog, "2025-03", **PROVINCE),
        small_revision(catalog, "2025-Q1"),
    ]


@pytest.fixture(scope="module")
def correction(catalog: Catalog) -> Revision:
    """Build the second revision of the month in the middle."""
    return small_revision(catalog, "2025-04", number=2)


@pytest.fixture(scope="module")
def at_once(
    catalog: Catalog, revisions: list[Revision], correction: Revision, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Return the pages of a site that is built once, after everything was published."""
    folder = PublishedFolder(tmp_path_factory.mktemp("published"), catalog).publish(*revisions, correction)
    folder.build()
    return folder.pages()


@pytest.fixture
def folder(catalog: Catalog, tmp_path: Path) -> PublishedFolder:
    """Return an empty published folder."""
    return PublishedFolder(tmp_path / "published", catalog)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_runs_gives_the_same_bytes(
    folder: PublishedFolder, revisions: list[Revision], correction: Revision, at_once: dict[str, bytes], seed: int
) -> None:
    """Published in another order and in several runs, the site is the same byte for byte."""
    shuffled = random.Random(seed)  # noqa: S311 # no secret
    order = shuffled.sample(revisions, len(revisions))
    after = order.index(revisions[1]) + 1
    order.insert(shuffled.randint(after, len(order)), correction)
    for revision in order:
        folder.publish(revision)
        if shuffled.random() < 0.6:
            folder.build()
    folder.build()
    assert folder.pages() == at_once


def test_an_unchanged_set_renders_and_reads_nothing(
    catalog: Catalog, revisions: list[Revision], tmp_path: Path
) -> None:
    """The second run asks the warehouse for nothing, and leaves every file and link as it is."""
    folder = PublishedFolder(tmp_path, catalog).publish(*revisions[:3])
    assert folder.build().rendered == 3
    requested, tree = len(folder.requested), (tmp_path / ".site" / "current").readlink()
    assert folder.build().rendered == 0
    assert len(folder.requested) == requested
    assert (tmp_path / ".site" / "current").readlink() == tree


def test_only_what_a_revision_reaches_is_rendered_again(
    catalog: Catalog, revisions: list[Revision], correction: Revision, tmp_path: Path
) -> None:
    """A correction leaves pages of communes of other periods, and other areas' pages, as the files they were."""
    folder = PublishedFolder(tmp_path, catalog).publish(*revisions)
    folder.build()
    kept = ["2025-05/585/units", "2025-03/585/units", "2025-03/58", "2025-05/58", "2025-Q1", "areas/58"]
    before = {name: (tmp_path / "site" / name).resolve() for name in (*kept, "2025-04/585", "2025-05/585", "areas/585")}
    folder.publish(correction).build()
    after = {name: (tmp_path / "site" / name).resolve() for name in before}
    assert {name for name in before if before[name] == after[name]} == set(kept)


def test_lists_of_units_stay_where_none_of_them_moved(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new revision of a large area takes over the lists of units that it leaves as they are: of a country, most."""
    monkeypatch.setattr(area_pages, "MOST_UNITS", 3)
    moved = small_revision(catalog, number=2, missing={"22831"})
    folder = PublishedFolder(tmp_path / "a", catalog).publish(small_revision(catalog))
    folder.build()
    lists = [tmp_path / f"a/site/2025-05/585/units-{number}.vi.html" for number in (1, 2, 3)]
    before = [path.stat().st_ino for path in lists]
    folder.publish(moved).build()
    assert [path.stat().st_ino == old for path, old in zip(lists, before, strict=True)] == [True, True, False]
    at_once = PublishedFolder(tmp_path / "b", catalog).publish(small_revision(catalog), moved)
    at_once.build()
    assert folder.pages() == at_once.pages()


def test_pages_of_indicators_and_the_search_stay_where_nothing_of_theirs_moved(
    catalog: Catalog, tmp_path: Path
) -> None:
    """A new revision takes over the pages of indicators whose figures stay, and the names of the search."""
    district, first, second = (
        small_revision(catalog),
        small_revision(catalog, **PROVINCE),
        small_revision(catalog, number=2, **PROVINCE),
    )
    moved = replace(second, rows=(second.rows[0], *(replace(row, revision=2) for row in first.rows[1:])))
    folder = PublishedFolder(tmp_path / "a", catalog).publish(district, first)
    folder.build()
    figures = [f"areas/58/{row.indicator}.vi.html" for row in moved.rows]
    files = [tmp_path / "a/site" / name for name in (*figures, "search.en.html", "names-1.js")]
    before = [path.stat().st_ino for path in files]
    folder.publish(moved).build()
    same = [path.stat().st_ino == old for path, old in zip(files, before, strict=True)]
    assert same == [False, *[True] * (len(files) - 1)]
    at_once = PublishedFolder(tmp_path / "b", catalog).publish(district, first, moved)
    at_once.build()
    assert folder.pages() == at_once.pages()


def test_a_provinces_page_stays_where_none_of_its_areas_moved(catalog: Catalog, tmp_path: Path) -> None:
    """A new revision of the country takes over the pages of provinces; one of a district makes its province's anew."""
    folder = PublishedFolder(tmp_path / "a", catalog).publish(
        small_revision(catalog), small_revision(catalog, **COUNTRY)
    )
    folder.build()
    page = tmp_path / "a/site/provinces/58-2000-01-01.vi.html"
    first = page.stat().st_ino
    country, district = small_revision(catalog, number=2, **COUNTRY), small_revision(catalog, number=2)
    folder.publish(country).build()
    second = page.stat().st_ino
    folder.publish(district).build()
    assert (second == first, page.stat().st_ino == first) == (True, False)
    at_once = PublishedFolder(tmp_path / "b", catalog)
    at_once.publish(small_revision(catalog), small_revision(catalog, **COUNTRY), country, district).build()
    assert folder.pages() == at_once.pages()


def test_pages_of_communes_stay_while_only_the_area_moves(catalog: Catalog, tmp_path: Path) -> None:
    """A revision that moves no commune's figures renders none of their pages again: a country has thousands."""
    folder = PublishedFolder(tmp_path, catalog).publish(small_revision(catalog, "2025-05"))
    folder.build()
    names = ("2025-05/585", "2025-05/585/units")
    area, units = ((tmp_path / "site" / name).resolve() for name in names)
    folder.publish(small_revision(catalog, "2025-05", number=2)).build()
    assert (tmp_path / "site" / names[0]).resolve() != area
    assert (tmp_path / "site" / names[1]).resolve() == units


@pytest.fixture(scope="module")
def third_due(
    catalog: Catalog, revisions: list[Revision], tmp_path_factory: pytest.TempPathFactory
) -> tuple[PublishedFolder, dict[str, bytes]]:
    """Return a folder with the site of two revisions and a third one published since, and the pages of all three."""
    folder = PublishedFolder(tmp_path_factory.mktemp("third") / "published", catalog)
    folder.publish(*revisions[:2]).build()
    whole = PublishedFolder(tmp_path_factory.mktemp("whole") / "published", catalog).publish(*revisions[:3])
    whole.build()
    return folder.publish(revisions[2]), whole.pages()


def build_and_die(folder: PublishedFolder, owner: object, step: str, after: int) -> None:
    """Build the site in a process that is killed at the given call of a step."""
    real, calls = getattr(owner, step), iter(range(10_000))
    setattr(owner, step, lambda *args, **options: real(*args, **options) if next(calls) < after else die())
    folder.build()


@pytest.mark.parametrize(
    ("owner", "step", "after"),
    [
        (LocalDraft, "write", 0),
        (LocalDraft, "write", 9),
        (local, "sync_all", 1),
        (Path, "rename", 0),
        (Path, "rename", 3),
        (LocalStore, "switch", 0),
        (LocalStore, "switch", 1),
        (LocalStore, "switch", 2),
        (shutil, "rmtree", 1),
    ],
)
def test_a_killed_run_is_made_good_by_the_next(
    third_due: tuple[PublishedFolder, dict[str, bytes]], tmp_path: Path, owner: object, step: str, after: int
) -> None:
    """Readers see the site before or after, whole, and the next run makes the site of what was published."""
    due, whole = third_due
    shutil.copytree(due.root, tmp_path / "published", symlinks=True)
    folder = replace(due, root=tmp_path / "published")
    before = folder.pages()
    process = multiprocessing.get_context("fork").Process(target=build_and_die, args=(folder, owner, step, after))
    process.start()
    process.join()
    assert process.exitcode == KILLED
    assert folder.pages() in (before, whole)
    folder.build()
    assert folder.pages() == whole
    assert not (folder.root / ".site" / ".staging").exists()


def test_a_full_disk_leaves_the_site_as_it_was(catalog: Catalog, revisions: list[Revision], tmp_path: Path) -> None:
    """Readers see the site before; the error says what to do."""
    folder = PublishedFolder(tmp_path, catalog).publish(revisions[0])
    folder.build()
    before = folder.pages()
    folder.publish(revisions[1])
    with files_no_larger_than(3_000), pytest.raises(PublicationRefusedError, match="Free space"):
        folder.build()
    assert folder.pages() == before


def test_replaced_pages_stay_for_a_minute(
    catalog: Catalog, revisions: list[Revision], correction: Revision, tmp_path: Path
) -> None:
    """Pages that were replaced are there for readers who follow a link now, and are removed by a later run."""
    folder = PublishedFolder(tmp_path, catalog).publish(*revisions[:2])
    folder.build()
    old = (tmp_path / "site" / "2025-04" / "585").resolve()
    tree = (tmp_path / "site").resolve()
    folder.publish(correction).build()
    folder.build()
    assert (old / "index.vi.html").is_file()
    note = tmp_path / ".site" / "replaced"
    os.utime(note, (0, note.stat().st_mtime - 61))
    folder.build()
    assert not old.exists()
    assert not tree.exists()
    folder.publish(revisions[2]).build()
    assert (tmp_path / "site" / "2025-05" / "585" / "index.vi.html").is_file()


def test_a_withdrawn_folder_leaves_no_link(catalog: Catalog, revisions: list[Revision], tmp_path: Path) -> None:
    """When a person moves a publication away, the site is that of what is left."""
    folder = PublishedFolder(tmp_path / "a", catalog).publish(*revisions)
    folder.build()
    (tmp_path / "a" / "2025-05" / "58").unlink()
    (tmp_path / "a" / "2025-Q1" / "585").unlink()
    folder.build()
    rest = PublishedFolder(tmp_path / "b", catalog).publish(*revisions[:3], revisions[4])
    rest.build()
    assert folder.pages() == rest.pages()


def test_a_withdrawn_period_leaves_no_link(catalog: Catalog, revisions: list[Revision], tmp_path: Path) -> None:
    """When all of a period is moved away, the period before leads to what comes next now, or to none."""
    folder = PublishedFolder(tmp_path / "a", catalog).publish(*revisions[:3])
    folder.build()
    (tmp_path / "a" / "2025-05" / "585").unlink()
    folder.build()
    rest = PublishedFolder(tmp_path / "b", catalog).publish(*revisions[:2])
    rest.build()
    assert folder.pages() == rest.pages()


def test_revisions_of_another_warehouse_are_left_out(
    catalog: Catalog, revisions: list[Revision], tmp_path: Path
) -> None:
    """A publication that the warehouse does not know has no pages, is named, and comes in once it is known."""
    folder = PublishedFolder(tmp_path, catalog).publish(*revisions[:2])
    lost = folder.warehouse.pop(("585", "2025-03", 1))
    assert folder.build().unknown == ("2025-03/585",)
    assert folder.build().unknown == ("2025-03/585",)
    assert not (tmp_path / "site" / "2025-03").exists()
    folder.warehouse["585", "2025-03", 1] = lost
    assert folder.build().unknown == ()
    assert (tmp_path / "site" / "2025-03" / "585" / "index.vi.html").is_file()


def test_areas_move_beside_one_that_is_left_out(
    catalog: Catalog, revisions: list[Revision], correction: Revision, tmp_path: Path
) -> None:
    """While the warehouse does not know one area of a period, the pages of the others follow their revisions."""
    folder = PublishedFolder(tmp_path / "a", catalog)
    folder.publish(revisions[1], small_revision(catalog, "2025-04", **PROVINCE))
    del folder.warehouse["58", "2025-04", 1]
    folder.build()
    assert folder.publish(correction).build().unknown == ("2025-04/58",)
    alone = PublishedFolder(tmp_path / "b", catalog).publish(revisions[1], correction)
    alone.build()
    assert folder.pages() == alone.pages()

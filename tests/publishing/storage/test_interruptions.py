"""Interrupted publications: readers see the old revision or the new one, complete."""

import multiprocessing
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.stores import local
from connectors.stores.local import LocalDraft, LocalStore
from domain.catalog.catalog import Catalog
from publishing.errors import PublicationInterruptedError, PublicationRefusedError, storage_error
from publishing.publish import render
from tests.publishing.revisions import build_revision, publish_below

pytestmark = pytest.mark.usefixtures("rendered_once")

KILLED = 9


def die(*_: object, **__: object) -> None:
    """End the process as SIGKILL does, without cleaning up."""
    os._exit(KILLED)


def publish_and_die(catalog: Catalog, root: Path, owner: object, step: str, after: int) -> None:
    """Publish revision 2 in a process that is killed at the given call of a step."""
    real, calls = getattr(owner, step), iter(range(1_000))
    setattr(owner, step, lambda *args, **options: real(*args, **options) if next(calls) < after else die())
    publish_below(build_revision(catalog, number=2), catalog, root)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Make the system refuse larger files, as a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def names_under(folder: Path) -> set[str]:
    """List everything in a folder, including hidden names, without the lock."""
    return {path.name for path in folder.iterdir()} - {".lock"}


@pytest.mark.parametrize(
    ("owner", "step", "after"),
    [
        (LocalDraft, "write", 0),
        (LocalDraft, "write", 1),
        (local, "sync_all", 0),
        (Path, "rename", 0),
        (LocalStore, "switch", 0),
        (Path, "symlink_to", 0),
        (Path, "replace", 0),
    ],
)
def test_killed_publisher_leaves_the_old_revision_and_a_rerun_completes_the_new(
    catalog: Catalog, tmp_path: Path, owner: object, step: str, after: int
) -> None:
    """After a kill at any step revision 1 stays readable; the next run publishes revision 2 and cleans up."""
    link = publish_below(build_revision(catalog), catalog, tmp_path)
    before = (link / "report.html").read_bytes()
    process = multiprocessing.get_context("fork").Process(
        target=publish_and_die, args=(catalog, tmp_path, owner, step, after)
    )
    process.start()
    process.join()
    assert process.exitcode == KILLED
    assert (link / "report.html").read_bytes() == before
    revision = build_revision(catalog, number=2)
    publish_below(revision, catalog, tmp_path)
    assert (link / "report.html").read_bytes() == render(revision, catalog, "vi")["report.html"]
    assert names_under(tmp_path / ".revisions/2025-05/585") == {"1", "2"}
    assert names_under(tmp_path / "2025-05") == {"585"}


def test_full_disk_names_the_intact_revision_and_leaves_no_partial_files(catalog: Catalog, tmp_path: Path) -> None:
    """The error says that revision 1 stays published; half-written files are removed."""
    link = publish_below(build_revision(catalog), catalog, tmp_path)
    with (
        files_no_larger_than(8_000),
        pytest.raises(PublicationRefusedError, match="Revision 1 stays published") as raised,
    ):
        publish_below(build_revision(catalog, number=2), catalog, tmp_path)
    assert raised.value.intact == 1
    assert link.readlink().name == "1"
    assert names_under(tmp_path / ".revisions/2025-05/585") == {"1"}


def test_full_disk_before_any_publication_says_so(catalog: Catalog, tmp_path: Path) -> None:
    """The error says that nothing was published before, and nothing is now."""
    with files_no_larger_than(8_000), pytest.raises(PublicationRefusedError, match="Nothing was published here before"):
        publish_below(build_revision(catalog), catalog, tmp_path)
    assert not (tmp_path / "2025-05").exists()


def test_folder_in_the_links_place_is_not_touched(catalog: Catalog, tmp_path: Path) -> None:
    """A real folder where the link belongs keeps its files; the error asks a person to move it."""
    place = tmp_path / "2025-05" / "585"
    place.mkdir(parents=True)
    (place / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(PublicationRefusedError):
        publish_below(build_revision(catalog), catalog, tmp_path)
    assert (place / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_root_that_is_a_file_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    """A wrong setting ends in an error message, not in a traceback."""
    root = tmp_path / "published"
    root.write_text("", encoding="utf-8")
    with pytest.raises(PublicationRefusedError, match="Not a directory"):
        publish_below(build_revision(catalog), catalog, root)


def test_storage_that_does_not_answer_is_transient() -> None:
    """A dropped network share is a transient error that names the intact revision."""
    error = storage_error("published", 4, TimeoutError(110, "Connection timed out"))
    assert isinstance(error, PublicationInterruptedError)
    assert "Revision 4 stays published" in str(error)


def test_link_is_never_absent_while_it_is_switched(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old link exists until the rename that replaces it, the new one right after it."""
    link = publish_below(build_revision(catalog), catalog, tmp_path)
    seen: list[str] = []
    real: Callable[[Path, Path], Path] = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append(link.readlink().name)
        done = real(self, target)
        seen.append(link.readlink().name)
        return done

    monkeypatch.setattr(Path, "replace", watched)
    publish_below(build_revision(catalog, number=2), catalog, tmp_path)
    assert seen == ["1", "2"]

"""The published folder: complete revisions, a link to the newest, reproducible bytes."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.rollups import Boundary
from publishing.editions import EDITION, SECOND_EDITION
from publishing.errors import PublicationDamagedError
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.publish import WRITERS, bundle, render
from publishing.storage.manifest import MANIFEST
from tests.publishing.revisions import build_revision, publish_below
from warehouse.queries import Revision

FILES = {
    "changes.json",
    "leader.en.html",
    "leader.vi.html",
    "manifest.json",
    "report.docx",
    "report.en.html",
    "report.html",
    "rollup.csv",
    "rollup.xlsx",
}
Publish = Callable[..., Path]


@pytest.fixture
def published(catalog: Catalog, tmp_path: Path, rendered_once: None) -> Publish:  # noqa: ARG001 # used by being there
    """Return a function that publishes the n-th revision under this test's root."""

    def publish_revision(number: int = 1, **options: object) -> Path:
        return publish_below(build_revision(catalog, number=number, **options), catalog, tmp_path)  # type: ignore[arg-type] # options are the builder's

    return publish_revision


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Read the files of a published folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_link_shows_the_files_of_the_revision(published: Publish, tmp_path: Path) -> None:
    """<period>/<area> leads to all files; the link is relative, so the tree can be moved."""
    link = published()
    assert link == tmp_path / "2025-05" / "585"
    assert link.readlink() == Path("../.revisions/2025-05/585/1")
    assert {path.name for path in link.iterdir()} == FILES


def test_same_revision_gives_the_same_bytes(catalog: Catalog, revision: Revision, tmp_path: Path) -> None:
    """Publishing a revision in two places gives identical bytes."""
    first = publish_below(revision, catalog, tmp_path / "one")
    second = publish_below(revision, catalog, tmp_path / "two")
    assert bytes_of(first) == bytes_of(second)


def test_publishing_again_changes_nothing(published: Publish) -> None:
    """The second time not even modification times change."""
    link = published()
    before = {path: path.stat().st_mtime_ns for path in link.resolve().iterdir()}
    published()
    assert {path: path.stat().st_mtime_ns for path in link.resolve().iterdir()} == before


def test_published_revision_keeps_its_wording(catalog: Catalog, revision: Revision, tmp_path: Path) -> None:
    """A published revision stays as it was, even if its texts would differ today."""
    before = bytes_of(publish_below(revision, catalog, tmp_path, "vi"))
    assert bytes_of(publish_below(revision, catalog, tmp_path, "en")) == before


def test_newer_revision_takes_the_link_and_leaves_the_older(published: Publish, tmp_path: Path) -> None:
    """Every revision stays under .revisions."""
    published(1)
    link = published(2)
    assert link.readlink().name == "2"
    assert {path.name for path in (tmp_path / ".revisions/2025-05/585").iterdir() if path.is_dir()} == {"1", "2"}


def test_older_revision_never_takes_the_link_back(published: Publish, tmp_path: Path) -> None:
    """A late older revision is stored, and readers keep the newest; ten is newer than nine."""
    published(10)
    link = published(9)
    assert link.readlink().name == "10"
    assert (tmp_path / ".revisions/2025-05/585/9/report.html").is_file()


def test_many_publishers_at_once_end_at_the_newest(published: Publish, tmp_path: Path) -> None:
    """In whatever order they finish, all revisions are complete and the link shows the highest."""
    numbers = [3, 1, 4, 2, 4, 1, 3]
    with ThreadPoolExecutor(6) as pool:
        links = list(pool.map(published, numbers))
    assert links[0].readlink().name == "4"
    folders = [path for path in (tmp_path / ".revisions/2025-05/585").iterdir() if path.is_dir()]
    assert {path.name: set(bytes_of(path)) for path in folders} == {str(number): FILES for number in range(1, 5)}


def test_manifest_names_the_revision_and_its_files(published: Publish) -> None:
    """The manifest has the hash of each file."""
    link = published(3)
    manifest = json.loads((link / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["area"], manifest["period"], manifest["revision"], manifest["run_id"]) == (
        "585",
        "2025-05",
        3,
        "run-3",
    )
    assert manifest["files"] == {
        name: hashlib.sha256((link / name).read_bytes()).hexdigest() for name in sorted(FILES - {"manifest.json"})
    }


@pytest.mark.parametrize("name", sorted(FILES))
def test_changed_file_is_detected(published: Publish, name: str) -> None:
    """If a published file was edited, the next publication names it and neither keeps nor repairs it."""
    link = published()
    (link / name).write_bytes(b"{}")
    with pytest.raises(PublicationDamagedError, match=name):
        published()


def test_removed_file_is_detected(published: Publish) -> None:
    """A removed file is named."""
    (published() / "rollup.csv").unlink()
    with pytest.raises(PublicationDamagedError, match=r"rollup\.csv is missing"):
        published()


@pytest.mark.parametrize("field", ["run_id", "content_sha256"])
def test_revision_of_another_warehouse_is_refused(
    catalog: Catalog, revision: Revision, published: Publish, tmp_path: Path, field: str
) -> None:
    """The same number with other content is refused: stale figures never pass as new ones."""
    before = bytes_of(published())
    other = replace(revision, **{field: "another"})
    with pytest.raises(PublicationDamagedError):
        publish_below(other, catalog, tmp_path)
    assert bytes_of(tmp_path / "2025-05" / "585") == before


def test_forms_and_boundaries_have_separate_folders(catalog: Catalog, revision: Revision, tmp_path: Path) -> None:
    """A second form and today's boundaries are published beside the first form on the period's boundaries."""
    second = replace(catalog.forms.form(revision.form), id="second")
    forms = replace(catalog.forms, by_id={**catalog.forms.by_id, "second": second})
    with_second = replace(catalog, forms=forms)
    for other in (
        revision,
        replace(revision, boundary=Boundary.AS_NOW),
        replace(revision, form="second"),
        replace(revision, form="second", boundary=Boundary.AS_NOW),
    ):
        publish_below(other, with_second, tmp_path)
    names = {path.name for path in (tmp_path / "2025-05").iterdir()}
    assert names == {"585", "585.as_now", "585.second", "585.second.as_now"}


def test_areas_and_periods_have_separate_folders(catalog: Catalog, revision: Revision, tmp_path: Path) -> None:
    """Each area and period has its own link."""
    publish_below(revision, catalog, tmp_path)
    publish_below(replace(revision, area="586"), catalog, tmp_path)
    assert {path.name for path in (tmp_path / "2025-05").iterdir()} == {"585", "586"}


def test_files_are_readable_by_others(published: Publish) -> None:
    """Other accounts can read the published folder."""
    link = published()
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in [link.resolve(), *link.iterdir()])


def test_manifest_names_the_edition(published: Publish) -> None:
    """A new revision is written in the newest edition, and its manifest says in which."""
    assert json.loads((published() / "manifest.json").read_bytes())["edition"] == EDITION


def test_revision_of_an_earlier_edition_stays(catalog: Catalog, revision: Revision, published: Publish) -> None:
    """What was published in the first edition, whose manifest names none, is neither damaged nor written again."""
    link = published()
    first = bundle(revision, catalog, "vi", 1)
    for path in link.resolve().iterdir():
        path.unlink()
    for name, content in first.items():
        (link / name).write_bytes(content)
    assert bytes_of(published()) == first
    assert "edition" not in json.loads(first["manifest.json"])


def test_the_page_names_every_file_beside_it(catalog: Catalog, revision: Revision) -> None:
    """The report's page names all files of its folder; an earlier edition keeps the sentence that it had."""
    for lang in ("vi", "en"):
        notes = {
            edition: assemble(revision, ReportFormatter(catalog, lang), edition).files_note
            for edition in (SECOND_EDITION, EDITION)
        }
        assert all(name in notes[EDITION] for name in {*WRITERS[EDITION], MANIFEST} - {"report.{other}.html"})
        assert "report.docx" not in notes[SECOND_EDITION]


def test_the_page_is_written_in_both_languages(catalog: Catalog, revision: Revision) -> None:
    """`report.html` has the language that is set and leads to the same page in the other, and back."""
    for lang, other in (("vi", "en"), ("en", "vi")):
        files = render(revision, catalog, lang)
        assert f'<html lang="{lang}">'.encode() in files["report.html"]
        assert f'<html lang="{other}">'.encode() in files[f"report.{other}.html"]
        for page, switch in (("report.html", f"report.{other}.html"), (f"report.{other}.html", "report.html")):
            assert f'<a href="{switch}" hreflang="'.encode() in files[page]
        assert b'<a href="report.html">' in files[f"leader.{lang}.html"]
        assert f'<a href="report.{other}.html">'.encode() in files[f"leader.{other}.html"]


def test_first_edition_keeps_its_files(catalog: Catalog, revision: Revision) -> None:
    """Bundles closed with it are rendered again, and compared byte by byte."""
    assert list(render(revision, catalog, "vi", 1)) == ["rollup.csv", "rollup.xlsx", "report.html"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_text_is_in_both_languages(catalog: Catalog, lang: str) -> None:
    """A partial, a corrected and a complete revision can be published in either language."""
    revision = build_revision(catalog, number=2, missing={"22831"}, refused={"22828"}, late={"22813"})
    other = {"vi": "en", "en": "vi"}[lang]
    files = FILES - {"manifest.json", "report.en.html"} | {f"report.{other}.html"}
    assert set(render(revision, catalog, "en" if lang == "en" else "vi")) == files

"""Nightly runs with landing, outbox and published reports in a bucket: as in a home, and after the store failed."""

from pathlib import Path
from unittest.mock import patch

import pytest
from starlette.testclient import TestClient

from domain.catalog.catalog import Catalog
from domain.errors import TransientError, UsageError
from flows.pipeline import publisher
from flows.pipeline.publisher import Publisher
from flows.pipeline.scope import RunScope
from flows.pipeline.slice_writing import write_slice
from flows.pipeline.stages.publish import to_publish
from flows.support.context import AppContext
from flows.support.settings import Settings
from flows.support.slices.identity import NoSharedLandingError, SliceIdentity
from flows.support.slices.reading import ReadingBounds, dask_teardown, read_slice
from flows.support.stores.opening import published_store
from publishing.figures.formatter import ReportFormatter
from publishing.storage.published_files import PublishedFiles
from tests.bucket_server import ObjectStoreServer
from tests.flows.pipeline.bucket_files import in_home, shared
from tests.flows.pipeline.nightly_runs import (
    AREA,
    NOW,
    context_of,
    deliver,
    rows_of,
    run_plainly,
    settings_of,
)
from web.apps import published_site
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile, PlainReader
from workbooks.sample.inbox import SampleFile

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("bucket")]
_FIGURES = "SELECT * FROM rollup ORDER BY 1, 2, 3"
_REFUSED = (
    ("first", ("landing/",)),
    ("night", ("published/.revisions/", "outbox/")),  # judged and rolled up, as `night_home` by the run of that name
    ("third", ("published/2025-05/", "outbox/")),
    ("fourth", ("outbox/",)),
    ("fifth", ("published/.data/",)),
    ("sixth", ("published/.site/",)),
)
"""Runs, and the places where the store takes nothing meanwhile."""


def context_in(bucket: ObjectStoreServer, home: Path) -> AppContext:
    """Return a context whose shared files are in the bucket."""
    return context_of(home, **bucket.settings)


def settings_in(bucket: ObjectStoreServer, home: Path) -> Settings:
    """Return settings whose shared files are in the bucket."""
    return settings_of(home, **bucket.settings)


@pytest.fixture(scope="module", autouse=True)
def only_figures_are_published() -> None:
    """Publish all files: each is an object."""


@pytest.fixture
def delivered(home: Path, first_files: list[SampleFile]) -> Path:
    """Return a home to which the workbooks of `night_home` were delivered."""
    deliver(home, first_files)
    return home


def test_runs_on_a_bucket_publish_and_reply_the_same_bytes(
    bucket: ObjectStoreServer,
    delivered: Path,
    night_home: Path,
    corrected_home: Path,
    correction: SampleFile,
) -> None:
    """A first run, and a correction on another machine: figures, pages, data and replies are equal to the byte."""
    home = delivered
    context = context_in(bucket, home)
    with patch.object(publisher, "AREAS_PER_STEP", 1):  # written by a process beside the run, too
        run_plainly(context)
    expected = in_home(night_home)
    assert shared(context, expected[0], expected[1]) == expected  # type: ignore[arg-type] # files by path
    assert not (home / "published").exists()
    assert not (home / "outbox").exists()
    assert not (home / "landing").exists()
    (home / "cache").rename(home / "elsewhere")  # as on a machine that has read nothing yet
    deliver(home, [correction])
    second = context_in(bucket, home)
    run_plainly(second, "second")
    expected = in_home(corrected_home)
    assert shared(second, expected[0], expected[1]) == expected  # type: ignore[arg-type] # files by path
    assert rows_of(home, _FIGURES) == rows_of(corrected_home, _FIGURES)


def test_what_a_store_did_not_take_the_next_run_does(
    bucket: ObjectStoreServer, delivered: Path, night_home: Path
) -> None:
    """A store that is busy for a whole run ends it with an error to try again; nothing is lost, nothing done twice.

    It is busy at one place after another, in the order in which runs write there; replies go out without publications.
    """
    context = context_in(bucket, delivered)
    for run_id, refused in _REFUSED:
        busy = tuple(f"office/{place}" for place in refused)
        bucket.answer_instead = lambda method, key, busy=busy: (  # type: ignore[misc]
            503 if method == "PUT" and key.startswith(busy) else None
        )
        with pytest.raises(TransientError, match="reduce your rate"):
            run_plainly(context, run_id)
    bucket.answer_instead = lambda _method, _key: None
    run_plainly(context_in(bucket, delivered), "last")
    expected = in_home(night_home)
    assert shared(context, expected[0], expected[1]) == expected  # type: ignore[arg-type] # files by path
    assert rows_of(delivered, _FIGURES) == rows_of(night_home, _FIGURES)


def test_pages_are_served_out_of_the_bucket(
    bucket: ObjectStoreServer, home: Path, first_files: list[SampleFile], catalog: Catalog
) -> None:
    """Site, revisions, data and the list of all files, with the headers of files of a folder; hidden names are not."""
    deliver(home, first_files)
    context = context_in(bucket, home)
    run_plainly(context)
    site = TestClient(
        published_site(published_store(settings_in(bucket, home)), ReportFormatter(catalog, "vi"), NOW.date)
    )
    first = site.get("/")
    assert first.headers["content-type"].startswith("text/html")
    assert site.get("/", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert f"{AREA}/report.html" in site.get("/list").text
    paths = [f"/site/2025-05/{AREA}/index.vi.html", f"/2025-05/{AREA}/report.html", f"/2025-05/{AREA}@1/rollup.csv"]
    for path in (*paths, "/data/datapackage.json", "/index.en.html"):
        assert site.get(path).status_code == 200, path
    assert "attachment" in site.get(f"/2025-05/{AREA}/rollup.xlsx").headers["content-disposition"]
    hidden = ["/.site/current/current.json", f"/.revisions/2025-05/{AREA}/1", f"/2025-05/{AREA}/current.json"]
    for path in (*hidden, "/2025-05", "/2025-05/99/report.html", "/data", "/site/%2e%2e/x", "/.%5cx"):
        assert site.get(path).status_code == 404, path
    bucket.answer_instead = lambda _method, _key: 503
    assert site.get(paths[0]).status_code == 503


def test_machines_that_see_another_landing_do_no_slices(bucket: ObjectStoreServer, home: Path) -> None:
    """The mark is an object of the bucket: a worker without the others' is refused, and says where it looked."""
    settings = settings_in(bucket, home)
    with pytest.raises(NoSharedLandingError, match=f"s3://{bucket.bucket}/office/landing"):
        SliceIdentity.of_worker(settings)
    context = context_of(home, **bucket.settings)
    run = SliceIdentity.of_run(settings, context.catalog)
    assert SliceIdentity.of_worker(settings) == run
    elsewhere = settings.model_copy(update={"store": f"s3://{bucket.bucket}/other"})
    assert SliceIdentity.of_run(elsewhere, context.catalog) != run


def test_slices_are_read_and_written_in_the_bucket(
    bucket: ObjectStoreServer, home: Path, first_files: list[SampleFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker with a home of its own reads landed files out of the bucket, and publishes there."""
    deliver(home, first_files)
    context = context_in(bucket, home)
    with monkeypatch.context() as patched:
        patched.setattr(Publisher, "finish", lambda *_: [])
        run_plainly(context, pages=False)
    settings = settings_in(bucket, home)
    for name, value in {**bucket.settings, "home": home.parent / "worker", "catalog": settings.catalog}.items():
        monkeypatch.setenv(f"TONGHOP_{name.upper()}", str(value))
    monkeypatch.setenv("TONGHOP_WAREHOUSE_URL", settings.database)
    identity, bounds = SliceIdentity.of_run(settings, context.catalog), ReadingBounds.of(settings)
    digests = sorted(context.landing.digests())
    reports = read_slice(identity, bounds, [(digest, Hints(digest)) for digest in digests])
    dask_teardown(None)
    own = PlainReader(context.catalog, context.limits)
    assert reports == own.read(LandedFile(context.landing.path_of(digest), Hints(digest)) for digest in digests)
    (written,) = write_slice(identity, "vi", to_publish(context, RunScope()))
    assert written
    assert written.path == f"s3://{bucket.bucket}/office/published/2025-05/{AREA}"
    assert PublishedFiles(context.published).read(f"2025-05/{AREA}/report.html")


def test_a_home_with_files_of_its_own_is_not_left_behind(
    bucket: ObjectStoreServer, home: Path, first_files: list[SampleFile]
) -> None:
    """Where the home has landed files already, the store is refused until they are brought there."""
    deliver(home, first_files)
    run_plainly(context_of(home), pages=False)
    with pytest.raises(UsageError, match="bring them into the store"):
        context_in(bucket, home)

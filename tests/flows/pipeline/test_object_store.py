"""Nightly runs with landing, outbox and published reports in a bucket: as in a home, and after the store failed."""

from datetime import datetime, timedelta
from pathlib import Path

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
    prepare_home,
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


def context_in(bucket: ObjectStoreServer, home: Path, now: datetime = NOW) -> AppContext:
    """Return a context whose shared files are in the bucket."""
    return context_of(home, now, **bucket.settings)


def settings_in(bucket: ObjectStoreServer, home: Path) -> Settings:
    """Return settings whose shared files are in the bucket."""
    return settings_of(home, **bucket.settings)


@pytest.fixture
def alone(tmp_path: Path, home: Path, mirrored_warehouse: Path, first_files: list[SampleFile]) -> Path:
    """Return a second home, for runs with all files in it; to both the same workbooks were delivered."""
    alone = prepare_home(tmp_path / "alone", mirrored_warehouse)
    for each in (alone, home):
        deliver(each, first_files)
    return alone


def test_runs_on_a_bucket_publish_and_reply_the_same_bytes(
    bucket: ObjectStoreServer, home: Path, alone: Path, correction: SampleFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first run, and a correction on another machine: figures, pages, data and replies are equal to the byte."""
    monkeypatch.setattr(publisher, "AREAS_PER_STEP", 1)  # written by a process beside the run, too
    context = context_in(bucket, home)
    run_plainly(context, pages=True)
    run_plainly(context_of(alone), pages=True)
    expected = in_home(alone)
    assert shared(context, expected[0], expected[1]) == expected  # type: ignore[arg-type] # files by path
    assert not (home / "published").exists()
    assert not (home / "outbox").exists()
    assert not (home / "landing").exists()
    (home / "cache").rename(home / "elsewhere")  # as on a machine that has read nothing yet
    for each in (home, alone):
        deliver(each, [correction])
    later = NOW + timedelta(days=1)
    run_plainly(context_of(alone, later), "second", pages=True)
    second = context_in(bucket, home, now=later)
    run_plainly(second, "second", pages=True)
    expected = in_home(alone)
    assert shared(second, expected[0], expected[1]) == expected  # type: ignore[arg-type] # files by path
    assert rows_of(home, _FIGURES) == rows_of(alone, _FIGURES)


@pytest.mark.parametrize(
    ("refused", "judged_by"),
    [
        ("landing/", "next"),
        ("published/.revisions/", "first"),
        ("published/2025-05/", "first"),
        ("published/.site/", "first"),
        ("published/.data/", "first"),
        ("outbox/", "first"),
    ],
)
def test_what_a_store_did_not_take_the_next_run_does(
    bucket: ObjectStoreServer, home: Path, alone: Path, refused: str, judged_by: str
) -> None:
    """A store that is busy for a whole run ends it with an error to try again; nothing is lost, nothing done twice."""
    context = context_in(bucket, home)
    bucket.answer_instead = lambda method, key: 503 if method == "PUT" and key.startswith(f"office/{refused}") else None
    with pytest.raises(TransientError, match="reduce your rate"):
        run_plainly(context, "first", pages=True)
    bucket.answer_instead = lambda _method, _key: None
    run_plainly(context_in(bucket, home), "next", pages=True)
    run_plainly(context_of(alone), judged_by, pages=True)
    expected = in_home(alone)
    assert shared(context, expected[0], expected[1]) == expected  # type: ignore[arg-type] # files by path
    assert rows_of(home, _FIGURES) == rows_of(alone, _FIGURES)


def test_pages_are_served_out_of_the_bucket(
    bucket: ObjectStoreServer, home: Path, first_files: list[SampleFile], catalog: Catalog
) -> None:
    """Site, revisions, data and the list of all files, with the headers of files of a folder; hidden names are not."""
    deliver(home, first_files)
    context = context_in(bucket, home)
    run_plainly(context, pages=True)
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
    with monkeypatch.context() as patch:
        patch.setattr(Publisher, "finish", lambda *_: [])
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

"""Nightly runs whose slices are done by Dask's workers: as by the run alone, whatever becomes of a worker."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from domain.catalog.catalog import Catalog, load_catalog
from domain.periods import parse_period
from flows.pipeline import publisher
from flows.pipeline.publisher import Publisher
from flows.service import slice_scheduler
from flows.support.catalog import open_catalog
from flows.support.private_files import replace_private
from flows.support.slices import reading
from flows.support.slices.credential import certificate_file, renew_certificate
from flows.support.slices.reading import ReadingBounds, read_slice
from flows.support.slices.runner import SliceRunner, open_runner
from tests.catalogs import changed_catalog
from tests.flows.pipeline.engine_processes import EngineProcesses, engine_processes
from tests.flows.pipeline.nightly_runs import context_of, deliver, picture_of, prepare_home, run_plainly, settings_of
from tests.flows.service.service_runner import until
from workbooks.sample.inbox import SampleFile, make_sample

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("engine")]
WORKBOOKS = 20


@pytest.fixture(scope="module")
def province(catalog: Catalog) -> list[SampleFile]:
    """Return workbooks of a province, of several districts."""
    return list(islice(make_sample(catalog, "58", [parse_period("2025-05")], seed=1), WORKBOOKS))


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path) -> Path:
    """Return the home whose engine all tests share; workbooks are delivered to it once."""
    return prepare_home(tmp_path_factory.mktemp("engine") / "home", mirrored_warehouse)


@pytest.fixture(scope="module")
def engine(shared_home: Path) -> Iterator[EngineProcesses]:
    """Return an engine of two workers on the shared home."""
    with engine_processes(shared_home, shared_home.parent, 2) as engine:
        engine.start("slices")
        log = shared_home.parent / "scheduler.log"
        until(lambda: log.read_text("utf-8").count("Register worker") == 2)
        yield engine


@pytest.fixture
def alone(tmp_path: Path, shared_home: Path, mirrored_warehouse: Path, province: list[SampleFile]) -> Path:
    """Return a second home; to both the same workbooks were delivered."""
    alone = prepare_home(tmp_path / "alone", mirrored_warehouse)
    for each in (alone, shared_home):
        deliver(each, province)
    return alone


def test_a_run_gives_slices_to_its_own_kind_only(
    engine: EngineProcesses, shared_home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In the middle of an upgrade a run with another catalogue than the workers' names these, and they do nothing."""
    settings = settings_of(shared_home, runner="engine", scheduler=engine.address)
    with open_runner(settings, open_catalog(settings)) as runner:
        assert runner
        assert runner.submit(read_slice, ReadingBounds.of(settings), ()).result(60) == ()
    assert not caplog.records
    with open_runner(settings, load_catalog(changed_catalog(tmp_path))) as runner:
        assert runner
        assert wait([runner.submit(read_slice, ReadingBounds.of(settings), ())], timeout=1).done == set()
    assert [record.args[1] for record in caplog.records if isinstance(record.args, tuple)] == ["catalog", "catalog"]


def test_a_certificate_renewed_meanwhile_is_read_again(
    engine: EngineProcesses, shared_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that starts while its scheduler starts again knows it by the new certificate."""
    settings = settings_of(shared_home, scheduler=engine.address)
    file, original = certificate_file(shared_home), slice_scheduler.security_of
    known = file.read_text("utf-8")
    renew_certificate(tmp_path)
    replace_private(file, "the one before")

    def renewing(home: Path) -> object:
        if file.read_text("utf-8") == known:
            return original(home)
        replace_private(file, known)
        return original(tmp_path)

    monkeypatch.setattr(slice_scheduler, "security_of", renewing)
    assert slice_scheduler.admitted_identity(settings, 10).resources


def test_another_landing_or_catalogue_is_refused(engine: EngineProcesses, tmp_path: Path) -> None:
    """Workers that see other files or judge by another catalogue do not start, and say why."""
    code, message = engine.refusal(TONGHOP_HOME=str(tmp_path / "elsewhere"))
    assert (code, "does not see the others' landing" in message) == (3, True)
    code, message = engine.refusal(TONGHOP_CATALOG=str(changed_catalog(tmp_path)))
    assert (code, "for: catalogue. It" in message) == (3, True)


def test_a_killed_worker_changes_nothing(
    engine: EngineProcesses, shared_home: Path, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With workers that read and publish, one killed in each, all is as by the run alone, and files equal in bytes."""
    monkeypatch.setattr(publisher, "AREAS_PER_STEP", 2)
    monkeypatch.setattr(publisher, "_AREAS_AT_ONCE", 1)
    for pages in ("begin_pages", "finish_site"):
        monkeypatch.setattr(Publisher, pages, lambda _publisher: None)
    run_plainly(context_of(alone), pages=True)
    done = _killing(engine, monkeypatch)
    run_plainly(context_of(shared_home, runner="engine", scheduler=engine.address, slice_files=5), pages=True)
    assert done == {"read_slice", "write_slice"}
    assert picture_of(shared_home) == picture_of(alone)
    assert _bytes_of(shared_home) == _bytes_of(alone)


def _killing(engine: EngineProcesses, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Wait for the first slice of each kind that a worker did, and kill a worker then; return the kinds."""
    futures: dict[str, list[Future[Any]]] = {"read_slice": [], "write_slice": []}
    done: set[str] = set()

    def submit(self: SliceRunner, work: Callable[..., Any], *arguments: object) -> Future[Any]:
        future: Future[Any] = original(self, work, *arguments)
        futures[work.__name__].append(future)
        return future

    def kill_after_first(kind: str) -> None:
        if kind not in done and futures[kind]:
            finished, _ = wait(futures[kind], timeout=60, return_when=FIRST_COMPLETED)
            assert [future for future in finished if not future.exception()], "no worker did a slice"
            done.add(kind)
            engine.kill_worker()

    def result_of(future: Future[Any]) -> object:
        kill_after_first("read_slice")
        return taken(future)

    def finish(self: Publisher, refs: list[Any]) -> list[Any]:
        kill_after_first("write_slice")
        return finished(self, refs)

    original, taken, finished = SliceRunner.submit, reading.result_of, Publisher.finish
    monkeypatch.setattr(SliceRunner, "submit", submit)
    monkeypatch.setattr(reading, "result_of", result_of)
    monkeypatch.setattr(Publisher, "finish", finish)
    return done


def _bytes_of(home: Path) -> dict[str, bytes]:
    folders = (home / "published" / ".revisions", home / "outbox")
    paths = (path for folder in folders for path in folder.rglob("[!.]*") if path.is_file())
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in paths}

"""Scheduler and workers replaced by those of another catalogue while a run goes on: no run mixes the two."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from typing import Any

import pytest

from domain.catalog.catalog import load_catalog
from domain.periods import parse_period
from flows.support.slices import reading
from flows.support.slices.reading import ReadingBounds, read_slice
from flows.support.slices.runner import SliceRunner, open_runner
from tests.catalogs import changed_catalog, small_catalog
from tests.flows.pipeline.engine_processes import EngineProcesses, engine_processes
from tests.flows.pipeline.nightly_runs import (
    context_of,
    deliver,
    picture_of,
    prepare_home,
    rows_of,
    run_plainly,
    settings_of,
)
from tests.flows.service.service_runner import until
from workbooks.sample.inbox import make_sample

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("scale")]
WORKBOOKS = 40


@pytest.fixture
def alone(tmp_path: Path, mirrored_warehouse: Path, home: Path) -> Path:
    """Return a second home; to both the same workbooks of a province were delivered."""
    alone = prepare_home(tmp_path / "alone", mirrored_warehouse)
    files = list(make_sample(load_catalog(small_catalog()), "58", [parse_period("2025-05")], seed=1))[:WORKBOOKS]
    for each in (alone, home):
        deliver(each, files)
    return alone


@pytest.fixture
def engine(home: Path, tmp_path: Path) -> Iterator[EngineProcesses]:
    """Return an engine of a worker on the home."""
    with engine_processes(home, tmp_path, 1) as engine:
        engine.start("slices")
        until(lambda: len(engine.workers()) == 1)
        yield engine


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """Return the folder of the catalogue after the upgrade."""
    return changed_catalog(tmp_path)


def test_a_run_ends_by_the_catalogue_that_it_began_with(
    engine: EngineProcesses, home: Path, alone: Path, next_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its worker did before the upgrade counts; the new one does nothing for it, but slices of the next run."""
    run_plainly(context_of(alone))
    settings = settings_of(home, runner="engine", scheduler=engine.address, slice_files=4)
    done = _upgrading(engine, next_version, monkeypatch)
    run_plainly(context_of(home, runner="engine", scheduler=engine.address, slice_files=4))
    assert set(done) == {True, False}
    assert picture_of(home) == picture_of(alone)
    used = "SELECT catalog_version FROM run UNION SELECT catalog_version FROM rollup_revision"
    assert rows_of(home, used) == [(load_catalog(small_catalog()).version,)]
    with open_runner(settings, load_catalog(next_version)) as runner:
        assert runner
        assert runner.submit(read_slice, ReadingBounds.of(settings), ()).result(60) == ()


def _upgrading(engine: EngineProcesses, next_version: Path, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Replace the scheduler and add a worker, once the first slice was read; return of which slices results came."""
    futures: list[Future[Any]] = []
    done: list[bool] = []

    def submit(self: SliceRunner, work: Callable[..., Any], *arguments: object) -> Future[Any]:
        future: Future[Any] = original(self, work, *arguments)
        futures.append(future)
        return future

    def result_of(future: Future[Any]) -> object:
        if not done:
            wait(futures, timeout=60, return_when=FIRST_COMPLETED)
            (worker,) = engine.workers()
            worker.suspend()  # or it would have done all of them before its scheduler is gone
            engine.replace(TONGHOP_CATALOG=str(next_version))
            worker.resume()
        result = taken(future)
        done.append(result is not None)
        return result

    original, taken = SliceRunner.submit, reading.result_of
    monkeypatch.setattr(SliceRunner, "submit", submit)
    monkeypatch.setattr(reading, "result_of", result_of)
    return done

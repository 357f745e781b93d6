"""Publishing by a process of its own: the same files, and the run makes good what that process cannot."""

import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from domain.periods import parse_period
from domain.rollups import Boundary
from flows.actions import publish_on_demand
from flows.pipeline import publisher
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.publisher import Publisher
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.publish import to_publish
from flows.pipeline.steps import PlainSteps
from flows.support.area_figures import FiguresRequest
from flows.support.context import AppContext
from publishing.errors import PublicationRefusedError
from tests.flows.pipeline.nightly_runs import context_of, deliver, published_rows, rows_of, run_plainly
from warehouse.queries import RevisionRef
from workbooks.sample.inbox import SampleFile

pytestmark = pytest.mark.services


@pytest.fixture(scope="module", autouse=True)
def only_figures_are_published() -> None:
    """Publish all files: this is about who writes them."""


@pytest.fixture
def unpublished(home: Path, first_files: tuple[SampleFile, ...]) -> Iterator[AppContext]:
    """Return a home whose only revision is computed and not published, and where one area is worth a process."""
    deliver(home, first_files[:1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Publisher, "finish", lambda *_: [])
        run_plainly(context_of(home))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publisher, "AREAS_PER_STEP", 1)
        yield context_of(home)


@pytest.fixture
def quick_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork the process that writes, which imports nothing then; that it imports what it needs is tested once."""
    monkeypatch.setattr(publisher, "LightContext", partial(multiprocessing.get_context, "fork"))


def publish(context: AppContext) -> Path:
    """Publish what is due and return where."""
    with Publisher(context) as writer:
        writer.add(to_publish(context, RunScope()))
        (batch,) = writer.batches()
        (written,) = writer.finish(batch)
    return Path(written.path)


def test_a_process_writes_beside_the_run(unpublished: AppContext, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes all files without the run, which records them."""
    monkeypatch.setattr(publisher, "write", die)
    written = publish(unpublished)
    assert {"rollup.csv", "rollup.xlsx", "report.html"} <= {path.name for path in written.iterdir()}
    assert rows_of(home, "SELECT count(*) FROM publication") == [(1,)]
    assert to_publish(unpublished, RunScope()) == ()


@pytest.mark.parametrize(("areas", "processes"), [(0, 0), (1, 1)])
def test_the_process_starts_before_areas_are_rolled_up(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, areas: int, processes: int
) -> None:
    """It opens catalogue and warehouse while reports are judged, where as many areas are to change as are worth it."""
    monkeypatch.setattr(publisher, "AREAS_PER_STEP", 1)
    before = set(multiprocessing.active_children())
    with Publisher(context_of(after_night)) as writer:
        writer.expect(areas)
        assert len(set(multiprocessing.active_children()) - before) == processes


def test_pages_of_a_large_area_that_a_person_publishes_are_made_by_processes(
    after_night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data files and site have it, and the run's own process made neither."""
    monkeypatch.setattr(publish_on_demand, "MOST_UNITS_LISTED", 1)
    for name in ("make_data", "render_site"):
        monkeypatch.setattr(publisher, name, lambda *_, name=name: pytest.fail(name))
    run = Run(context_of(after_night), RunScope(), PlainSteps("publish", delays=()), NoProgress())
    publish_on_demand.publish_on_demand(run, FiguresRequest("58", "cds_x_t", parse_period("2025-05"), Boundary.AS_THEN))
    rollups = (after_night / "published" / "data" / "rollup" / "period=2025-05" / "rollup_2025-05.csv").read_text()
    assert ",58," in rollups
    assert (after_night / "published" / "site" / "2025-05" / "58" / "index.vi.html").is_file()


@pytest.mark.usefixtures("quick_process")
def test_the_run_writes_what_the_process_did_not_begin(
    unpublished: AppContext, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the process is busy with what it began before, the run takes over what waits behind that."""
    taken: list[str] = []

    def note(*work: object) -> list[None]:
        refs = cast("list[RevisionRef]", work[-1])
        taken.extend(each.area for each in refs)
        return [None] * len(refs)

    monkeypatch.setattr(publisher, "_AREAS_AT_ONCE", 1)
    monkeypatch.setattr(publisher, "write_together", note)
    with Publisher(unpublished) as writer:
        (ref,) = to_publish(unpublished, RunScope())
        writer.add([ref, *(replace(ref, area=f"unknown {number}") for number in range(8))])
        writer.finish(writer.batches()[0])
    assert taken[0] == "unknown 7"
    assert ref.area not in taken
    assert published_rows(home)


@pytest.mark.usefixtures("quick_process")
@pytest.mark.parametrize(
    "dying",
    [("make_data", "render_site"), ("make_data_files",), ("render_pages",)],
    ids=["the run's own", "data of the process", "site of the process"],
)
def test_pages_are_made_beside_the_run(
    unpublished: AppContext, home: Path, monkeypatch: pytest.MonkeyPatch, dying: tuple[str, ...]
) -> None:
    """The process makes data files and site of what is recorded; the run makes what a process that died left."""
    for name in dying:
        monkeypatch.setattr(publisher, name, die)
    with Publisher(unpublished) as writer:
        writer.add(to_publish(unpublished, RunScope()))
        (batch,) = writer.batches()
        writer.finish(batch)
        writer.begin_pages()
        writer.finish_data()
        writer.finish_site()
    assert (home / "published" / "data").exists()
    assert (home / "published" / "site" / "search.vi.html").exists()


@pytest.mark.usefixtures("quick_process")
@pytest.mark.parametrize("fault", ["write_all", "get_ready"])
def test_the_run_writes_what_a_process_left(
    unpublished: AppContext, home: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """A process that ends by itself, at its start or at work, leaves nothing unpublished."""
    monkeypatch.setattr(publisher, fault, die)
    publish(unpublished)
    assert published_rows(home)


@pytest.mark.usefixtures("quick_process")
def test_the_run_meets_the_error_of_what_cannot_be_written(unpublished: AppContext, home: Path) -> None:
    """A folder that cannot be written is the run's own error, with its remedy."""
    (home / "published").write_text("a file in the place of the folder")
    with pytest.raises(PublicationRefusedError):
        publish(unpublished)


def die(*_: object) -> None:
    """End the process that carries this out."""
    os._exit(9)

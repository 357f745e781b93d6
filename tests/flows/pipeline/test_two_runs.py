"""Two runs at once on one warehouse: one does the work, the other waits and then has nothing to do."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.output.terminal import Terminal
from cli.running import ProgressBars
from domain.catalog.catalog import Catalog
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import context_of, deliver, published_rows, run_plainly
from warehouse.store.engine import Engine
from warehouse.store.run_lock import Holder, RunInProgressError, only_run, this_process
from workbooks.sample.inbox import SampleFile

ROOT = Path(__file__).parents[3]
NOW = datetime(2025, 6, 2, 18, 0, tzinfo=UTC)


def start_night(warm: Path, home: Path, url: str, run_id: str) -> subprocess.Popen[str]:
    """Start a nightly run in a process of its own."""
    words = [str(warm / "python"), "-m", "tests.flows.pipeline.nightly_runner", str(home), url, run_id]
    return subprocess.Popen(words, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, text=True)


@pytest.mark.xdist_group("prefect")  # where `warm` is started
def test_two_runs_at_once_do_the_work_once(
    tmp_path: Path, warehouse_url: str, first_files: tuple[SampleFile, ...], warm: Path
) -> None:
    """Of two processes one judges and publishes everything; together they leave what one alone leaves."""
    alone, together = tmp_path / "alone", tmp_path / "together"
    for home in (alone, together):
        deliver(home, first_files[:3])
    run_plainly(context_of(alone))
    processes = [start_night(warm, together, warehouse_url, run_id) for run_id in ("one", "two")]
    counts = [json.loads(run.communicate()[0]) for run in processes]
    assert [run.returncode for run in processes] == [0, 0]
    assert sorted((count["judged"], count["published"]) for count in counts) == [(0, 0), (3, 1)]
    figures = [
        {name: {**row, "run_id": "", "published_at": ""} for name, row in published_rows(home).items()}
        for home in (alone, together)
    ]
    assert figures[0] == figures[1]


def test_run_that_may_not_wait_does_nothing(home: Path, first_files: tuple[SampleFile, ...]) -> None:
    """It ends with a retriable error, before the inbox is read."""
    deliver(home, first_files[:1])
    context = context_of(home, wait_seconds=0)
    assert isinstance(context.engine, Engine)
    holder = this_process("first", "nightly", NOW)
    with only_run(context.engine, holder, wait=0, on_wait=lambda _: None), pytest.raises(RunInProgressError):
        run_plainly(context, "second")
    assert not (home / "landing").exists()
    assert run_plainly(context, "third").counts["judged"] == 1


@pytest.mark.parametrize("holder", [Holder("first", "nightly", "máy chủ", 4711, NOW), None])
def test_waiting_run_names_the_run_in_progress(
    catalog: Catalog, capsys: pytest.CaptureFixture[str], holder: Holder | None
) -> None:
    """Run, process and machine are named where they are known."""
    bars = ProgressBars(Terminal(catalog, "en"))
    bars.wait_for(holder)
    result = capsys.readouterr().out
    assert "Waiting for another run to end" in result
    assert ("nightly first" in result, "4711" in result) == (holder is not None, holder is not None)

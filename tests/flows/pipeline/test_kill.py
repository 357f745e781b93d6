"""A run that is killed at any moment is made good by the next one: same warehouse, same publications."""

import signal
from pathlib import Path

import pytest

from tests.flows.pipeline.kill_runner import PLACES, kill_run
from tests.flows.pipeline.nightly_runs import context_of, deliver, picture_of, prepare_home, rows_of, run_plainly
from workbooks.sample.inbox import SampleFile

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("kill")]


@pytest.fixture(scope="module")
def four_files(first_files: tuple[SampleFile, ...]) -> tuple[SampleFile, ...]:
    """Four communes' workbooks, the wrong one among them, so that there are several batches."""
    return first_files[3:7]


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path, four_files: tuple[SampleFile, ...]
) -> dict[str, object]:
    """Return the result of a run that was not killed."""
    home = prepare_home(tmp_path_factory.mktemp("undisturbed") / "home", mirrored_warehouse)
    deliver(home, four_files)
    run_plainly(context_of(home, batch_size=2))
    return picture_of(home)


@pytest.fixture(scope="module")
def killed_homes(
    tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path, four_files: tuple[SampleFile, ...]
) -> dict[str, Path]:
    """A home for each stage, left as it was when the process was killed right after that stage.

    Made after `undisturbed`: what a run imports, the forks then have already.
    """
    homes: dict[str, Path] = {}
    for stage in PLACES:
        homes[stage] = prepare_home(tmp_path_factory.mktemp(stage) / "home", mirrored_warehouse)
        deliver(homes[stage], four_files)
        assert kill_run(stage, homes[stage]) == -signal.SIGKILL, stage
    return homes


@pytest.mark.parametrize("stage", PLACES)
def test_the_next_run_makes_good(stage: str, undisturbed: dict[str, object], killed_homes: dict[str, Path]) -> None:
    """Killed right after a stage and run again, everything is as if nothing had happened."""
    home = killed_homes[stage]
    left_over = picture_of(home)
    run_plainly(context_of(home, batch_size=2), "again")
    assert left_over != undisturbed or stage == "record"  # the last one
    assert picture_of(home) == undisturbed


def test_a_killed_run_stays_visible(killed_homes: dict[str, Path]) -> None:
    """The record of a killed run shows that it never finished."""
    assert rows_of(killed_homes["load"], "SELECT finished_at FROM run WHERE run_id = 'killed'") == [(None,)]

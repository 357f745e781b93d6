"""Looking out by day: corrections are told from first reports, and a busy warehouse is left in peace."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from domain.periods import parse_period
from flows.actions.find_corrections import Correction, CorrectionSearch, find_corrections
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from tests.flows.pipeline.nightly_runs import WRONG, context_of, deliver, immediate_steps, put, rows_of, run_plainly
from warehouse.store.run_lock import RunInProgressError, only_run, this_process
from workbooks.sample.inbox import SampleFile

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("runs_publish_figures")]

MAY = parse_period("2025-05")


def look(home: Path) -> CorrectionSearch:
    """One look at a home's inbox."""
    context = replace(context_of(home), wait_seconds=0)
    return find_corrections(Run(context, RunScope(), immediate_steps(str(uuid4())), NoProgress()))


def test_a_correction_of_a_refused_report(after_night: Path, correction: SampleFile) -> None:
    """A new workbook of a commune that was refused is a correction of that period."""
    deliver(after_night, [correction])
    assert look(after_night) == CorrectionSearch(1, (Correction(MAY, (WRONG,)),), ())


def test_correction_is_found_once(after_night: Path, correction: SampleFile) -> None:
    """The next daytime collection finds nothing new; the workbook waits for the rerun, which judges it."""
    deliver(after_night, [correction])
    look(after_night)
    assert look(after_night) == CorrectionSearch(0, (), ())
    assert len(run_plainly(context_of(after_night), "rerun", "2025-05", [WRONG]).verdicts) == 1


def test_first_report_is_no_correction(home: Path, first_files: tuple[SampleFile, ...]) -> None:
    """First reports are received and wait for the nightly run."""
    deliver(home, first_files[:2])
    assert look(home) == CorrectionSearch(2, (), ())
    assert len(run_plainly(context_of(home)).verdicts) == 2


def test_unreadable_file_is_no_correction(after_night: Path) -> None:
    """A file without known unit waits for the nightly run, which reports its issues."""
    put(after_night / "inbox" / "2025-05" / WRONG / "scan.xlsx", b"no workbook")
    assert look(after_night) == CorrectionSearch(1, (), ())


def test_nothing_new_leaves_no_record(after_night: Path) -> None:
    """A daytime collection without new files is not recorded as a run."""
    before = rows_of(after_night, "SELECT count(*) FROM run")
    look(after_night)
    assert rows_of(after_night, "SELECT count(*) FROM run") == before


def test_a_run_at_work_is_not_waited_for(after_night: Path, correction: SampleFile) -> None:
    """While another run works on the warehouse nothing is taken in."""
    deliver(after_night, [correction])
    context = context_of(after_night)
    with (
        only_run(context.engine, this_process("night", "nightly", context.clock()), wait=5, on_wait=lambda _: None),
        pytest.raises(RunInProgressError),
    ):
        look(after_night)

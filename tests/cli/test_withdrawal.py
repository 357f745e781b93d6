"""`tonghop withdraw`: a report is excluded or restored, and the changes are published at once."""

import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.errors import TransientError
from domain.periods import parse_period
from flows.actions import withdraw
from flows.actions.decide_held import HoldDecision, decide_held
from flows.actions.withdraw import WithdrawalResult, decide
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.support.context import AppContext
from tests.cli.command import live_in, tonghop
from tests.flows.pipeline.nightly_runs import (
    AREA,
    NOW,
    WRONG,
    context_of,
    picture_of,
    published_rows,
    put,
    rows_of,
    run_plainly,
)
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey
from workbooks.sample.inbox import SampleFile, make_sample

ROOT = Path(__file__).parent.parent.parent
MAY = parse_period("2025-05")
UNIT = "22813"
FORM = "cds_x_t"
WHY = DecisionReason("số liệu của tháng trước", "an.nguyen")

pytestmark = [pytest.mark.xdist_group("withdrawal"), pytest.mark.usefixtures("runs_publish_figures")]


@pytest.fixture(scope="module")
def other_figures(catalog: Catalog) -> SampleFile:
    """Make another workbook of the same commune and month, with other figures."""
    files = make_sample(catalog, AREA, [MAY], seed=2, defects=0)
    return next(file for file in files if UNIT in file.path.name)


@pytest.fixture(scope="module")
def two_versions_home(tmp_path_factory: pytest.TempPathFactory, night_home: Path, other_figures: SampleFile) -> Path:
    """Make a home in which one commune's second version was accepted; it is never written to."""
    home = shutil.copytree(night_home, tmp_path_factory.mktemp("two-versions") / "home", symlinks=True)
    put(home / "inbox" / "sua" / other_figures.path.name, other_figures.data)
    context = context_of(home)
    (submission,) = run_plainly(context, "second").verdicts
    assert [issue.code for issue in submission.holds] == ["every_flow_moved"]
    run = Run(context, RunScope(MAY), PlainSteps("release", delays=()), NoProgress())
    (released,) = decide_held(run, HoldDecision.RELEASE, report_key(context), WHY).outcome.verdicts
    assert released.accepted
    context.engine.dispose()
    return home


@pytest.fixture
def two_versions(tmp_path: Path, two_versions_home: Path) -> Path:
    """Copy the home with two versions."""
    return Path(shutil.copytree(two_versions_home, tmp_path / "home", symlinks=True))


def report_key(context: AppContext) -> ReportKey:
    """Return the key of the commune's report."""
    return ReportKey(context.catalog.units.get(UNIT, context.catalog.forms.last_day(FORM, MAY)).key, FORM, MAY)


def decided(home: Path, kind: str = "withdraw", run_id: str = "decision") -> WithdrawalResult:
    """Withdraw or restore the commune's report."""
    context = context_of(home)
    run = Run(context, RunScope(MAY), PlainSteps(run_id, delays=()), NoProgress())
    return decide(run, kind, report_key(context), WHY)


def figures(home: Path) -> dict[str, str]:
    """Return the published numerators by indicator."""
    return {indicator: row["numerator"] for indicator, row in published_rows(home).items()}


def test_figures_are_those_of_the_previous_version(two_versions: Path) -> None:
    """Withdrawing publishes the previous figures as a revision with its changes; restoring undoes it."""
    second = figures(two_versions)
    (published,) = decided(two_versions).outcome.given
    first = figures(two_versions)
    assert first != second
    assert (published.area, published.revision) == (AREA, 3)
    moved = {change.indicator for change in published.changes if change.column == "numerator"}
    assert moved == {indicator for indicator in first if first[indicator] != second[indicator]}
    decided(two_versions, "restore", "again")
    assert figures(two_versions) == second


def test_a_decision_is_recorded_as_a_run(two_versions: Path) -> None:
    """Its record has the reason and what was published."""
    decided(two_versions)
    ((kind, reason, finished),) = rows_of(
        two_versions, "SELECT kind, reason, finished_at IS NOT NULL FROM run WHERE run_id = 'decision'"
    )
    assert (kind, reason, finished) == ("withdraw", WHY.note, 1)


def test_failed_publishing_is_repeated_by_the_next_run(two_versions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision is kept if publishing fails; the next nightly run publishes it."""

    def fail(_run: Run) -> None:
        raise TransientError

    before = figures(two_versions)
    with monkeypatch.context() as patch:
        patch.setattr(withdraw, "publish_changes", fail)
        with pytest.raises(TransientError):
            decided(two_versions)
    assert figures(two_versions) == before
    (published,) = run_plainly(context_of(two_versions), "night-after").given
    assert published.revision == 3


def test_a_withdrawn_file_delivered_again_is_held(two_versions: Path, other_figures: SampleFile) -> None:
    """A withdrawn workbook that is delivered again counts only when a person releases it."""
    decided(two_versions)
    put(two_versions / "inbox" / "lan nua" / "bao cao.xlsx", other_figures.data)
    outcome = run_plainly(context_of(two_versions), "third")
    assert [[issue.code for issue in submission.holds] for submission in outcome.verdicts] == [["withdrawn_before"]]
    assert outcome.given == ()


def test_an_earlier_file_that_is_touched_is_reported(two_versions: Path, first_files: tuple[SampleFile, ...]) -> None:
    """The later version still counts, and the run says how to return to the earlier one."""
    first = next(file for file in first_files if UNIT in file.path.name)
    put(two_versions / "inbox" / first.path, first.data, NOW + timedelta(days=1))
    outcome = run_plainly(context_of(two_versions), "third")
    assert (outcome.outdated, outcome.withdrawn, outcome.given) == ((first.path.name,), (), ())


def run_command(home: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run a command in English in a home and return its exit code."""
    live_in(home, monkeypatch, TONGHOP_LANG="en")
    return tonghop(monkeypatch, *arguments)


def test_the_command_shows_what_counts_now(
    after_correction: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """If only a refused version is left, the commune is missing, and the command shows this and the revision."""
    arguments = ["withdraw", "--unit", WRONG, "--period", "2025-05", "--reason", "wrong month", "--by", "an"]
    assert run_command(after_correction, monkeypatch, *arguments) == 0
    printed = capsys.readouterr().out
    assert "Withdrew version 2" in printed
    assert f"No version counts any more: {WRONG} Xã Ma Nới is missing now" in printed
    assert "Version 1: refused" in printed
    assert "revision 3: partial" in printed
    assert rows_of(after_correction, "SELECT actor, note FROM submission_event WHERE to_state = 'withdrawn'") == [
        ("an", "wrong month")
    ]
    assert run_command(after_correction, monkeypatch, *arguments) == 2
    assert "version 2 is withdrawn" in capsys.readouterr().err


def test_during_another_run_the_command_ends_with_3(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the run that holds the lock, and nothing changes."""
    before = picture_of(after_night)
    holder = [
        sys.executable,
        "-m",
        "tests.warehouse.store.lock_runner",
        f"sqlite:///{after_night / 'warehouse.db'}",
        "first",
    ]
    with subprocess.Popen(holder, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        arguments = ["withdraw", "--unit", UNIT, "--period", "2025-05", "--reason", "x", "--wait", "0"]
        assert run_command(after_night, monkeypatch, *arguments) == 3
        process.kill()
    assert "nightly first" in capsys.readouterr().err
    assert picture_of(after_night) == before

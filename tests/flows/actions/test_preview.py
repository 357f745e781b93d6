"""A preview says what a rerun would do, and leaves nothing behind on either engine."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from domain.errors import UsageError
from domain.periods import parse_period
from expectations.errors import RuleBrokenError
from flows.actions.preview import Preview, preview
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.support.context import AppContext
from tests.cli.command import live_in, tonghop
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import AREA, WRONG, context_of, deliver, published_rows, put, run_plainly
from tests.tools.warm_commands import KILLED
from warehouse.models import Base
from warehouse.store.engine import Engine, reading
from workbooks.sample.inbox import SampleFile

pytestmark = pytest.mark.usefixtures("runs_publish_figures")

First = tuple[SampleFile, ...]
MAY = parse_period("2025-05")
ROOT = Path(__file__).parents[3]


def contents(context: AppContext, home: Path) -> dict[str, object]:
    """Every row of every table, and every file under the home but the database's own."""
    assert isinstance(context.engine, Engine)
    assert set(Base.metadata.tables) <= set(inspect(context.engine).get_table_names())
    with reading(context.engine) as session:
        rows: dict[str, object] = {
            name: sorted(str(row) for row in session.execute(select(table)))
            for name, table in Base.metadata.tables.items()
        }
    files = {
        str(path.relative_to(home)): path.readlink() if path.is_symlink() else sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if not path.name.startswith("warehouse.db") and (path.is_symlink() or path.is_file())
    }
    return rows | files


def tried(context: AppContext, *files: Path, units: tuple[str, ...] = (WRONG,)) -> Preview:
    """A preview of a rerun."""
    return preview(context, RunScope(MAY, frozenset(units)), NoProgress(), files)


def test_preview_equals_the_rerun(
    tmp_path: Path, warehouse_url: str, first_files: First, correction: SampleFile
) -> None:
    """The preview of a correction has the outcome and changed figures of the rerun; nothing is kept in between."""
    home = tmp_path / "home"
    deliver(home, first_files)
    context = context_of(home, warehouse_url=warehouse_url)
    run_plainly(context)
    put(tmp_path / "sua.xlsx", correction.data)
    before = contents(context, home)
    preview_result = tried(context, tmp_path / "sua.xlsx").outcome
    assert contents(context, home) == before
    deliver(home, [correction])
    done = run_plainly(context, "rerun", "2025-05", [WRONG])
    assert [
        (submission_outcome.label, submission_outcome.accepted, submission_outcome.issues)
        for submission_outcome in preview_result.verdicts
    ] == [(other_verdict.label, other_verdict.accepted, other_verdict.issues) for other_verdict in done.verdicts]
    assert [
        (published.area, published.period, published.revision, published.changes) for published in preview_result.given
    ] == [
        (other_published.area, other_published.period, other_published.revision, other_published.changes)
        for other_published in done.given
    ]
    assert any(change.column == "value" for change in done.given[0].changes)


def test_inbox_is_previewed(after_night: Path, correction: SampleFile) -> None:
    """Without named files the preview reads the inbox, and the file stays pending there."""
    deliver(after_night, [correction])
    context = context_of(after_night)
    before = contents(context, after_night)
    (result,) = tried(context).outcome.given
    assert (result.area, result.revision, result.is_partial) == (AREA, 2, False)
    assert contents(context, after_night) == before


def test_landed_submissions_are_previewed_from_the_landing(home: Path, first_files: First) -> None:
    """Pending submissions of the warehouse are read from the real landing."""
    deliver(home, first_files)
    context = context_of(home)
    run_plainly(context, "one", "2025-05", ["22813"])
    before = contents(context, home)
    (submission_outcome,) = tried(context, units=("22816",)).outcome.verdicts
    assert (submission_outcome.label.partition(" ")[0], submission_outcome.accepted) == ("22816", True)
    assert contents(context, home) == before


def test_refusal_is_previewed_with_its_cells(after_night: Path, first_files: First, tmp_path: Path) -> None:
    """A file that would be refused is shown with its issues, and moves nothing."""
    wrong = next(file for file in first_files if WRONG in file.path.name)
    put(tmp_path / "hong.xlsx", wrong.data[:-1] + b"\x00")
    outcome = tried(context_of(after_night), tmp_path / "hong.xlsx", units=()).outcome
    assert (len(outcome.refused), outcome.given) == (1, ())
    assert outcome.refused[0].faults


def test_a_file_that_is_known_already_would_be_a_version(after_night: Path, first_files: First, tmp_path: Path) -> None:
    """The bytes of an accepted report, sent once more, are judged once more and move no figure."""
    put(tmp_path / "22813.xlsx", next(file for file in first_files if "22813" in file.path.name).data)
    result = tried(context_of(after_night), tmp_path / "22813.xlsx", units=("22813",))
    assert [submission.accepted for submission in result.outcome.verdicts] == [True]
    assert (result.unjudged, result.outcome.given) == ((), ())


def test_a_file_of_another_unit_would_wait(after_night: Path, correction: SampleFile, tmp_path: Path) -> None:
    """A file of another commune than the requested one is reported as not judged."""
    put(tmp_path / "sua.xlsx", correction.data)
    (result,) = tried(context_of(after_night), tmp_path / "sua.xlsx", units=("22813",)).unjudged
    assert result.waits


@pytest.mark.parametrize("name", ["not there.xlsx", "~$lock.xlsx"])
def test_a_file_that_no_run_would_take_is_wrong_usage(after_night: Path, tmp_path: Path, name: str) -> None:
    """A missing file, and Excel's lock file, are refused at once; nothing is kept."""
    if name.startswith("~"):
        put(tmp_path / name, b"lock")
    context = context_of(after_night)
    before = contents(context, after_night)
    with pytest.raises(UsageError, match=r"not there|lock files"):
        tried(context, tmp_path / name)
    assert contents(context, after_night) == before


def test_a_preview_that_fails_leaves_nothing(
    tmp_path: Path,
    warehouse_url: str,
    first_files: First,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A rule that breaks in the middle of a preview leaves neither rows nor staged rows nor files."""
    home = tmp_path / "home"
    deliver(home, first_files[:2])
    context = context_of(home, warehouse_url=warehouse_url)
    run_plainly(context, "empty", "2025-04")
    before = contents(context, home)

    def broken(*_: object, **__: object) -> None:
        raise RuleBrokenError("rule", "reason")

    monkeypatch.setattr("flows.pipeline.stages.judge.check_rules", broken)
    with pytest.raises(RuleBrokenError):
        tried(context, units=())
    assert contents(context, home) == before


@pytest.mark.xdist_group("prefect")  # where `warm` is started
def test_a_preview_that_is_killed_leaves_nothing_after_the_next_run(
    tmp_path: Path, warehouse_url: str, first_files: First, warm: Path
) -> None:
    """A killed preview leaves only staged rows; the next run clears them without waiting."""
    home = tmp_path / "home"
    deliver(home, first_files[:1])
    context = context_of(home, warehouse_url=warehouse_url, wait_seconds=60)
    run_plainly(context)
    before = contents(context, home)
    deliver(home, first_files[1:2])
    words = [str(warm / "python"), "-m", "tests.flows.actions.preview_runner", str(home), warehouse_url]
    killed = subprocess.run(words, cwd=ROOT, env=clean_environment(TMPDIR=str(tmp_path)), check=False)
    assert killed.returncode == KILLED
    after = contents(context, home)
    assert {name for name in before if after[name] != before[name] and not name.startswith("stg_")} == {"run_holder"}
    run_plainly(context, "next", "2025-04")
    after = contents(context, home)
    assert {name for name in before if after[name] != before[name]} == {
        "run",
        "submission",
        "file",
        "delivery",
        "submission_event",
        "quality/submissions/.told",
    }


def run_command(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of a rerun of the wrong commune in a home, spoken in English."""
    live_in(home, monkeypatch, TONGHOP_LANG="en", TONGHOP_READING_WORKERS="0")
    return tonghop(monkeypatch, "rerun", "--period", "2025-05", "--unit", WRONG, *words)


def test_the_command_shows_what_would_move(
    after_night: Path,
    correction: SampleFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Verdict, revision and figures; what is published stays, and no server was started."""
    put(tmp_path / "sua.xlsx", correction.data)
    before = published_rows(after_night)
    assert run_command(after_night, monkeypatch, "--dry-run", "--file", str(tmp_path / "sua.xlsx")) == 0
    result = capsys.readouterr().out
    assert "Dry run: nothing was kept" in result
    assert f"{WRONG} Ma Nới, sua.xlsx: would be accepted." in result
    assert "revision 2: complete" in result
    assert published_rows(after_night) == before
    assert not (after_night / "prefect").exists()


def test_only_a_dry_run_takes_files_from_elsewhere(after_night: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rerun that stores its results judges delivered files only."""
    assert run_command(after_night, monkeypatch, "--file", "a.xlsx") == 2

"""A correction that needs an answer: held, told to sender and officer, and decided on by a person."""

import io
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from flows.actions.preview import preview
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from tests.builders import open_workbook
from tests.cli.command import live_in, tonghop
from tests.flows.pipeline.nightly_runs import (
    NOW,
    codes_of,
    context_of,
    published_rows,
    put,
    rows_of,
    run_plainly,
)
from workbooks.sample.inbox import SampleFile

UNIT = "22813"
BLANKED = ("D35", "E35")
FILE = f"BC_{UNIT}_sua.xlsx"


@pytest.fixture(scope="module")
def blanking(first_files: tuple[SampleFile, ...]) -> bytes:
    """The commune's accepted workbook with one line left blank."""
    first = next(file for file in first_files if UNIT in file.path.name)
    book = open_workbook(first.data)
    for cell in BLANKED:
        book["Biểu 01-T"][cell] = None
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory, night_home: Path, blanking: bytes) -> Path:
    """A home in which the correction was delivered, and is held, to be copied and never written to."""
    home = shutil.copytree(night_home, tmp_path_factory.mktemp("held") / "home", symlinks=True)
    put(home / "inbox" / "2025-05" / FILE, blanking, NOW)
    figures = published_rows(home)
    context = context_of(home, NOW + timedelta(days=1))
    outcome = run_plainly(context, "correction")
    context.engine.dispose()
    assert [submission.label for submission in outcome.held_reports] == ["22813 Lâm Sơn"]
    assert (outcome.refused, outcome.given) == ((), ())
    assert published_rows(home) == figures
    return home


@pytest.fixture
def held_home(tmp_path: Path, shared_home: Path) -> Path:
    """A home of the test's own in which the correction is held."""
    return shutil.copytree(shared_home, tmp_path / "home", symlinks=True)


def states(home: Path) -> list[tuple[object, ...]]:
    """States of the commune's versions."""
    return rows_of(home, f"SELECT state FROM submission WHERE unit_code = '{UNIT}' ORDER BY version")


def test_the_sender_is_told_which_cells_are_blank(held_home: Path) -> None:
    """A page and a note name the cells and what the version before had in them; nothing counts meanwhile."""
    assert "correction_blanks_figure" in codes_of(held_home, FILE)
    (note,) = (held_home / "outbox" / UNIT / "2025-05").glob("tra-loi.*.txt")
    text = note.read_text("utf-8-sig")
    assert "tạm giữ" in text
    for cell in BLANKED:
        assert f"[Biểu 01-T!{cell}]" in text


def test_a_preview_says_what_releasing_would_move(after_night: Path, blanking: bytes) -> None:
    """The figures of the preview are those with the correction; it says that a person has to decide first."""
    put(after_night / "later" / FILE, blanking)
    context = context_of(after_night)
    result = preview(context, RunScope(), NoProgress(), [after_night / "later" / FILE])
    (submission,) = result.outcome.verdicts
    assert (submission.is_held, submission.accepted) == (True, False)
    assert [change.indicator for published in result.outcome.given for change in published.changes]
    assert states(after_night) == [("accepted",)]


@pytest.mark.long
def test_a_person_releases_it(
    held_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list has it until the decision; then it counts, and the figures move at once."""
    live_in(held_home, monkeypatch, TONGHOP_LANG="en", TONGHOP_READING_WORKERS="0")
    assert tonghop(monkeypatch, "held", "list", "--json") == 1
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["unit"], listed["period"], listed["version"]) == (UNIT, "2025-05", 2)
    assert {issue["cell"] for issue in listed["issues"] if issue["severity"] == "hold"} == set(BLANKED)
    options = ("--unit", UNIT, "--period", "2025-05", "--reason", "confirmed by telephone", "--by", "an")
    before = published_rows(held_home)
    assert tonghop(monkeypatch, "held", "release", *options) == 0
    assert "Released version 2" in capsys.readouterr().out
    assert states(held_home) == [("superseded",), ("accepted",)]
    assert published_rows(held_home) != before
    assert tonghop(monkeypatch, "held", "list") == 0


def test_a_person_refuses_it(
    held_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes back with the person's reason; status and list show it no longer as held."""
    live_in(held_home, monkeypatch, TONGHOP_READING_WORKERS="0")
    assert tonghop(monkeypatch, "status", "--area", "585", "--period", "2025-05") in {0, 1}
    assert "đang tạm giữ" in capsys.readouterr().out
    options = ("--unit", UNIT, "--period", "2025-05", "--reason", "thiếu số liệu")
    assert tonghop(monkeypatch, "held", "refuse", *options) == 0
    assert states(held_home) == [("accepted",), ("quarantined",)]
    (note,) = (held_home / "outbox" / UNIT / "2025-05").glob("tra-lai.*.txt")
    assert "thiếu số liệu" in note.read_text("utf-8-sig")

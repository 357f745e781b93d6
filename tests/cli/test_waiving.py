"""Answers to warnings: commands, published notes, and a closed period with its bundle."""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from domain.submissions import Judgement
from flows.actions.verification import VerificationResult, verify
from flows.pipeline.outcome import RunOutcome
from tests.cli.command import live_in
from tests.cli.command import tonghop as command
from tests.flows.actions.test_close import shut
from tests.flows.pipeline.nightly_runs import (
    AREA,
    NOW,
    context_of,
    deliver,
    published_rows,
    put,
    rows_of,
    run_plainly,
    settings_of,
    without_pages,
)
from workbooks.sample.inbox import SampleFile

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("waiving")]

UNIT, RULE, INDICATOR = "22813", "team_size", "tcnscd_tv"
OPEN, CLOSED = "chưa được giải trình", "Cảnh báo đã được giải trình"
ANSWER = ["--unit", UNIT, "--period", "2025-05", "--reason", "two villages share a team", "--by", "an"]


@pytest.fixture(scope="session")
def warned_file(first_files: tuple[SampleFile, ...]) -> bytes:
    """Make one commune's workbook with a team so large that a rule warns."""
    (file,) = (file for file in first_files if UNIT in file.path.name)
    book = openpyxl.load_workbook(io.BytesIO(file.data))
    ((sheet, address),) = book.defined_names[f"TH.V.1.{INDICATOR}"].destinations
    book[sheet][address.replace("$", "")].value = 70
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


@pytest.fixture(scope="module", autouse=True)
def only_one_page_is_published() -> Iterator[None]:
    """Publish figures and the page that is looked at."""
    with without_pages("report.html"):
        yield


@dataclass(frozen=True)
class WarnedRun:
    """A home after a nightly run that warned of that workbook, never written to, and the run's outcome."""

    home: Path
    outcome: RunOutcome


@pytest.fixture(scope="module")
def warned_run(tmp_path_factory: pytest.TempPathFactory, night_home: Path, warned_file: bytes) -> WarnedRun:
    """Run a nightly run with that workbook after the first run."""
    home = shutil.copytree(night_home, tmp_path_factory.mktemp("warned") / "home", symlinks=True)
    put(home / "inbox" / "sua" / f"BC_{UNIT}.xlsx", warned_file)
    context = context_of(home)
    outcome = run_plainly(context, "second")
    context.engine.dispose()
    return WarnedRun(home, outcome)


@pytest.fixture
def warned_home(tmp_path: Path, warned_run: WarnedRun) -> Path:
    """Copy the home after that run."""
    return Path(shutil.copytree(warned_run.home, tmp_path / "home", symlinks=True))


@dataclass(frozen=True)
class CommandResult:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str


Command = Callable[..., CommandResult]


@pytest.fixture
def tonghop(warned_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that runs a command in English in the home, without wrapping lines."""
    monkeypatch.setenv("COLUMNS", "300")  # rich keeps the environment that it was imported in

    def run(*arguments: str) -> CommandResult:
        live_in(warned_home, monkeypatch, TONGHOP_LANG="en")
        code = command(monkeypatch, *arguments)
        printed = capsys.readouterr()
        return CommandResult(code, printed.out, " ".join(printed.err.split()))

    return run


def test_a_warned_report_is_counted_and_marked(warned_home: Path, warned_run: WarnedRun) -> None:
    """The outcome is accepted with warnings; the row counts it and notes the warning; the page shows it."""
    warned = warned_run.outcome
    (submission,) = warned.verdicts
    assert submission.judgement is Judgement.ACCEPTED_WITH_WARNINGS
    assert [warning.code for warning in submission.warnings] == [RULE]
    assert (warned.counts["accepted"], warned.counts["warned"], warned.counts["refused"]) == (1, 1, 0)
    rows = published_rows(warned_home)
    assert OPEN in rows[INDICATOR]["notes"]
    assert {name for name, row in rows.items() if OPEN in row["notes"]} == {INDICATOR}
    page = (warned_home / "published" / "2025-05" / AREA / "report.html").read_text(encoding="utf-8")
    assert "Warnings about these figures" in page
    assert "Not answered yet" in page


def test_an_answer_is_published_at_once(warned_home: Path, tonghop: Command) -> None:
    """Status shows the command; the answer makes a revision, and is on the page, in the row, status and explain."""
    where = ["--area", AREA, "--period", "2025-05"]
    printed = tonghop("status", *where).out
    assert "accepted with warnings (remarks: 1)" in printed
    assert f"tonghop waive {RULE} --unit {UNIT} --period 2025-05 --until YYYY-MM-DD" in printed
    answered = tonghop("waive", RULE, *ANSWER, "--until", "2030-12-31")
    assert answered.code == 0
    assert f"Answered {RULE} for {UNIT} Xã Lâm Sơn, 2025-05, until 31 Dec 2030" in answered.out
    assert "revision 3" in answered.out
    assert CLOSED in published_rows(warned_home)[INDICATOR]["notes"]
    for arguments in (["status", *where], ["explain", *where, "--indicator", INDICATOR]):
        assert f"Answered [{RULE}]: “two villages share a team” (an, until 31 Dec 2030)." in tonghop(*arguments).out
    page = (warned_home / "published" / "2025-05" / AREA / "report.html").read_text(encoding="utf-8")
    assert "two villages share a team" in page
    assert "Only the notes (units, warnings, answers)" in page


def test_answers_are_listed_and_revoked(warned_home: Path, tonghop: Command) -> None:
    """The list has author, reason, last day and status; after revoking, the page shows the warning again."""
    assert "Nothing was answered." in tonghop("waivers").out
    tonghop("waive", RULE, *ANSWER, "--until", "2030-12-31")
    assert "counts until 31 Dec 2030" in tonghop("waivers", "--period", "2025-05").out
    back = ["waive", RULE, "--unit", UNIT, "--period", "2025-05", "--take-back", "--reason", "wrong commune"]
    taken = tonghop(*back)
    assert taken.code == 0
    assert "The warning waits for an answer again." in taken.out
    assert OPEN in published_rows(warned_home)[INDICATOR]["notes"]
    (record,) = json.loads(tonghop("waivers", "--unit", UNIT, "--json").out)
    assert (record["standing"], record["waiver"]["by"], record["taken_back"]["reason"]) == (
        "taken_back",
        "an",
        "wrong commune",
    )
    again = tonghop(*back)
    assert (again.code, "no answer to team_size counts" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["no_such_rule", "--until", "2030-12-31"], "there is no rule no_such_rule"),
        ([RULE, "--until", "31/12/2030"], "write it as 2025-12-31"),
        ([RULE], "--until YYYY-MM-DD"),
        ([RULE, "--take-back", "--until", "2030-12-31"], "leave --until out"),
        (["stock_falls", "--until", "2030-12-31"], "it asks: team_size"),
    ],
)
def test_invalid_answers_are_refused_with_advice(
    arguments: list[str], reason: str, warned_home: Path, tonghop: Command
) -> None:
    """An unknown rule, a missing or malformed day, a rule without warning: nothing is stored, and advice is given."""
    result = tonghop("waive", *arguments, *ANSWER)
    assert (result.code, reason in result.err) == (2, True)
    assert rows_of(warned_home, "SELECT count(*) FROM waiver") == [(0,)]


@pytest.fixture
def answered(warned_home: Path, correction: SampleFile, tonghop: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a home in which May is complete and its only warning is answered until the end of June."""
    deliver(warned_home, [correction])
    run_plainly(context_of(warned_home, now=NOW + timedelta(hours=1)), "third")
    monkeypatch.setattr("flows.support.context.datetime", _Clock)
    assert tonghop("waive", RULE, *ANSWER, "--until", "2025-06-30").code == 0
    return warned_home


class _Clock:
    """The command's clock, the day after the runs of these tests."""

    moment = NOW + timedelta(days=1)

    @classmethod
    def now(cls, _zone: object) -> datetime:
        """Return a fixed moment."""
        return cls.moment


def test_answers_do_not_change_a_closed_month(
    answered: Path, tonghop: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bundle contains the answers and reproduces the bytes; after closing, answers and their end change no note."""
    closed = shut(answered)
    assert verify(closed.path, settings_of(tmp_path / "nowhere")).verdict is VerificationResult.EQUAL
    monkeypatch.setattr(_Clock, "moment", NOW + timedelta(days=4))
    before = published_rows(answered)
    assert CLOSED in before[INDICATOR]["notes"]
    result = tonghop("waive", RULE, "--unit", UNIT, "--period", "2025-05", "--take-back", "--reason", "x")
    assert (result.code, "was closed by an" in result.err) == (2, True)
    outcome = run_plainly(context_of(answered, now=NOW + timedelta(days=60)), "much later")
    assert (outcome.given, outcome.held) == ((), ())
    assert published_rows(answered) == before


def test_an_expired_answer_reopens_the_warning(answered: Path) -> None:
    """After the last day the next nightly run publishes, once, that the warning is unanswered."""
    (published,) = run_plainly(context_of(answered, now=NOW + timedelta(days=60)), "later").given
    assert {(change.indicator, change.column) for change in published.changes} == {(INDICATOR, "notes")}
    assert OPEN in published_rows(answered)[INDICATOR]["notes"]
    assert run_plainly(context_of(answered, now=NOW + timedelta(days=61)), "later still").is_idle

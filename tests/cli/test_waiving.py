"""From a warning at night to an answer on the page: the commands, a closed month, and the bundle that proves it."""

import io
import json
from collections.abc import Callable
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
)
from workbooks.sample.inbox import SampleFile

UNIT, RULE, ASKED = "22813", "team_size", "tcnscd_tv"
OPEN, CLOSED = "chưa được giải trình", "Cảnh báo đã được giải trình"
ANSWER = ["--unit", UNIT, "--period", "2025-05", "--reason", "two villages share a team", "--by", "an"]


@pytest.fixture(scope="session")
def warned_file(first_files: tuple[SampleFile, ...]) -> bytes:
    """One commune's workbook with a team so large that the rules ask."""
    (file,) = (file for file in first_files if UNIT in file.path.name)
    book = openpyxl.load_workbook(io.BytesIO(file.data))
    ((sheet, address),) = book.defined_names[f"TH.V.1.{ASKED}"].destinations
    book[sheet][address.replace("$", "")].value = 70
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


@pytest.fixture
def warned(after_night: Path, warned_file: bytes) -> RunOutcome:
    """The night that brought that workbook, into the home after the first night."""
    put(after_night / "inbox" / "sua" / f"BC_{UNIT}.xlsx", warned_file)
    return run_plainly(context_of(after_night), "second")


@dataclass(frozen=True)
class Told:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


Command = Callable[..., Told]


@pytest.fixture
def tonghop(after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in the home, spoken in English; lines are not wrapped in what it says."""
    monkeypatch.setenv("COLUMNS", "300")  # rich keeps the environment that it was imported in

    def run(*words: str) -> Told:
        live_in(after_night, monkeypatch, TONGHOP_LANG="en")
        code = command(monkeypatch, *words)
        result = capsys.readouterr()
        return Told(code, result.out, " ".join(result.err.split()))

    return run


def test_a_warned_report_is_counted_and_said_to_be(after_night: Path, warned: RunOutcome) -> None:
    """The run's outcome says accepted with warnings; the row counts it and notes the question; the page shows it."""
    (result,) = warned.verdicts
    assert result.judgement is Judgement.ACCEPTED_WITH_WARNINGS
    assert [warning.code for warning in result.warnings] == [RULE]
    assert (warned.counts["accepted"], warned.counts["warned"], warned.counts["refused"]) == (1, 1, 0)
    rows = published_rows(after_night)
    assert OPEN in rows[ASKED]["notes"]
    assert {name for name, row in rows.items() if OPEN in row["notes"]} == {ASKED}
    page = (after_night / "published" / "2025-05" / AREA / "report.html").read_text(encoding="utf-8")
    assert "Warnings about these figures" in page
    assert "Not answered yet" in page


def test_an_answer_is_published_at_once(after_night: Path, warned: RunOutcome, tonghop: Command) -> None:
    """Status tells how to answer; the answer makes a revision, and is on the page, in the row, status and explain."""
    assert warned.warned
    where = ["--area", AREA, "--period", "2025-05"]
    result = tonghop("status", *where).out
    assert "accepted with warnings (remarks: 1)" in result
    assert f"tonghop waive {RULE} --unit {UNIT} --period 2025-05 --until YYYY-MM-DD" in result
    answered = tonghop("waive", RULE, *ANSWER, "--until", "2030-12-31")
    assert answered.code == 0
    assert f"Answered {RULE} for {UNIT} Xã Lâm Sơn, 2025-05, until 31 Dec 2030" in answered.out
    assert "revision 3" in answered.out
    assert CLOSED in published_rows(after_night)[ASKED]["notes"]
    for words in (["status", *where], ["explain", *where, "--indicator", ASKED]):
        assert f"Answered [{RULE}]: “two villages share a team” (an, until 31 Dec 2030)." in tonghop(*words).out
    page = (after_night / "published" / "2025-05" / AREA / "report.html").read_text(encoding="utf-8")
    assert "two villages share a team" in page
    assert "Only the notes (units, warnings, answers)" in page


def test_answers_are_listed_and_taken_back(after_night: Path, warned: RunOutcome, tonghop: Command) -> None:
    """The list says who, why, until when and whether it counts; taken back, the page asks again."""
    assert warned.warned
    assert "Nothing was answered." in tonghop("waivers").out
    tonghop("waive", RULE, *ANSWER, "--until", "2030-12-31")
    assert "counts until 31 Dec 2030" in tonghop("waivers", "--period", "2025-05").out
    back = ["waive", RULE, "--unit", UNIT, "--period", "2025-05", "--take-back", "--reason", "wrong commune"]
    taken = tonghop(*back)
    assert taken.code == 0
    assert "The warning waits for an answer again." in taken.out
    assert OPEN in published_rows(after_night)[ASKED]["notes"]
    (result,) = json.loads(tonghop("waivers", "--unit", UNIT, "--json").out)
    assert (result["standing"], result["waiver"]["by"], result["taken_back"]["reason"]) == (
        "taken_back",
        "an",
        "wrong commune",
    )
    again = tonghop(*back)
    assert (again.code, "no answer to team_size counts" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["no_such_rule", "--until", "2030-12-31"], "there is no rule no_such_rule"),
        ([RULE, "--until", "31/12/2030"], "write it as 2025-12-31"),
        ([RULE], "--until YYYY-MM-DD"),
        ([RULE, "--take-back", "--until", "2030-12-31"], "leave --until out"),
        (["stock_falls", "--until", "2030-12-31"], "it asks: team_size"),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(
    words: list[str], reason: str, after_night: Path, warned: RunOutcome, tonghop: Command
) -> None:
    """An unknown rule, no day, another day's spelling, another rule: nothing is kept, and the way out is named."""
    assert warned.warned
    result = tonghop("waive", *words, *ANSWER)
    assert (result.code, reason in result.err) == (2, True)
    assert rows_of(after_night, "SELECT count(*) FROM waiver") == [(0,)]


@pytest.fixture
def answered(
    after_night: Path, warned: RunOutcome, correction: SampleFile, tonghop: Command, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The home in which May is complete and its one warning was answered until the end of June."""
    assert warned.warned
    deliver(after_night, [correction])
    run_plainly(context_of(after_night, now=NOW + timedelta(hours=1)), "third")
    monkeypatch.setattr("flows.support.context.datetime", _Clock)
    assert tonghop("waive", RULE, *ANSWER, "--until", "2025-06-30").code == 0
    return after_night


class _Clock:
    """The command's clock, the day after the nights of these tests."""

    @staticmethod
    def now(_zone: object) -> datetime:
        """The same moment always."""
        return NOW + timedelta(days=1)


def test_a_closed_months_questions_stand_still(answered: Path, tonghop: Command, tmp_path: Path) -> None:
    """The bundle carries what was answered and gives the same bytes; then neither answers nor their end move a note."""
    closed = shut(answered)
    assert verify(closed.path, settings_of(tmp_path / "nowhere")).verdict is VerificationResult.EQUAL
    before = published_rows(answered)
    assert CLOSED in before[ASKED]["notes"]
    result = tonghop("waive", RULE, "--unit", UNIT, "--period", "2025-05", "--take-back", "--reason", "x")
    assert (result.code, "was closed by an" in result.err) == (2, True)
    outcome = run_plainly(context_of(answered, now=NOW + timedelta(days=60)), "much later")
    assert (outcome.given, outcome.held) == ((), ())
    assert published_rows(answered) == before


def test_the_night_after_the_last_day_asks_again(answered: Path) -> None:
    """Though nothing arrived, the page says from then on that the warning is not answered; and once only."""
    (result,) = run_plainly(context_of(answered, now=NOW + timedelta(days=60)), "later").given
    assert {(change.indicator, change.column) for change in result.changes} == {(ASKED, "notes")}
    assert OPEN in published_rows(answered)[ASKED]["notes"]
    assert run_plainly(context_of(answered, now=NOW + timedelta(days=61)), "later still").is_idle

"""What a run shows of itself: the colour it ends in, and its words."""

from dataclasses import replace

import pytest

from domain.catalog import Catalog
from domain.issues import Issue, Severity
from flows.outcome import Outcome, Verdict
from flows.report import report
from flows.wording import ISSUES_NAMED, Wording

NOTHING = Outcome(run_id="run", verdicts=(), replaced=0, given=(), left=(), waiting=0)


def refused(faults: int) -> Verdict:
    """A submission that was refused for so many faults and asked about one thing more."""
    issues = [
        Issue("text_where_number", Severity.CRITICAL, "Biểu 01-T", f"E{row}", "nhiều", indicator="hsskdt")
        for row in range(10, 10 + faults)
    ]
    return Verdict(
        1, "a.xlsx", None, "2025-05", accepted=False, issues=(*issues, Issue("sheet_ignored", Severity.INFO))
    )


@pytest.fixture
def words(catalog: Catalog) -> Wording:
    """Words in English."""
    return Wording(catalog, "en")


def test_an_idle_run_is_green(words: Wording) -> None:
    """A run that finds nothing says so and is no cause for alarm."""
    state = report(NOTHING, words)
    assert (state.is_completed(), state.message) == (True, words.text("nothing_new"))


def test_what_could_not_be_collected_is_red(words: Wording) -> None:
    """A file that could not be read is seen by whoever watches for red."""
    state = report(replace(NOTHING, left=("a.xlsx cannot be read",)), words)
    assert state.is_failed()
    assert "not collected: 1" in str(state.message)


def test_a_refusal_names_its_first_faults(words: Wording) -> None:
    """A failed task run's message names some faults by cell and counts the rest; remarks are no faults."""
    lines = words.refusal(refused(ISSUES_NAMED + 3)).splitlines()
    assert len(lines) == ISSUES_NAMED + 1
    assert "E10" in lines[0]
    assert "3" in lines[-1]


def test_every_fault_is_named_when_they_are_few(words: Wording) -> None:
    """Nothing is counted as further when everything was named."""
    assert len(words.refusal(refused(2)).splitlines()) == 2


def test_a_submission_of_nobody_is_named_by_its_file(words: Wording) -> None:
    """Where the unit is unknown the file's name stands for it."""
    (row,) = words.table([refused(1)])
    assert row[words.text("column_who")] == "a.xlsx"

"""Stored reports judged again: refused ones may be accepted, accepted ones are told and never withdrawn by a run."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.running import SOME_REFUSED, exit_code
from domain.periods import parse_period
from flows.actions.preview import preview
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.pipeline import Run, carry_out
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.presentation.message_formatter import MessageFormatter
from flows.support.context import AppContext
from tests.catalogs import copy_small
from tests.flows.pipeline.nightly_runs import AREA, WRONG, context_of, deliver, put, rows_of, run_plainly
from workbooks.sample.inbox import SampleFile

pytestmark = pytest.mark.long

First = tuple[SampleFile, ...]
MAY = parse_period("2025-05")
STRICT, OTHER = "22813", "22816"
BOTH = RunScope(MAY, frozenset({STRICT, OTHER}))
STATES = "SELECT unit_code, state FROM submission WHERE unit_code IS NOT NULL ORDER BY unit_code"


def catalog_with(folder: Path, file: str, old: str, new: str) -> Path:
    """The small catalogue with one text of one of its files replaced."""
    root = copy_small(folder / "catalog")
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")
    return root


def rechecked(context: AppContext, run_id: str = "again", scope: RunScope = BOTH) -> RunOutcome:
    """A rerun that judges what is stored again."""
    return carry_out(Run(context, scope, PlainSteps(run_id, delays=()), NoProgress(), recheck=True), "rerun")


@pytest.fixture
def mended(home: Path, first_files: First, tmp_path: Path) -> AppContext:
    """Return a context in which a rule wrongly refused two communes, and was corrected since."""
    deliver(home, (file for file in first_files if any(code in file.path.name for code in (STRICT, OTHER))))
    catalog = catalog_with(tmp_path, "rules/numbers.yaml", "1000000", "10")
    assert len(run_plainly(context_of(home, catalog=catalog)).refused) == 2
    return context_of(home)


def test_a_refused_report_is_accepted_when_the_rule_was_wrong(mended: AppContext, home: Path) -> None:
    """Without any new file the commune's stored report is accepted and published; the other's stays refused."""
    outcome = rechecked(mended, scope=RunScope(MAY, frozenset({STRICT})))
    assert [
        (submission_outcome.label.split()[0], submission_outcome.accepted) for submission_outcome in outcome.verdicts
    ] == [(STRICT, True)]
    assert [published.area for published in outcome.given] == [AREA]
    assert rows_of(home, STATES) == [(STRICT, "accepted"), (OTHER, "quarantined")]


def test_without_recheck_stored_reports_are_left_alone(mended: AppContext) -> None:
    """A rerun that only takes what is new judges nothing again."""
    assert run_plainly(mended, "rerun", "2025-05", [STRICT]).verdicts == ()


def test_dry_run_previews_the_recheck(mended: AppContext, home: Path) -> None:
    """The preview has the outcome of the recheck, and keeps nothing."""
    about = "SELECT state, judgement, asked_again FROM submission ORDER BY id"
    before = rows_of(home, about)
    preview_result = preview(mended, BOTH, NoProgress(), recheck=True).outcome
    assert rows_of(home, about) == before
    done = rechecked(mended)
    assert len(done.verdicts) == 2
    assert [
        (submission_outcome.label, submission_outcome.accepted, submission_outcome.issues)
        for submission_outcome in preview_result.verdicts
    ] == [(other_verdict.label, other_verdict.accepted, other_verdict.issues) for other_verdict in done.verdicts]
    assert [published.changes for published in preview_result.given] == [
        other_published.changes for other_published in done.given
    ]


def test_report_refused_again_is_reported_again(after_night: Path) -> None:
    """Under the same rules it is refused once more, for the same reasons."""
    outcome = rechecked(context_of(after_night), scope=RunScope(MAY, frozenset({WRONG, STRICT})))
    assert [(submission_outcome.label, submission_outcome.accepted) for submission_outcome in outcome.verdicts] == [
        (f"{WRONG} Ma Nới", False)
    ]
    assert (outcome.given, outcome.doubted, outcome.rechecked) == ((), (), 1)
    judged = rows_of(after_night, f"SELECT judgement FROM submission WHERE unit_code = '{WRONG}'")
    assert judged == [(2,)]


@pytest.fixture
def stricter(after_night: Path, tmp_path: Path) -> AppContext:
    """Return a context whose present rules fail for every larger figure."""
    return context_of(after_night, catalog=catalog_with(tmp_path, "rules/numbers.yaml", "1000000", "10"))


def test_accepted_report_that_would_be_refused_today_is_reported_and_counts(
    stricter: AppContext, after_night: Path
) -> None:
    """It is named with today's faults; nothing is withdrawn, nothing published moves, nothing about it is recorded."""
    about = "SELECT s.state, s.judgement, count(i.code) FROM submission s LEFT JOIN issue i ON i.submission_id = s.id "
    before = rows_of(after_night, about + f"WHERE s.unit_code = '{STRICT}' GROUP BY s.id")
    outcome = rechecked(stricter, scope=RunScope(MAY, frozenset({STRICT})))
    (finding,) = outcome.doubted
    assert (finding.verdict.label.split()[0], finding.verdict.accepted, finding.changes) == (STRICT, False, 0)
    assert {fault.code for fault in finding.verdict.faults} == {"figure_too_large"}
    assert (outcome.verdicts, outcome.given, outcome.counts["doubted"]) == ((), (), 1)
    assert rows_of(after_night, about + f"WHERE s.unit_code = '{STRICT}' GROUP BY s.id") == before


def test_a_doubted_report_makes_the_run_red(stricter: AppContext) -> None:
    """A person has to decide, so the flow run is red and the command ends with 1."""
    outcome = rechecked(stricter, scope=RunScope(MAY, frozenset({STRICT})))
    words = MessageFormatter(stricter.catalog, "en")
    assert exit_code(outcome) == SOME_REFUSED
    assert "to be looked at: 1" in words.summary(outcome)
    (row,) = words.findings(outcome.doubted)
    assert row[words.text("column_who")].startswith(STRICT)
    assert "still counts" in row[words.text("column_doubt")]


def test_figures_read_otherwise_today_are_reported(after_night: Path) -> None:
    """Figures that the parser reads otherwise than accepted are counted; the stored ones stay."""
    with sqlite3.connect(after_night / "warehouse.db") as connection:
        connection.execute(
            "UPDATE observation SET numerator = numerator + 1000000 WHERE indicator = 'hsskdt' AND unit_code = ?",
            (STRICT,),
        )
    (finding,) = rechecked(context_of(after_night), scope=RunScope(MAY, frozenset({STRICT}))).doubted
    assert (finding.changes, finding.moved, finding.verdict.accepted) == (1, False, True)


def test_reports_that_still_pass_are_only_counted(after_night: Path) -> None:
    """An accepted report that today's rules accept, and that is read alike, is only counted."""
    outcome = rechecked(context_of(after_night), scope=RunScope(MAY, frozenset({STRICT})))
    assert (outcome.rechecked, outcome.doubted) == (1, ())
    assert exit_code(outcome) == 0


def test_an_early_report_is_accepted_once_its_period_is_over(home: Path, first_files: First) -> None:
    """A report refused before its period was over is accepted by a requested recheck, not by a nightly run."""
    file = next(first_file for first_file in first_files if STRICT in first_file.path.name)
    early = datetime(2025, 5, 13, 2, 0, tzinfo=UTC)
    put(home / "inbox" / file.path, file.data, early)
    assert [
        submission_outcome.accepted for submission_outcome in run_plainly(context_of(home, now=early), "early").verdicts
    ] == [False]
    assert run_plainly(context_of(home), "night").verdicts == ()
    assert [submission_outcome.accepted for submission_outcome in rechecked(context_of(home)).verdicts] == [True]


def test_an_older_version_is_not_judged_beside_the_one_that_counts(after_correction: Path) -> None:
    """Once a correction is accepted, the version refused before it stays what it was."""
    outcome = rechecked(context_of(after_correction), scope=RunScope(MAY, frozenset({WRONG})))
    assert (outcome.verdicts, outcome.rechecked, outcome.doubted) == ((), 1, ())


def test_two_files_of_one_moment_are_not_decided_by_a_recheck(
    home: Path, first_files: First, correction: SampleFile
) -> None:
    """A tie between two files stays undecided, whatever the rules."""
    wrong = next(first_file for first_file in first_files if WRONG in first_file.path.name)
    put(home / "inbox" / "2025-05" / "a.xlsx", wrong.data)
    put(home / "inbox" / "2025-05" / "b.xlsx", correction.data)
    assert len(run_plainly(context_of(home)).refused) == 2
    assert rechecked(context_of(home), scope=RunScope(MAY, frozenset({WRONG}))).verdicts == ()

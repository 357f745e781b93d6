"""What a run shows of itself: the colour it ends in, and its words."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from prefect.client.schemas.objects import State

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from domain.periods import parse_period
from flows.pipeline.outcome import RevalidationFinding, RunOutcome, SubmissionOutcome
from flows.presentation.failed_page import failed, key_of, page_of
from flows.presentation.links import Links
from flows.presentation.markdown import plain
from flows.presentation.message_formatter import ISSUES_NAMED, MessageFormatter
from flows.presentation.prefect_artifacts import TABLE, FailedTaskRun, Pace
from flows.presentation.run_report import RunReport
from flows.support.context import AppContext
from tests.flows.pipeline.nightly_runs import WRONG, context_of, run_plainly
from warehouse.queries import refusals
from warehouse.store.engine import reading

MAY = parse_period("2025-05")
NOTHING = RunOutcome("run")


def refused(faults: int) -> SubmissionOutcome:
    """A submission that was refused for so many faults and asked about one thing more."""
    issues = [
        Issue("text_where_number", Severity.CRITICAL, "Biểu 01-T", f"E{row}", "nhiều", indicator="hsskdt")
        for row in range(10, 10 + faults)
    ]
    return SubmissionOutcome(
        1, "a.xlsx", None, "2025-05", accepted=False, issues=(*issues, Issue("sheet_ignored", Severity.INFO))
    )


@pytest.fixture
def messages(catalog: Catalog) -> MessageFormatter:
    """Words in English."""
    return MessageFormatter(catalog, "en")


def ended(outcome: RunOutcome, messages: MessageFormatter, context: AppContext) -> State[Any]:
    """Report a run of that outcome, and return the state that it ends in."""
    with RunReport(messages, context, Links()) as report:
        report.show_refused(outcome.refused)
        return report.end(outcome)


def test_an_idle_run_is_green(messages: MessageFormatter, home: Path) -> None:
    """A run that finds nothing says so and is no cause for alarm."""
    state = ended(NOTHING, messages, context_of(home))
    assert (state.is_completed(), state.message) == (True, messages.text("nothing_new"))


def test_uncollected_files_fail_the_run(messages: MessageFormatter, home: Path) -> None:
    """A file that could not be collected turns the run red."""
    state = ended(replace(NOTHING, left=("a.xlsx cannot be read",)), messages, context_of(home))
    assert state.is_failed()
    assert "not collected: 1" in str(state.message)


def doubted() -> RevalidationFinding:
    """An accepted report that would be refused today."""
    return RevalidationFinding(refused(1), changes=0)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (NOTHING, ("COMPLETED", "Completed")),
        (replace(NOTHING, verdicts=(refused(1),)), ("COMPLETED", "Returned")),
        (replace(NOTHING, rechecked=1, doubted=(doubted(),)), ("COMPLETED", "AwaitingDecision")),
        (replace(NOTHING, verdicts=(refused(1),), left=("a.xlsx",)), ("FAILED", "Failed")),
    ],
)
def test_only_our_faults_are_failures(
    outcome: RunOutcome, state: tuple[str, str], messages: MessageFormatter, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that returned reports ends well under a name of its own; what was not collected is a failure."""
    Prefect(monkeypatch)
    monkeypatch.setattr("flows.presentation.run_report._shown", Mock())
    result = ended(outcome, messages, context_of(home))
    assert (result.type, result.name) == state


def test_the_message_begins_with_what_was_returned(messages: MessageFormatter) -> None:
    """The first words count the accepted and name the returned; of many names some, of a long name its beginning."""
    accepted = replace(refused(0), accepted=True)
    few = replace(NOTHING, verdicts=(*(accepted,) * 7, refused(1)))
    many = replace(NOTHING, verdicts=(replace(refused(1), file_name="a\nb" * 60),) * 8)
    assert messages.summary(few).startswith("7 of 8 accepted, 1 returned: a.xlsx.")
    assert "+3" in messages.summary(many)
    assert "\n" not in messages.summary(many)
    assert len(messages.summary(many)) < 500


def test_a_refusal_names_its_first_faults(messages: MessageFormatter) -> None:
    """A failed task run's message names some faults by cell and counts the rest; remarks are no faults."""
    lines = messages.refusal(refused(ISSUES_NAMED + 3)).splitlines()
    assert len(lines) == ISSUES_NAMED + 1
    assert "E10" in lines[0]
    assert "3" in lines[-1]


def test_every_fault_is_named_when_they_are_few(messages: MessageFormatter) -> None:
    """Nothing is counted as further when everything was named."""
    assert len(messages.refusal(refused(2)).splitlines()) == 2


def test_unidentified_submission_is_named_by_its_file(messages: MessageFormatter) -> None:
    """Where the unit is unknown the file's name stands for it."""
    (row,) = messages.table([refused(1)])
    assert row[messages.text("column_who")] == "a.xlsx"


class Prefect:
    """Keeps what a report leaves behind, in place of a server."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the server's place."""
        self.shown: list[FailedTaskRun] = []
        self.tables: dict[str, Sequence[Mapping[str, str]]] = {}
        monkeypatch.setattr("flows.presentation.run_report.show_failed", self.shown.append)
        monkeypatch.setattr("flows.presentation.run_report.show_table", self._keep_table)
        monkeypatch.setattr("flows.presentation.run_report.TASK_RUNS_A_SECOND", 1000.0)

    def _keep_table(self, rows: Sequence[Mapping[str, str]], description: str, key: str) -> None:
        assert description
        self.tables[key] = rows


def verdict_of(context: AppContext) -> SubmissionOutcome:
    """Return the run's one refusal, as the run itself recorded it."""
    again = run_plainly(context, "again")
    assert again.verdicts == ()
    with reading(context.engine) as session:
        (result,) = refusals(session)
    unit = context.catalog.units.get(WRONG, context.catalog.forms.last_day("cds_x_t", MAY))
    return SubmissionOutcome(
        result.file.submission_id, result.file.file_name, unit, MAY.id, accepted=False, issues=result.issues
    )


def page(context: AppContext, submission_outcome: SubmissionOutcome, links: Links | None = None) -> str:
    """The page of a refused submission, in English."""
    with reading(context.engine) as session:
        return page_of(failed(session, submission_outcome), MessageFormatter(context.catalog, "en"), links or Links())


def test_a_failed_submission_is_one_visible_thing(after_night: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named for the commune, first issues in words, a page under the commune's key, facts without personal data."""
    context, prefect = context_of(after_night), Prefect(monkeypatch)
    submission_outcome = verdict_of(context)
    ended(replace(NOTHING, verdicts=(submission_outcome,)), MessageFormatter(context.catalog, "en"), context)
    (result,) = prefect.shown
    assert (result.label, result.key) == (f"{WRONG} Ma Nới", f"submission-{WRONG}")
    assert result.message.startswith("1. ")
    assert result.facts == {
        "submission": submission_outcome.submission_id,
        "unit": WRONG,
        "period": "2025-05",
        "codes": sorted({issue.code for issue in submission_outcome.faults}),
    }
    assert len(prefect.tables[TABLE]) == 1


def test_the_page_names_cells_and_what_to_do_next(after_night: Path) -> None:
    """Each fault with its cell and remedy, the commune's last periods, and the command that reruns it."""
    result = page(context_of(after_night), verdict_of(context_of(after_night)))
    assert result.startswith(f"## {WRONG} Ma Nới — 2025-05")
    assert "E15" in result
    assert f"`tonghop rerun --unit {WRONG} --period 2025-05`" in result
    assert "| 2025-05 | 1 | refused |" in result
    assert "](" not in result


@pytest.mark.long
def test_the_page_links_what_an_officer_opens(after_night: Path) -> None:
    """With addresses configured: the quality page, what was returned, the form filled in."""
    links = Links("http://pages", "http://office:8081/", "http://ui/deployments/deployment/7/run")
    submission_outcome = verdict_of(context_of(after_night))
    result = page(context_of(after_night), submission_outcome, links)
    assert f"(http://office:8081/quality/submissions/{submission_outcome.submission_id}.html)" in result
    assert f"(http://office:8081/outbox/{WRONG}/2025-05/)" in result
    assert "/run?parameters=%7B%22units%22%3A%5B%2222828%22%5D%2C%22period%22%3A%222025-05%22%7D)" in result


def test_page_omits_the_sender(after_night: Path) -> None:
    """The sender's address is not shown in the Prefect UI."""
    with sqlite3.connect(after_night / "warehouse.db") as connection:
        connection.execute("UPDATE delivery SET sender = 'nguyen.van.a@example.vn'")
    assert "nguyen" not in page(context_of(after_night), verdict_of(context_of(after_night)))


def test_unidentified_file_has_a_page(home: Path) -> None:
    """A file whose unit is unknown is named by its name, under a key of its own."""
    (home / "inbox").mkdir()
    (home / "inbox" / "báo cáo.xlsx").write_bytes(b"no workbook")
    (submission_outcome,) = run_plainly(context_of(home)).verdicts
    assert key_of(submission_outcome) == f"submission-file-{submission_outcome.submission_id}"
    assert "báo cáo.xlsx" in page(context_of(home), submission_outcome)


def test_text_of_communes_is_escaped() -> None:
    """Text of a file stays text: no link, no tag, no broken table."""
    assert plain("a|b\n[x](javascript:y) <img>") == "a\\|b \\[x\\](javascript:y) \\<img\\>"


def test_failed_task_runs_are_bounded(after_night: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failed task runs and pages stop at a limit; the table names every submission."""
    context, prefect = context_of(after_night), Prefect(monkeypatch)
    monkeypatch.setattr("flows.presentation.run_report.MOST_FAILED_TASK_RUNS", 3)
    submission_outcome = verdict_of(context)
    ended(replace(NOTHING, verdicts=(submission_outcome,) * 8), MessageFormatter(context.catalog, "en"), context)
    assert (len(prefect.shown), len(prefect.tables[TABLE])) == (3, 8)


def test_task_runs_keep_a_pace() -> None:
    """However fast they are made, so many a second reach the server; time that passes anyhow is no debt."""
    now = [0.0]
    pace = Pace(10, lambda: now[0], lambda seconds: now.__setitem__(0, now[0] + seconds))
    for _ in range(21):
        pace.wait()
    assert now[0] == pytest.approx(2.0)
    now[0] = 100.0
    pace.wait()
    pace.wait()
    assert now[0] == pytest.approx(100.1)


def test_task_runs_that_cannot_be_shown_fail_the_run(
    messages: MessageFormatter, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the thread that shows refused submissions is the run's."""
    Prefect(monkeypatch)
    monkeypatch.setattr("flows.presentation.run_report._shown", Mock(side_effect=RuntimeError))
    with pytest.raises(RuntimeError):
        ended(replace(NOTHING, verdicts=(refused(1),)), messages, context_of(home))

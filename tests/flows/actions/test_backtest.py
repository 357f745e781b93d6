"""A back-test finds in past reports what a nightly run with the rule would have found, without later reports."""

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from domain.catalog.catalog import Catalog
from domain.periods import Period, parse_period, periods_between
from domain.submissions import MoveReason
from domain.units import UnitKey
from flows.actions.backtest import Backtest, BacktestFinding, BacktestQuery, backtest
from flows.pipeline import backtest_runner
from flows.pipeline.progress import NoProgress
from flows.support.context import AppContext
from tests.builders import Ratio, form_for, make_workbook
from tests.catalogs import copy_small
from tests.cli.command import live_in, tonghop
from tests.flows.actions.test_preview import contents
from tests.flows.pipeline.nightly_runs import context_of, prepare_home, put, run_plainly
from warehouse.models import IssueRow, SubmissionEventRow, SubmissionRow
from warehouse.store.engine import reading

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("backtest"), pytest.mark.usefixtures("runs_publish_figures")]

UNIT, OTHER = "22813", "22816"
TOTAL = 9_000
PERIODS = tuple(periods_between(parse_period("2025-01"), parse_period("2025-04")))
HEALTH = "hsskdt"
FELL = {UNIT: (700, 720, 690, 730), OTHER: (600, 610, 620, 630)}
"""Health records of two communes, month by month: those of the first fall once, in March."""


def write(home: Path, catalog: Catalog, period: Period, unit: str, count: int) -> None:
    """Drop a commune's report into the inbox; nothing else in it moves from month to month."""
    figures: Mapping[str, Ratio | int] = {HEALTH: (count, TOTAL)}
    put(home / "inbox" / period.id / unit / f"{count}.xlsx", make_workbook(catalog, unit, period, figures=figures))


def nightly_runs(
    home: Path, shipped: Catalog, planted: Mapping[str, Sequence[int]] = FELL, **settings: object
) -> AppContext:
    """Return a warehouse filled by one nightly run for each month."""
    for month, period in enumerate(PERIODS):
        for unit, counts in planted.items():
            write(home, shipped, period, unit, counts[month])
        context = context_of(home, datetime(2025, period.last_month, 20, tzinfo=UTC), **settings)
        run_plainly(context, f"night-{period}")
        context.engine.dispose()
    return context_of(home, **settings)


@pytest.fixture(scope="session")
def past_home(tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path, catalog: Catalog) -> Path:
    """Return a home after the four runs, to be copied and never written to."""
    home = prepare_home(tmp_path_factory.mktemp("past") / "home", mirrored_warehouse)
    nightly_runs(home, catalog).engine.dispose()
    return home


@pytest.fixture
def past(tmp_path: Path, past_home: Path) -> AppContext:
    """Return a context of the test's own after the four runs."""
    shutil.copytree(past_home, tmp_path / "past", symlinks=True)
    return context_of(tmp_path / "past")


def tried(context: AppContext, rule: str, units: frozenset[UnitKey] | None = None) -> Backtest:
    """A back-test of a rule over all months."""
    form = form_for(context.catalog, PERIODS[0])
    return backtest(context, context.catalog.rules[rule], BacktestQuery(form, PERIODS, units), NoProgress())


def places(findings: Sequence[BacktestFinding]) -> list[tuple[object, ...]]:
    """What a back-test says of each cell, without what only names a file."""
    return [
        (
            finding.unit,
            finding.period.id,
            finding.issue.sheet,
            finding.issue.cell,
            finding.issue.found,
            finding.issue.expected,
        )
        for finding in findings
    ]


def found_by_nights(context: AppContext, rule: str) -> list[tuple[object, ...]]:
    """Return the same of the results kept by the runs, when each report was last put before all rules."""
    again = (
        select(SubmissionEventRow.submission_id, func.count().label("times"))
        .where(SubmissionEventRow.reason == MoveReason.EARLIER_REPORT_CHANGED)
        .group_by(SubmissionEventRow.submission_id)
        .subquery()
    )
    with reading(context.engine) as session:
        rows = (
            session.query(IssueRow, SubmissionRow)
            .join(SubmissionRow, SubmissionRow.id == IssueRow.submission_id)
            .outerjoin(again, again.c.submission_id == SubmissionRow.id)
        )
        rows = rows.filter(IssueRow.judgement == SubmissionRow.judgement - func.coalesce(again.c.times, 0))
        return [
            (submission.unit_code, submission.period, issue.sheet, issue.cell, issue.found, issue.expected)
            for issue, submission in rows.filter(IssueRow.code == rule).order_by(
                IssueRow.submission_id, IssueRow.position
            )
        ]


def with_rule(folder: Path, old: str, *changes: tuple[str, str]) -> Path:
    """A draft of the small catalogue in which a rule stands once more under another id, changed."""
    root = copy_small(folder)
    text = (root / "rules" / "history.yaml").read_text("utf-8")
    entry_of = next(part for part in text.split("\n- ") if part.startswith(f"id: {old}\n"))
    for before, after in changes:
        assert before in entry_of
        entry_of = entry_of.replace(before, after)
    (root / "rules" / "draft.yaml").write_text(f"- {entry_of}\n", "utf-8")
    return root


@pytest.fixture(params=["sqlite", "postgresql"])
def past_of_engine(request: pytest.FixtureRequest, tmp_path: Path, catalog: Catalog) -> AppContext:
    """Return a context after the four runs, on each engine."""
    if request.param == "sqlite":
        context: AppContext = request.getfixturevalue("past")
        return context
    url = request.getfixturevalue("postgres_warehouse")
    return nightly_runs(tmp_path / "home", catalog, warehouse_url=url)


def test_results_equal_those_of_the_nightly_runs(past_of_engine: AppContext) -> None:
    """The planted fall is found at its cell, against the month before, as by the runs' own rule, on both engines."""
    context = past_of_engine
    result = tried(context, "stock_falls")
    assert places(result.hits) == found_by_nights(context, "stock_falls")
    assert [(unit, period, is_, should) for unit, period, _, _, is_, should in places(result.hits)] == [
        (UNIT, "2025-03", "690", "720")
    ]
    assert [
        (other_period.period, other_period.judged, other_period.found, other_period.newly)
        for other_period in result.periods
    ] == [(period, 2, int(period.id == "2025-03"), int(period.id == "2025-03")) for period in PERIODS]


def test_later_corrections_are_ignored(past: AppContext, tmp_path: Path, catalog: Catalog) -> None:
    """A correction of February that came in May does not change what March was compared with."""
    before = tried(past, "stock_falls").hits
    write(tmp_path / "past", catalog, PERIODS[1], UNIT, 650)
    run_plainly(past, "correction")
    after = tried(past, "stock_falls")
    march = [finding for finding in after.hits if finding.period == PERIODS[2]]
    assert places(march) == places(before)
    # The correction itself is judged beside what stood in May: January.
    assert [
        (finding.period, finding.version, finding.issue.expected)
        for finding in after.hits
        if finding.period == PERIODS[1]
    ] == [(PERIODS[1], 2, "700")]


def test_months_loaded_in_one_run_are_judged_month_by_month(home: Path, catalog: Catalog, past: AppContext) -> None:
    """Months that came together were judged in order, each beside those before; the back-test finds the same."""
    for month, period in enumerate(PERIODS):
        for unit, counts in FELL.items():
            write(home, catalog, period, unit, counts[month])
    context = context_of(home)
    run_plainly(context, "all-at-once")
    expected = places(tried(past, "stock_falls").hits)
    assert found_by_nights(context, "stock_falls") == places(tried(context, "stock_falls").hits) == expected != []


def test_refused_reports_are_read_again_from_their_bytes(home: Path, catalog: Catalog) -> None:
    """A refused report is judged too and counted apart from accepted ones; without its bytes it is listed."""
    context = nightly_runs(home, catalog, {UNIT: (700, TOTAL + 1, 720, 730)})
    result = tried(context, "numerator_within_denominator")
    assert places(result.hits) == found_by_nights(context, "numerator_within_denominator") != []
    assert [(finding.period.id, finding.accepted) for finding in result.hits] == [("2025-02", False)]
    assert (result.judged, result.matches, result.newly) == (4, 1, 0)
    with reading(context.engine) as session:
        (refused,) = session.query(SubmissionRow).filter(SubmissionRow.accepted_at.is_(None))
    context.landing.path_of(refused.sha256).unlink()
    without = tried(context, "numerator_within_denominator")
    assert [(skipped.period.id, skipped.why) for skipped in without.left_out] == [("2025-02", "no_bytes")]
    assert (without.judged, without.hits) == (3, ())


def test_only_requested_units_are_reported(past: AppContext, catalog: Catalog) -> None:
    """Other reports of the same batch are compared with and not counted."""
    other = catalog.units.get(OTHER, catalog.forms.last_day(form_for(catalog, PERIODS[0]), PERIODS[0])).key
    result = tried(past, "stock_falls", frozenset({other}))
    assert (result.judged, result.hits) == (len(PERIODS), ())


def test_nothing_is_written(past: AppContext, tmp_path: Path) -> None:
    """Every row of the warehouse and every file under the home are as before."""
    before = contents(past, tmp_path / "past")
    assert tried(past, "stock_falls").hits
    assert contents(past, tmp_path / "past") == before


def test_there_is_one_checkpoint_for_each_batch(past: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four runs of two reports are four checkpoints, not eight."""
    seen: list[int] = []
    real = backtest_runner.check

    def counted(url: str, run: str, rules: object, submissions: int, **more: object) -> object:
        seen.append(submissions)
        return real(url, run, rules, submissions, **more)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(backtest_runner, "check", counted)
    tried(past, "stock_falls")
    assert seen == [2, 2, 2, 2]


def test_draft_rule_finds_the_same_as_a_nightly_run_with_it(
    home: Path, catalog: Catalog, past: AppContext, tmp_path: Path
) -> None:
    """A rule of a draft fails in the same cells as in nightly runs that judge by the draft."""
    changes = (("id: stock_falls", "id: on_trial"), ("falls_up_to_percent: 20", "falls_up_to_percent: 90"))
    draft = with_rule(tmp_path / "draft", "stock_falls", *changes)
    past.engine.dispose()
    expected = found_by_nights(nightly_runs(home, catalog, catalog=draft), "on_trial")
    assert places(tried(context_of(tmp_path / "past", catalog=draft), "on_trial").hits) == expected != []


def command(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0
) -> str:
    """What `tonghop rules backtest` prints."""
    live_in(home, monkeypatch, TONGHOP_READING_WORKERS="0")
    assert tonghop(monkeypatch, "--lang", "en", "rules", "backtest", *words) == code
    result = capsys.readouterr()
    return " ".join((result.err if code else result.out).split())


def test_the_command_evaluates_a_draft_rule(
    past_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The output of a draft rule that would refuse names unit, time, cell, found and expected value, by period."""
    changes = (("id: stock_falls", "id: on_trial"), ("severity: warning", "severity: critical"))
    draft = with_rule(tmp_path / "draft", "stock_falls", *changes)
    home = shutil.copytree(past_home, tmp_path / "home", symlinks=True)
    words = ["on_trial", "--from", "2025-01", "--to", "2025-04", "--area", "585"]
    assert "no rule on_trial" in command(home, monkeypatch, capsys, *words, code=2)
    shown = command(home, monkeypatch, capsys, *words, "--catalog", str(draft))
    assert "on_trial would have refused 1 of 8 submissions judged; 1 of these had been accepted." in shown
    assert "2025-03 2 1 1" in shown
    assert f"2025-03 {UNIT}" in shown
    result = json.loads(command(home, monkeypatch, capsys, *words, "--catalog", str(draft), "--json"))
    assert result["counts"] == {"judged": 8, "found": 1, "newly": 1}
    assert [(finding["unit"], finding["period"], finding["issue"]["found"]) for finding in result["hits"]] == [
        (UNIT, "2025-03", "690")
    ]


def test_empty_past_is_reported(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A back-test without any judged report says so, for it does not prove the rule harmless."""
    shown = command(home, monkeypatch, capsys, "jump", "--from", "2025-01", "--to", "2025-02")
    assert "there is nothing to try jump on" in shown

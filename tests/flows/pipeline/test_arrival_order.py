"""What is found in a report does not depend on the order, the batches or the runs in which files arrive."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice, permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.catalog.catalog import Catalog
from domain.observations import CellState, Figure, Observation
from domain.periods import parse_period
from domain.staging import StagedDue, StagedObservation, StagedSubmission
from domain.submissions import ParsedReport, SubmissionState
from expectations.rule_scope import uses_other_reports
from flows.pipeline import judging
from flows.pipeline.judging import Judging
from flows.pipeline.pipeline import Run, judge_later_reports
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.judge import check
from flows.pipeline.stages.later import later_reports
from flows.pipeline.stages.read import ReadSubmission
from flows.support.context import AppContext
from tests.flows.pipeline.nightly_runs import context_of, immediate_steps, prepare_home
from tests.tools.false_alarms import sample_report
from warehouse.models import STAGING, SubmissionRow
from warehouse.queries import issues_by_submission, replies_of
from warehouse.queries.history import figures_of, moves_of
from warehouse.store.engine import reading, transaction
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.outgoing import ReplyFiles
from warehouse.submissions.replies import GivenReply, RepliedSubmission, record_replies, unreplied
from warehouse.submissions.snapshots import submission_snapshots
from warehouse.submissions.submissions import Arrival, pending, receive
from workbooks.sample.series import SampleSeries

FORM, UNIT, OTHER, STOCK = "cds_x_t", "22813", "22816", "dd_kichhoat"
MARCH, APRIL, MAY = (parse_period(f"2025-0{month}") for month in (3, 4, 5))
ARRIVED = datetime(2025, 6, 2, 10, tzinfo=UTC)

Place = tuple[str, str]
"""Unit and period of a report."""
Content = tuple[Place, int]
"""A report: its place, and the count of accounts in it."""
Findings = tuple[object, ...]
MakeContext = Callable[[int], AppContext]

FALLS: tuple[Content, ...] = (((UNIT, MARCH.id), 8000), ((UNIT, APRIL.id), 7800), ((UNIT, MAY.id), 7900))
"""Accounts fall in April, and rise in May to less than in March: April is asked about, May beside March alone."""
TWO_MONTHS: tuple[Content, ...] = (((OTHER, APRIL.id), 5000), ((OTHER, MAY.id), 0))
"""A stock that is gone a month later, which is refused."""
ORDERS = tuple(permutations(FALLS))
BATCH_SIZES = (1, 7, 100, 1000)
NEIGHBOURS: tuple[Content, ...] = tuple(
    ((code, MAY.id), count)
    for code, count in (
        (UNIT, 8900),
        (OTHER, 4300),
        ("22819", 4400),
        ("22822", 4500),
        ("22825", 4600),
        ("22828", 4700),
        ("22831", 4800),
    )
)
"""Communes of a district, the first with a share far from the others', which takes six of them to be seen."""
PARTITIONS = ((7,), (1, 1, 1, 1, 1, 1, 1), (2, 4, 1))
"""Numbers of reports that arrive in each run."""


def report_of(catalog: Catalog, content: Content) -> ParsedReport:
    """Make a parsed report: the sample's, with another count of accounts."""
    (code, month), count = content
    period = parse_period(month)
    unit = catalog.units.get(code, catalog.forms.last_day(FORM, period))
    report = sample_report(catalog, SampleSeries(catalog, 1), FORM, unit, period)
    observations = [_with_count(each, count) if each.indicator == STOCK else each for each in report.observations]
    return ParsedReport(unit, period, FORM, report.layout_version, tuple(observations))


def _with_count(line: Observation, count: int) -> Observation:
    numerator = Figure(CellState.VALUE if count else CellState.ZERO, Decimal(count), line.numerator.cell, str(count))
    denominator = Figure(CellState.VALUE, Decimal(9000), line.denominator.cell if line.denominator else "", "9000")
    return line._replace(numerator=numerator, denominator=denominator)


def run(context: AppContext, run_id: str, contents: Iterable[Content]) -> None:
    """Judge reports that arrive in one run, in this order, and the accepted ones whose past they change."""
    reports: dict[str, ParsedReport] = {}
    with transaction(context.engine) as session:
        for number, content in enumerate(contents):
            report, name = report_of(context.catalog, content), f"{run_id}-{number}.xlsx"
            at = ARRIVED + timedelta(seconds=number)
            sha256 = hashlib.sha256(repr(content).encode()).hexdigest()
            receive(session, Arrival("inbox", name, f"{name} {at}", name, sha256, 1000, at, at))
            reports[sha256] = report
    with reading(context.engine) as session:
        waiting = pending(session)
    whole_run = Run(context, RunScope(), immediate_steps(run_id), NoProgress())
    judged = Judging(context, whole_run.steps, whole_run.listener, releases=False)
    judged.begin([ReadSubmission(each, reports[each.sha256], may_be_judged=True) for each in waiting])
    judged.judge()
    judge_later_reports(whole_run)


def outcome(context: AppContext) -> Mapping[Place, Findings]:
    """Return state, issues and figures of each report, which are all that its answer says."""
    with reading(context.engine) as session:
        rows = session.scalars(select(SubmissionRow)).all()
        keys = [row.id for row in rows]
        issues, figures = issues_by_submission(session, keys), figures_of(session, keys)
        return {
            (row.unit_code or "", row.period or ""): (row.state, issues[row.id], figures.get(row.id)) for row in rows
        }


def open_findings(context: AppContext) -> frozenset[tuple[object, ...]]:
    """Return the findings of the rules that use other reports in accepted reports."""
    catalog = context.catalog
    indicators = tuple(catalog.indicators.values())
    codes = {rule.id for rule in catalog.rules.values() if uses_other_reports(rule, indicators)}
    with reading(context.engine) as session:
        rows = session.scalars(select(SubmissionRow).where(SubmissionRow.state == SubmissionState.ACCEPTED)).all()
        issues = issues_by_submission(session, [row.id for row in rows])
    return frozenset(
        (row.unit_code, row.period, issue.code, issue.severity, issue.cell, issue.found, issue.expected)
        for row in rows
        for issue in issues[row.id]
        if issue.code in codes
    )


@pytest.fixture
def make_context(tmp_path: Path, mirrored_warehouse: Path) -> Iterator[MakeContext]:
    """Return a function that makes a context in a home of its own."""
    contexts: list[AppContext] = []

    def make(batch_size: int) -> AppContext:
        home = prepare_home(tmp_path / f"home{len(contexts)}", mirrored_warehouse)
        contexts.append(context_of(home, batch_size=batch_size, quality_nights=0))
        return contexts[-1]

    yield make
    for context in contexts:
        context.engine.dispose()


@pytest.mark.long
def test_one_run_finds_the_same_in_any_order_and_batch(make_context: MakeContext) -> None:
    """For every order of a unit's three months, and every size of batches, states, issues and figures are equal."""
    outcomes = []
    for order, size in zip(ORDERS, (*BATCH_SIZES, *BATCH_SIZES), strict=False):
        context = make_context(size)
        run(context, "night", [*reversed(TWO_MONTHS), *order])
        outcomes.append(outcome(context))
    assert all(each == outcomes[0] for each in outcomes)
    states = {place: state for place, (state, *_) in outcomes[0].items()}
    assert states[OTHER, MAY.id] == SubmissionState.QUARANTINED
    assert set(states.values()) == {SubmissionState.QUARANTINED, SubmissionState.ACCEPTED}


@pytest.mark.long
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(month for (_, month), _ in order))
def test_runs_in_any_order_end_with_the_same_open_findings(
    make_context: MakeContext, order: tuple[Content, ...]
) -> None:
    """Whichever month comes first, April is asked about in the end and May is not; all stay accepted."""
    context = make_context(100)
    for number, content in enumerate(order):
        run(context, f"night-{number}", [content])
    (finding,) = open_findings(context)
    assert finding[:4] == (UNIT, APRIL.id, "stock_falls", "warning")
    assert finding[5:] == ("7800", "8000")
    assert {state for state, *_ in outcome(context).values()} == {SubmissionState.ACCEPTED}


@pytest.mark.long
def test_runs_of_any_size_end_with_the_same_findings_about_neighbours(make_context: MakeContext) -> None:
    """A report accepted before its neighbours came is asked about like one that came with them."""
    findings = []
    for place, partition in enumerate(PARTITIONS):
        context, reports = make_context(100), iter(NEIGHBOURS[:: 1 if place % 2 else -1])
        for number, count in enumerate(partition):
            run(context, f"night-{number}", islice(reports, count))
        # The middle of the neighbours, which is expected, is that of the last run in which the finding was new.
        findings.append({finding[:-1] for finding in open_findings(context)})
    assert findings[0]
    assert all(each == findings[0] for each in findings)
    assert {finding[:4] for finding in findings[0]} == {(UNIT, MAY.id, "outlier", "warning")}


def test_what_a_later_delivery_replaces_is_not_staged_when_rules_run(
    make_context: MakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that were staged before the later delivery was read are deleted."""
    staged: list[Sequence[int]] = []
    of_report = (StagedSubmission, StagedObservation, StagedDue)

    def note(context: AppContext, run_id: str, batch: Sequence[ReadSubmission]) -> tuple[JudgedReport, ...]:
        with reading(context.staging) as session:
            staged.extend(session.scalars(select(STAGING[row].c.submission_id).distinct()).all() for row in of_report)
        return check(context, run_id, batch)

    monkeypatch.setattr(judging, "check", note)
    run(make_context(1), "night", [FALLS[2], ((UNIT, MAY.id), 8000)])
    assert staged == [[2]] * len(of_report)


def test_earlier_month_that_comes_later_raises_a_warning_and_a_reply(make_context: MakeContext) -> None:
    """The accepted report stands; what would have refused it is a warning, and its sender is told."""
    context = make_context(100)
    april, may = TWO_MONTHS
    run(context, "first", [may])
    with transaction(context.engine) as session:
        (first,) = replies_of(session, unreplied(session))
        (submission,) = first.reports
        replies = [
            GivenReply(
                first.delivery_id, ReplyFiles("x", (), ""), (RepliedSubmission(submission.number, 1, accepted=True),)
            )
        ]
        record_replies(session, replies, at=ARRIVED, run_id=None)
    run(context, "second", [april])
    with reading(context.engine) as session:
        assert first.delivery_id in unreplied(session)
    assert {finding[:4] for finding in open_findings(context)} == {(OTHER, MAY.id, "stock_falls_far", "warning")}
    run(context, "third", [])
    assert later_reports(context) == ()


@pytest.mark.long
def test_report_that_is_found_as_before_keeps_its_judgement(make_context: MakeContext) -> None:
    """The log says that it was judged again; the number of judgements at any moment is that of the record."""
    context = make_context(100)
    march, april, may = FALLS
    run(context, "first", [april])
    run(context, "second", [may])
    run(context, "third", [march])
    end = ARRIVED + timedelta(days=1)
    for month, judgements in ((APRIL, 2), (MAY, 1)):
        with reading(context.engine) as session:
            (now,) = submission_snapshots(session, FORM, month)
            (then,) = submission_snapshots(session, FORM, month, end)
            moves = moves_of(session, [now.id])[now.id]
        assert (now.judgement, then.judgement, then.judged_at) == (judgements, judgements, now.judged_at)
        assert moves[-1].reason == ("findings_unchanged" if month is MAY else "earlier_report_changed")
    assert later_reports(context) == ()

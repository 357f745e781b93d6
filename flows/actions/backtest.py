"""Back-test: results of a rule on past reports, as if it had been at stage `block` when they were judged."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from domain.issues import Issue, Severity
from domain.periods import Period
from domain.rules import Rule, RuleStage
from domain.units import UnitKey
from flows.pipeline.backtest_runner import open_backtest_runner
from flows.pipeline.progress import ProgressListener
from flows.support.context import AppContext
from warehouse.queries.judged_batches import JudgedSubmission, judged_batches
from warehouse.store.engine import reading

STAGE: Final = "backtest"
"""Receives the progress of a back-test."""


@dataclass(frozen=True, slots=True)
class BacktestQuery:
    """Reports to back-test, by form, periods and units; `units` None: all units."""

    form: str
    periods: tuple[Period, ...]
    units: frozenset[UnitKey] | None = None

    def takes(self, submission: JudgedSubmission) -> bool:
        """Return whether a submission is selected, in the batch that judged it last."""
        is_of_unit = self.units is None or submission.unit in self.units
        return submission.last and submission.form == self.form and submission.period in self.periods and is_of_unit


@dataclass(frozen=True, slots=True)
class BacktestFinding:
    """Failure of the rule in one cell of a submission; `accepted`: the rules of that run accepted the submission."""

    submission_id: int
    unit: str
    unit_name: str
    period: Period
    version: int | None
    file_name: str
    accepted: bool
    issue: Issue


@dataclass(frozen=True, slots=True)
class PeriodCount:
    """Submissions of a period: how many were judged, and in how many the rule fails.

    `newly` counts those of them that had been accepted: what promoting the rule would change.
    """

    period: Period
    judged: int
    found: int
    newly: int


@dataclass(frozen=True, slots=True)
class SkippedSubmission:
    """Submission that was judged once and cannot be judged again, with a code of `flows.backtest_left_<why>`."""

    submission_id: int
    file_name: str
    period: Period
    why: str


@dataclass(frozen=True, slots=True)
class Backtest:
    """Result of a back-test by period; failures in the order in which the runs judged."""

    rule: str
    severity: Severity
    form: str
    periods: tuple[PeriodCount, ...]
    hits: tuple[BacktestFinding, ...]
    left_out: tuple[SkippedSubmission, ...]

    @property
    def judged(self) -> int:
        """Number of submissions judged."""
        return sum(period.judged for period in self.periods)

    @property
    def matches(self) -> int:
        """Number of submissions in which the rule fails."""
        return sum(period.found for period in self.periods)

    @property
    def newly(self) -> int:
        """Number of those that had been accepted."""
        return sum(period.newly for period in self.periods)


def backtest(context: AppContext, rule: Rule, sought: BacktestQuery, listener: ProgressListener) -> Backtest:
    """Evaluate one rule, as if at stage `block`, on the reports of a form and of these periods.

    Each submission is judged as it was last, in the batch of that run, beside what was accepted at that moment and
    nothing that came later. The warehouse is not written to: a temporary database is used for judging.
    `context` holds the catalogue, which may be a draft, the warehouse and the landed files.

    Raises:
        RuleBrokenError: the rule cannot be evaluated.
        TransientError: the warehouse does not answer.
    """
    with reading(context.engine) as session:
        batches = judged_batches(session, sought.form, sought.periods, sought.units)
    listener.begin(STAGE, sum(sought.takes(submission) for batch in batches for submission in batch.submissions))
    findings: list[BacktestFinding] = []
    left_out: list[SkippedSubmission] = []
    judged: Counter[Period] = Counter()
    strict = replace(rule, stages={RuleStage.BLOCK: date.min})
    with open_backtest_runner(context) as judge:
        for batch in batches:
            result = judge.judge(batch, strict)
            meant = {submission.id: submission for submission in batch.submissions if sought.takes(submission)}
            findings += [_finding(context, meant[key], issue) for key, issue in result.issues if key in meant]
            out = {key: why for key, why in result.left_out.items() if key in meant}
            left_out += [
                SkippedSubmission(key, meant[key].file_name, meant[key].period, why) for key, why in out.items()
            ]
            judged.update(submission.period for submission in meant.values() if submission.id not in out)
            listener.advance(STAGE, len(meant))
    return Backtest(
        rule=rule.id,
        severity=rule.severity,
        form=sought.form,
        periods=tuple(_count(period, judged[period], findings) for period in sought.periods),
        hits=tuple(findings),
        left_out=tuple(left_out),
    )


def _finding(context: AppContext, judged_submission: JudgedSubmission, issue: Issue) -> BacktestFinding:
    unit = context.catalog.units.get(judged_submission.unit.code, judged_submission.unit.valid_from)
    return BacktestFinding(
        judged_submission.id,
        unit.code,
        unit.name,
        judged_submission.period,
        judged_submission.version,
        judged_submission.file_name,
        judged_submission.accepted,
        issue,
    )


def _count(period: Period, judged: int, findings: Sequence[BacktestFinding]) -> PeriodCount:
    results = {finding.submission_id: finding.accepted for finding in findings if finding.period == period}
    return PeriodCount(period, judged, len(results), sum(results.values()))

"""The front door: judge a staged batch by the catalogue's rules and say which cells are wrong."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from great_expectations.core import ExpectationValidationResult

from domain.errors import UsageError
from domain.indicators import Indicator
from domain.issues import Severity
from domain.rules import Rule
from expectations.errors import (
    BatchShrunkError,
    RuleBrokenError,
    StagingUnreadableError,
    WarehouseUnreachableError,
)
from expectations.findings import Finding
from expectations.judge import Judge, open_judge
from expectations.kept_results import KeptResults, keep_results
from expectations.kind import literal
from expectations.results import check_guard, findings_of, results_by_name
from expectations.soundness import require_sound
from expectations.sql import GUARD
from expectations.suites import CheckStage, StagedBatch, build_stage, split

__all__ = [
    "BatchShrunkError",
    "Finding",
    "KeptResults",
    "RuleBrokenError",
    "StagingUnreadableError",
    "WarehouseUnreachableError",
    "check",
]


def check(
    warehouse_url: str,
    run_id: str,
    rules: Sequence[Rule],
    submissions: int,
    *,
    indicators: Collection[Indicator],
    refused: Collection[int] = (),
    keep: KeptResults | None = None,
) -> tuple[Finding, ...]:
    """Judge all submissions staged under a run at once; findings by submission, then in the rules' order.

    First each report by itself, with its past; then those that this does not refuse among one another, so that a wrong
    report moves no median. The staged rows have to be committed. `submissions` is how many were staged; `indicators`
    are the catalogue's; `refused` are submissions that reading has refused already. With none staged nothing is judged.
    Of a shadow rule the findings are only recorded: severity `info`, fact `stage`.
    What each rule found can be kept in a few rows, for the night's page. Not safe to call from several threads at once.

    Raises:
        BatchShrunkError: another number of submissions was seen than was staged.
        RuleBrokenError: a rule is written wrongly or its query failed; nobody is blamed for it.
        UsageError: the run's id holds more than letters, digits, `_`, `.` and `-`.
        StagingUnreadableError: a staging table is not there.
        WarehouseUnreachableError: the database does not answer; worth another try.
    """
    if submissions == 0:
        return ()
    _check_run_id(run_id)
    require_sound(rules, indicators)
    known = {indicator.id: indicator for indicator in indicators}
    alone, among_accepted = split(rules)
    batch = StagedBatch(run_id, submissions)
    with open_judge(warehouse_url) as judge:
        results = _judge(judge, build_stage("alone", alone, indicators, batch))
        findings = [finding for rule in alone for finding in findings_of(rule, results[rule.id], known)]
        out = {
            *refused,
            *(
                other_finding.submission_id
                for other_finding in findings
                if other_finding.issue.severity is Severity.CRITICAL
            ),
        }
        rest = replace(batch, refused=frozenset(out))
        if among_accepted and rest.submissions > 0:
            results = {**_judge(judge, build_stage("among accepted", among_accepted, indicators, rest)), **results}
            findings += [finding for rule in among_accepted for finding in findings_of(rule, results[rule.id], known)]
    if keep is not None:
        keep_results(keep, results, submissions)
    order = {rule.id: place for place, rule in enumerate(rules)}
    findings.sort(
        key=lambda item: (item.submission_id, order[item.issue.code], item.issue.sheet or "", _cell_order(item))
    )
    return tuple(findings)


def _judge(judge: Judge, stage: CheckStage) -> dict[str, ExpectationValidationResult]:
    results = results_by_name(stage, judge.run(stage))
    check_guard(results[GUARD], stage.batch.run_id, stage.batch.submissions)
    return results


def _check_run_id(run_id: str) -> None:
    try:
        literal(run_id)
    except ValueError as error:
        raise UsageError(f"this id of a run cannot be used: {error}") from None


def _cell_order(finding: Finding) -> tuple[int, str]:
    """Sort E9 before E10: by length, then by letters."""
    cell = finding.issue.cell or ""
    return len(cell), cell

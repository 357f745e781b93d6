"""Entry point: evaluate the catalogue's rules on a staged batch and return the wrong cells."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

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
from expectations.kept_results import KeptResults, keep_results
from expectations.kind import literal
from expectations.rule_validation import require_valid_rules
from expectations.sql import GUARD

if TYPE_CHECKING:
    from expectations.evaluator import RuleEvaluator
    from expectations.gx import ExpectationValidationResult
    from expectations.suites import CheckStage

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
    """Evaluate the rules on all submissions staged under a run; findings by submission, then in the rules' order.

    Stage 1 checks each report by itself and against its history; stage 2 compares the reports that stage 1 did not
    refuse with one another, so that a wrong report moves no median. The staged rows have to be committed. `submissions`
    is how many were staged (0: nothing is done); `indicators` are the catalogue's; `refused` are submissions that
    reading refused. Findings of a shadow rule are only recorded: severity `info`, fact `stage`. `keep` stores each
    rule's first matches for the page of the nightly run. Not thread-safe.

    Raises:
        BatchShrunkError: another number of submissions was seen than was staged.
        RuleBrokenError: a rule is written wrongly or its query failed; no submission is refused for it.
        UsageError: the run's id holds more than letters, digits, `_`, `.` and `-`.
        StagingUnreadableError: a staging table is not there.
        WarehouseUnreachableError: the database does not answer; can be retried.
    """
    if submissions == 0:
        return ()
    # Great Expectations takes long to import: only a process that checks pays for it.
    from expectations.evaluator import open_evaluator
    from expectations.results import findings_of
    from expectations.suites import StagedBatch, build_stage, split

    _check_run_id(run_id)
    require_valid_rules(rules, indicators)
    known = {indicator.id: indicator for indicator in indicators}
    alone, among_accepted = split(rules)
    batch = StagedBatch(run_id, submissions)
    with open_evaluator(warehouse_url) as evaluator:
        results = _evaluate(evaluator, build_stage("alone", alone, indicators, batch))
        findings = [finding for rule in alone for finding in findings_of(rule, results[rule.id], known)]
        failed = {finding.submission_id for finding in findings if finding.issue.severity is Severity.CRITICAL}
        rest = replace(batch, refused=frozenset({*refused, *failed}))
        if among_accepted and rest.submissions > 0:
            results = {
                **_evaluate(evaluator, build_stage("among accepted", among_accepted, indicators, rest)),
                **results,
            }
            findings += [finding for rule in among_accepted for finding in findings_of(rule, results[rule.id], known)]
    if keep is not None:
        keep_results(keep, results, submissions)
    order = {rule.id: place for place, rule in enumerate(rules)}
    findings.sort(
        key=lambda finding: (
            finding.submission_id,
            order[finding.issue.code],
            finding.issue.sheet or "",
            _cell_order(finding),
            finding.issue.found or "",
        )
    )
    return tuple(findings)


def _evaluate(evaluator: "RuleEvaluator", stage: "CheckStage") -> dict[str, "ExpectationValidationResult"]:
    from expectations.results import check_guard, results_by_name

    results = results_by_name(stage, evaluator.run(stage))
    check_guard(results[GUARD], stage.batch.run_id, stage.batch.submissions)
    return results


def _check_run_id(run_id: str) -> None:
    try:
        literal(run_id)
    except ValueError as error:
        raise UsageError(f"this id of a run cannot be used: {error}") from None


def _cell_order(finding: Finding) -> tuple[int, str]:
    """Return a sort key that puts E9 before E10: by length, then by letters."""
    cell = finding.issue.cell or ""
    return len(cell), cell

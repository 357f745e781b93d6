"""The front door: judge a staged batch by the catalogue's rules and say which cells are wrong."""

from collections.abc import Collection, Sequence

from domain.errors import UsageError
from domain.indicators import Indicator
from domain.rules import Rule
from expectations.errors import (
    BatchShrunkError,
    RuleBrokenError,
    StagingUnreadableError,
    WarehouseUnreachableError,
)
from expectations.findings import Finding
from expectations.judge import run_checkpoint
from expectations.kind import literal
from expectations.results import check_guard, findings_of, results_by_name
from expectations.suites import GUARD, build_suites

__all__ = [
    "BatchShrunkError",
    "Finding",
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
) -> tuple[Finding, ...]:
    """Judge all submissions staged under a run at once; findings by submission, then in the rules' order.

    The staged rows have to be committed. `submissions` is how many were staged; `indicators` are the catalogue's. With
    none staged nothing is judged. Of a shadow rule the findings are only recorded: severity `info`, fact `stage`.
    Not safe to call from several threads at once.

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
    suites = build_suites(rules, run_id, indicators, submissions)
    results = results_by_name(suites, run_checkpoint(warehouse_url, run_id, suites))
    check_guard(results[GUARD], run_id, submissions)
    known = {indicator.id: indicator for indicator in indicators}
    findings = [finding for rule in rules for finding in findings_of(rule, results[rule.id], known)]
    order = {rule.id: place for place, rule in enumerate(rules)}
    findings.sort(key=lambda one: (one.submission_id, order[one.issue.code], one.issue.sheet or "", _cell_order(one)))
    return tuple(findings)


def _check_run_id(run_id: str) -> None:
    try:
        literal(run_id)
    except ValueError as error:
        raise UsageError(f"this id of a run cannot be used: {error}") from None


def _cell_order(finding: Finding) -> tuple[int, str]:
    """Sort E9 before E10: by length, then by letters."""
    cell = finding.issue.cell or ""
    return len(cell), cell

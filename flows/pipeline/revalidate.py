"""Judge workbooks again and compare with their recorded issues, without changing any decision."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from domain.catalog.catalog import Catalog
from expectations.check import check
from expectations.rule_scope import uses_other_reports
from flows.pipeline.stages.judge import stage_all
from flows.pipeline.stages.read import ReadSubmission
from flows.support.context import AppContext
from warehouse.rollups.excerpts import Rows

_RUN: Final = "judge-again"
_COLUMNS: Final = ("code", "severity", "sheet", "cell", "found", "expected", "indicator", "unit")

_Findings = dict[int, Counter[tuple[Any, ...]]]


def rules_beyond(catalog: Catalog) -> tuple[str, ...]:
    """Return the ids of rules that also read other reports, and so cannot be evaluated on a bundle alone."""
    indicators = tuple(catalog.indicators.values())
    return tuple(sorted(rule.id for rule in catalog.rules.values() if uses_other_reports(rule, indicators)))


def judged_otherwise(
    context: AppContext, delivered: Rows, findings: Rows, read: Sequence[ReadSubmission]
) -> tuple[str, ...]:
    """Return the names of workbooks that are identified differently now, or in which the rules find other issues.

    Rules that read other reports are excluded on both sides.
    """
    rows = {row["id"]: row for row in delivered["submission"]}
    moved = {
        read_submission.submission.id
        for read_submission in read
        if _place_now(read_submission) != _place_then(rows[read_submission.submission.id])
    }
    judged = [read_submission for read_submission in read if read_submission.submission.id not in moved]
    codes = context.catalog.rules.keys() - set(rules_beyond(context.catalog))
    then = _counts_then(delivered, findings, codes)
    now = _counts_now(context, judged, codes)
    moved |= {
        judged_report.submission.id
        for judged_report in judged
        if then[judged_report.submission.id] != now[judged_report.submission.id]
    }
    return tuple(sorted(rows[key]["file_name"] for key in moved))


def _place_now(read_submission: ReadSubmission) -> tuple[object, ...]:
    report = read_submission.report
    unit = (report.unit.code, report.unit.valid_from.isoformat()) if report.unit else (None, None)
    return *unit, report.form, report.period.id if report.period else None


def _place_then(row: Mapping[str, Any]) -> tuple[object, ...]:
    return row["unit_code"], row["unit_valid_from"], row["form"], row["period"]


def _counts_then(delivered: Rows, findings: Rows, codes: Collection[str]) -> _Findings:
    last = {row["id"]: row["judgement"] for row in delivered["submission"]}
    counts: _Findings = defaultdict(Counter)
    for issue in findings["issue"]:
        key = issue["submission_id"]
        if issue["judgement"] == last[key] and issue["code"] in codes:
            counts[key][_finding((issue[name] for name in _COLUMNS), issue["facts"])] += 1
    return counts


def _counts_now(context: AppContext, judged: Sequence[ReadSubmission], codes: Collection[str]) -> _Findings:
    stage_all(context, _RUN, judged)
    rules = tuple(rule for rule in context.catalog.rules.values() if rule.id in codes)
    indicators = tuple(context.catalog.indicators.values())
    counts: _Findings = defaultdict(Counter)
    for issues in check(context.staging_url, _RUN, rules, len(judged), indicators=indicators):
        columns = (getattr(issues.issue, name) for name in _COLUMNS)
        counts[issues.submission_id][_finding(columns, issues.issue.facts)] += 1
    return counts


def _finding(columns: Iterable[object], facts: Mapping[str, str]) -> tuple[Any, ...]:
    return *(None if column is None else str(column) for column in columns), tuple(sorted(facts.items()))

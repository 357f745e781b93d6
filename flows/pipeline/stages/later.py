"""Later reports: judge accepted reports again whose past or neighbours changed; their acceptance stands."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from domain.issues import Issue
from domain.rules import Rule
from domain.submissions import ParsedReport
from expectations.check import check as check_rules
from expectations.registry import kind_of
from expectations.rule_scope import uses_other_reports
from flows.pipeline.outcome import SubmissionOutcome
from flows.pipeline.stages.earlier_figures import STEPS_BACK, earlier_figures
from flows.pipeline.stages.judge import rows_of, unstage
from flows.support.context import AppContext
from warehouse.queries import issues_by_submission
from warehouse.queries.history import figures_of
from warehouse.store.engine import reading, transaction
from warehouse.submissions.later_reports import LaterReport, judge_again, reports_to_judge_again
from warehouse.submissions.peers import peers
from warehouse.submissions.staging import stage as stage_rows


def later_reports(context: AppContext) -> tuple[LaterReport, ...]:
    """Return the accepted reports whose past or neighbours changed since they were judged."""
    with reading(context.engine) as session:
        return reports_to_judge_again(session, STEPS_BACK)


def judge_later(context: AppContext, run_id: str, batch: Sequence[LaterReport]) -> tuple[SubmissionOutcome, ...]:
    """Judge accepted reports again by the rules that use other reports; return those with other findings now.

    Their kept figures are judged, not the file.
    """
    indicators = tuple(context.catalog.indicators.values())
    rules = [rule for rule in context.catalog.rules.values() if uses_other_reports(rule, indicators)]
    reports = _reports(context, batch)
    findings = _findings(context, run_id, rules, reports)
    among = {rule.id: kind_of(rule).among_accepted for rule in rules}
    with transaction(context.engine) as session:
        changed = judge_again(session, findings, among, run_id, context.clock())
    with reading(context.engine) as session:
        issues = issues_by_submission(session, changed)
    names = {later.submission_id: later.file_name for later in batch}
    return tuple(
        SubmissionOutcome(
            submission_id=key,
            file_name=names[key],
            unit=reports[key].unit,
            period=str(reports[key].period),
            accepted=True,
            issues=issues[key],
        )
        for key in changed
    )


def _reports(context: AppContext, batch: Sequence[LaterReport]) -> dict[int, ParsedReport]:
    catalog = context.catalog
    with reading(context.engine) as session:
        figures = figures_of(session, [later.submission_id for later in batch])
    return {
        later.submission_id: ParsedReport(
            unit=catalog.units.get(later.unit.code, catalog.forms.last_day(later.form, later.period)),
            period=later.period,
            form=later.form,
            layout_version=later.layout_version,
            observations=figures.get(later.submission_id, ()),
        )
        for later in batch
    }


def _findings(
    context: AppContext, run_id: str, rules: Sequence[Rule], reports: Mapping[int, ParsedReport]
) -> dict[int, list[Issue]]:
    rows = [row for key, report in reports.items() for row in rows_of(context.catalog, run_id, key, report)]
    with reading(context.engine) as session:
        past = list(earlier_figures(session, context.catalog, run_id, reports))
        beside = peers(session, run_id, list(reports))
    unstage(context, run_id)
    with transaction(context.staging) as session:
        stage_rows(session, [*rows, *past, *beside])
    indicators = tuple(context.catalog.indicators.values())
    results: dict[int, list[Issue]] = defaultdict(list, {key: [] for key in reports})
    for finding in check_rules(context.staging_url, run_id, rules, len(reports), indicators=indicators):
        results[finding.submission_id].append(finding.issue)
    unstage(context, run_id)
    return results

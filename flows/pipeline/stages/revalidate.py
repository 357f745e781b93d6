"""Re-validation: judge stored reports under today's rules without changing their decisions."""

from collections.abc import Iterator, Sequence

from domain.figure_changes import changed_figures
from domain.issues import Issue, Severity
from domain.observations import Observation
from flows.pipeline.outcome import RevalidationFinding, SubmissionOutcome
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.judge import find_issues, stage_all, unstage
from flows.pipeline.stages.read import ReadSubmission, read
from flows.support.context import AppContext
from warehouse.queries.history import figures_of
from warehouse.store.engine import reading, transaction
from warehouse.submissions import revalidation as stored
from warehouse.submissions.revalidation import StoredReport
from workbooks.pool.landed_file import Reader


def requeue_refused(context: AppContext, scope: RunScope) -> int:
    """Queue refused reports within the scope for this run, and return their number."""
    with transaction(context.engine) as session:
        results = [report.submission.id for report in _within(scope, stored.refused_reports(session))]
        stored.request_revalidation(session, results)
    return len(results)


def accepted_reports(context: AppContext, scope: RunScope) -> tuple[StoredReport, ...]:
    """Return the accepted reports within the scope."""
    with reading(context.engine) as session:
        return tuple(_within(scope, stored.accepted_reports(session)))


def revalidate(
    context: AppContext, run_id: str, reader: Reader, batch: Sequence[StoredReport]
) -> tuple[RevalidationFinding, ...]:
    """Read and judge accepted reports again; return those that would be refused or are read differently today.

    Decisions do not change: such a report was accepted by the rules of its day and figures were published from it, so
    only a person withdraws it.
    """
    result = read(
        reader, context.landing, context.catalog, context.today, [stored_report.submission for stored_report in batch]
    )
    findings = _findings(
        context, run_id, [read_submission for read_submission in result if read_submission.may_be_judged]
    )
    with reading(context.engine) as session:
        kept = figures_of(session, [stored_report.submission.id for stored_report in batch])
    compared = (
        _finding(was, now, findings.get(now.submission.id, now.report.issues), kept.get(now.submission.id, ()))
        for was, now in zip(batch, result, strict=True)
    )
    return tuple(finding for finding in compared if finding.verdict.faults or finding.changes or finding.moved)


def _findings(context: AppContext, run_id: str, judgeable: Sequence[ReadSubmission]) -> dict[int, tuple[Issue, ...]]:
    if not judgeable:
        return {}
    stage_all(context, run_id, judgeable)
    judged = find_issues(context, run_id, judgeable)
    unstage(context, run_id)
    return {judged_report.submission_id: judged_report.issues for judged_report in judged}


def _finding(
    was: StoredReport, now: ReadSubmission, issues: tuple[Issue, ...], kept: Sequence[Observation]
) -> RevalidationFinding:
    report = now.report
    changes = changed_figures(kept, report.observations)
    submission_outcome = SubmissionOutcome(
        submission_id=now.submission.id,
        file_name=now.submission.file_name,
        unit=report.unit,
        period=report.period.id if report.period else None,
        accepted=not any(issue.severity is Severity.CRITICAL for issue in issues),
        issues=issues,
    )
    place = (report.unit.code if report.unit else None, report.form, report.period)
    return RevalidationFinding(submission_outcome, len(changes), moved=place != (was.unit, was.form, was.period))


def _within(scope: RunScope, result: Sequence[StoredReport]) -> Iterator[StoredReport]:
    return (
        stored_report
        for stored_report in result
        if scope.takes_place(stored_report.submission, stored_report.unit, stored_report.period)
    )

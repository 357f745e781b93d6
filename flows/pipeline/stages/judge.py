"""Judge: stage reports, check those of one day by the rules, and load them, accepted or quarantined."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.catalog.catalog import Catalog
from domain.figure_changes import CountingVersion, correction_issues
from domain.indicators import Flow
from domain.issues import Issue, Severity
from domain.layouts import Form
from domain.observations import Figure, Observation
from domain.rules import Rule
from domain.staging import StagedDue, StagedObservation, StagedRegister, StagedRow, StagedSubmission, digest_of
from domain.submissions import ParsedReport
from expectations.check import KeptResults
from expectations.check import check as check_rules
from expectations.run_pages import batch_file
from flows.pipeline.stages.earlier_figures import earlier_figures
from flows.pipeline.stages.read import ReadSubmission
from flows.support.context import AppContext
from warehouse.queries.history import figures_of
from warehouse.store.engine import reading, transaction
from warehouse.submissions.authorisations import UnauthorisedSubmission, unauthorised
from warehouse.submissions.holds import replaced_versions, withdrawn_before
from warehouse.submissions.loading import JudgedReport, LoadResult
from warehouse.submissions.loading import load as load_judged
from warehouse.submissions.peers import peers
from warehouse.submissions.staging import clear
from warehouse.submissions.staging import stage as stage_rows
from warehouse.submissions.submissions import record_checked

NIGHTLY = "nights"
"""Folder of the pages of nightly runs, below that of quality pages."""

SENDER_NOT_AUTHORISED = "sender_not_authorised"
SENT_BY = "sent_by"
"""Fact of that issue: the code of the only commune that may use the way by which the file came, or nothing."""


def by_last_day(catalog: Catalog, submissions: Sequence[ReadSubmission]) -> dict[date, list[ReadSubmission]]:
    """Group placed submissions by the last day of their period, the earliest first.

    A group is judged and loaded before the next one, so that the outcome does not depend on how files arrived.
    """
    groups: dict[date, list[ReadSubmission]] = defaultdict(list)
    for submission in submissions:
        report = submission.report
        if report.form is None or report.period is None:
            raise ValueError(f"submission {submission.submission.id} has no place and cannot be judged")
        groups[catalog.forms.last_day(report.form, report.period)].append(submission)
    return dict(sorted(groups.items()))


def stage_all(context: AppContext, run_id: str, submissions: Sequence[ReadSubmission]) -> None:
    """Stage submissions with all that the rules need, in place of what was staged before."""
    unstage(context, run_id)
    stage(context, run_id, submissions)
    stage_peers(context, run_id, submissions)


def stage(context: AppContext, run_id: str, batch: Sequence[ReadSubmission]) -> int:
    """Stage a batch with due indicators, register and history, beside what is staged already; peers follow.

    Returns:
        How many rows were staged.
    """
    rows = [
        row
        for read_submission in batch
        for row in rows_of(context.catalog, run_id, read_submission.submission.id, read_submission.report)
    ]
    with reading(context.engine) as session:
        reports = {read_submission.submission.id: read_submission.report for read_submission in batch}
        past = list(earlier_figures(session, context.catalog, run_id, reports))
    with transaction(context.staging) as session:
        return stage_rows(session, [*rows, *past], is_last=False)


def stage_peers(context: AppContext, run_id: str, submissions: Sequence[ReadSubmission]) -> int:
    """Stage the accepted reports with which all that are judged together are compared.

    Returns:
        How many rows were staged.
    """
    with reading(context.engine) as session:
        rows = peers(session, run_id, [read_submission.submission.id for read_submission in submissions])
    with transaction(context.staging) as session:
        return stage_rows(session, rows)


def unstage(context: AppContext, run_id: str, submissions: Collection[int] | None = None) -> None:
    """Delete the staging rows of a run, all or those of some submissions."""
    with transaction(context.staging) as session:
        clear(session, run_id, submissions)


def check(context: AppContext, run_id: str, batch: Sequence[ReadSubmission]) -> tuple[JudgedReport, ...]:
    """Check staged submissions by the catalogue's rules, all together, and record that they were checked.

    Raises:
        RuleBrokenError: a rule failed; nothing is loaded.
        BatchShrunkError: the rules saw fewer rows than were staged.
    """
    holds, senders = hold_issues(context, batch), sender_issues(context, batch)
    judged = tuple(
        replace(
            report,
            issues=(*report.issues, *senders.get(report.submission_id, ()), *holds.get(report.submission_id, ())),
        )
        for report in find_issues(context, run_id, batch)
    )
    with transaction(context.engine) as session:
        record_checked(session, [read_submission.submission.id for read_submission in batch], context.clock(), run_id)
    return judged


def hold_issues(context: AppContext, batch: Sequence[ReadSubmission]) -> dict[int, tuple[Issue, ...]]:
    """Return the issues that hold submissions for a person's decision, by submission; read-only.

    Each is compared with the accepted version that it would replace; a file that a person withdrew is held as such.
    """
    numbers = [read_submission.submission.id for read_submission in batch]
    with reading(context.engine) as session:
        replaced, withdrawn = replaced_versions(session, numbers), withdrawn_before(session, numbers)
        figures = figures_of(session, [version.submission_id for version in replaced.values()])
    flows = frozenset(key for key, each in context.catalog.indicators.items() if each.flow is Flow.FLOW)
    results: dict[int, tuple[Issue, ...]] = {}
    for read_submission in batch:
        version, report = replaced.get(read_submission.submission.id), read_submission.report
        if read_submission.submission.id in withdrawn:
            again = Issue("withdrawn_before", Severity.HOLD, found=read_submission.submission.file_name)
            results[read_submission.submission.id] = (again,)
        elif version is not None and report.period is not None:
            before = CountingVersion(version.unit, version.version, figures.get(version.submission_id, ()))
            issues = correction_issues(before, report.observations, report.period, flows)
            results[read_submission.submission.id] = issues
    return results


def sender_issues(context: AppContext, batch: Sequence[ReadSubmission]) -> dict[int, tuple[Issue, ...]]:
    """Return the issues that hold what came by a way not authorised for its unit and form, by submission."""
    if not context.checks_senders:
        return {}
    with reading(context.engine) as session:
        results = unauthorised(session, context.catalog, [each.submission.id for each in batch])
    names = {each.submission.id: each.report.unit.name for each in batch if each.report.unit}
    forms = context.catalog.forms.by_id
    return {key: (_sender_issue(each, forms[each.form], names[key]),) for key, each in results.items()}


def _sender_issue(submission: UnauthorisedSubmission, form: Form, name: str) -> Issue:
    route = submission.route
    place = f"{route.source}/{route.folder}" if route.folder else route.source
    return Issue(
        SENDER_NOT_AUTHORISED,
        Severity.HOLD,
        found=f"{place} ({route.sender})" if route.sender else place,
        unit=submission.unit,
        facts={
            "reporter": f"{submission.unit} {name}",
            "source": route.source,
            "folder": route.folder,
            "sender": route.sender or "",
            "form": submission.form,
            "report_form": form.number,
            SENT_BY: submission.owner or "",
        },
    )


def find_issues(
    context: AppContext, run_id: str, batch: Sequence[ReadSubmission], rules: Sequence[Rule] | None = None
) -> tuple[JudgedReport, ...]:
    """Return the issues that these rules, by default all of the catalogue's, find in a staged batch; read-only.

    Raises:
        RuleBrokenError: a rule failed; nothing is loaded.
        BatchShrunkError: the rules saw fewer rows than were staged.
    """
    findings = check_rules(
        context.staging_url,
        run_id,
        tuple(context.catalog.rules.values()) if rules is None else rules,
        len(batch),
        indicators=tuple(context.catalog.indicators.values()),
        refused=[read_submission.submission.id for read_submission in batch if read_submission.report.has_critical],
        keep=_keep(context, run_id, batch) if rules is None else None,
    )
    results: dict[int, list[Issue]] = defaultdict(list)
    for finding in findings:
        results[finding.submission_id].append(finding.issue)
    return tuple(
        JudgedReport(
            read_submission.submission.id,
            read_submission.report,
            (*read_submission.report.issues, *results[read_submission.submission.id]),
        )
        for read_submission in batch
    )


def _keep(context: AppContext, run_id: str, batch: Sequence[ReadSubmission]) -> KeptResults | None:
    """Return where to keep the batch's rule results for the run's page; None without such pages."""
    if context.quality is None or not context.quality_nights or not batch:
        return None
    path = batch_file(context.quality / NIGHTLY, run_id, str(batch[0].submission.id))
    return KeptResults(
        path, context.clock(), {read_submission.submission.id: _label(read_submission) for read_submission in batch}
    )


def _label(read_submission: ReadSubmission) -> str:
    unit, period = read_submission.report.unit, read_submission.report.period
    return f"{unit.code} {unit.name} · {period}" if unit is not None else read_submission.submission.file_name


def load(context: AppContext, run_id: str, judged: Sequence[JudgedReport], *, releases: bool = False) -> LoadResult:
    """Load a judged batch in one transaction; `releases`: held reports count too."""
    with transaction(context.engine) as session:
        return load_judged(session, judged, run_id, context.clock(), releases=releases)


def rows_of(catalog: Catalog, run_id: str, submission_id: int, report: ParsedReport) -> Iterator[StagedRow]:
    """Yield the staging rows of one report: its figures, due indicators and register values.

    Raises:
        ValueError: unit, form or period of the report are unknown.
    """
    if report.unit is None or report.period is None or report.form is None:
        raise ValueError(f"submission {submission_id} has no place and cannot be staged")
    unit, period, form = report.unit, report.period, report.form
    in_force, last_day = catalog.forms.layout_for(form, period), catalog.forms.last_day(form, period)
    layout = catalog.forms.layout(form, report.layout_version) if report.layout_version else in_force
    observations = tuple(report.observations)
    of_form = [each for each in observations if each.unit == unit.code]
    figures = [(each.indicator, each.numerator.number, _number_of(each.denominator)) for each in of_form]
    yield StagedSubmission(
        run_id=run_id,
        submission_id=submission_id,
        unit=unit.code,
        period=period.id,
        form=form,
        layout_version=layout.version,
        sheet=of_form[0].sheet if of_form else layout.sheet,
        unit_name=unit.name,
        area=unit.parent or "",
        last_day=last_day.isoformat(),
        previous_period=period.shift(-1).id,
        layout_in_force=in_force.version,
        digest=digest_of(figures),
        figures=sum(number is not None and number > 0 for _, *pair in figures for number in pair),
    )
    for observation in observations:
        yield _staged(run_id, submission_id, unit.code, observation)
    labels = {line.indicator: line.label for line in layout.lines}
    labels |= {column.indicator: column.header for column in (*layout.village_columns, *layout.unit_columns)}
    for indicator in catalog.due_indicators(form, unit, period):
        label = labels.get(indicator.id, indicator.name.vi)
        yield StagedDue(run_id, submission_id, indicator.id, indicator.absence, label)
        registered = catalog.register_denominator(indicator.id, unit, last_day)
        if registered is not None:
            yield StagedRegister(run_id, submission_id, indicator.id, registered)


def _staged(run_id: str, submission_id: int, unit: str, observation: Observation) -> StagedObservation:
    return StagedObservation(
        run_id=run_id,
        submission_id=submission_id,
        unit=unit,
        village="" if observation.unit == unit else observation.unit,
        indicator=observation.indicator,
        sheet=observation.sheet,
        cell=observation.numerator.cell,
        denominator_cell=observation.denominator.cell if observation.denominator else "",
        stated_cell=observation.stated.cell if observation.stated else "",
        state=observation.state,
        numerator=observation.numerator.number,
        denominator=_number_of(observation.denominator),
        stated=_number_of(observation.stated),
        numerator_state=observation.numerator.state,
        denominator_state=_state_of(observation.denominator),
        stated_state=_state_of(observation.stated),
        numerator_raw=observation.numerator.raw,
        denominator_raw=observation.denominator.raw if observation.denominator else "",
        stated_raw=observation.stated.raw if observation.stated else "",
        stated_decimals=observation.stated.decimals if observation.stated else None,
    )


def _state_of(figure: Figure | None) -> str:
    return figure.state if figure else ""


def _number_of(figure: Figure | None) -> Decimal | None:
    return figure.number if figure else None

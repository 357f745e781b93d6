"""Reporting status of an area's units for a period, and refused files with their issues."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import select

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from domain.periods import Period
from domain.rollups import ReportingState
from domain.submissions import PENDING_STATES, Judgement, SubmissionState, judgement_of
from domain.units import Area
from warehouse.models import SubmissionRow
from warehouse.queries.files import file_ref, issues_of, severity_counts
from warehouse.queries.read_models import PeriodStatus, Refusal, UnitReportingStatus, UnitStatus
from warehouse.queries.reminders import sent_reminders
from warehouse.rollups.closings import closing_of, key_columns
from warehouse.rollups.reporting_status import ReportingStatus, reporting_statuses
from warehouse.rollups.revision_rows import newest_revision
from warehouse.rollups.scope import RollupKey, expected_reports_in
from warehouse.store.engine import Session
from warehouse.submissions.snapshots import SubmissionSnapshot

Counts = Mapping[tuple[int, int], Mapping[Severity, int]]


def period_status(session: Session, catalog: Catalog, area: Area, form: str, period: Period) -> PeriodStatus:
    """Return the current status of all units of an area that have to report a form, by code."""
    units = [report.unit for report in expected_reports_in(catalog, RollupKey(area, form, period), period)]
    deadline = catalog.forms.deadline(form, period, catalog.forms.form(form).level)
    result = reporting_statuses(session, form, period, units, deadline)
    counts = severity_counts(
        session,
        [
            (reporting_status.submission.id, reporting_status.submission.judgement)
            for reporting_status in result.values()
            if reporting_status.submission
        ],
    )
    refused = {key: _refused_since(snapshots) for key, snapshots in result.items()}
    held = {
        key: [file for file in snapshots.files if file.state is SubmissionState.HELD]
        for key, snapshots in result.items()
    }
    listed = [file for by_unit in (refused, held) for files in by_unit.values() for file in files]
    issues = issues_of(session, listed)
    reminded = sent_reminders(session, form, period)
    newest = newest_revision(session, key_columns(RollupKey(area, form, period)))
    return PeriodStatus(
        area=area.code,
        area_name=area.name,
        form=form,
        period=period,
        deadline=deadline,
        revision=newest.number if newest else None,
        units=tuple(
            replace(
                _status(period, status, counts, [_refusal(file, issues) for file in refused[key]]),
                held=tuple(_refusal(file, issues) for file in held[key]),
                reminded=reminded.get(key),
            )
            for key, status in result.items()
        ),
        closed=closing_of(session, RollupKey(area, form, period)),
    )


def refusals(session: Session, *, unplaced_only: bool = False) -> tuple[Refusal, ...]:
    """Return all refused files, newest first; or only those without a known unit, form or period."""
    statement = select(SubmissionRow).where(SubmissionRow.state == SubmissionState.QUARANTINED)
    if unplaced_only:
        statement = statement.where(SubmissionRow.version.is_(None))
    rows = session.scalars(statement.order_by(SubmissionRow.landed_at.desc(), SubmissionRow.id.desc())).all()
    issues = issues_of(session, rows)
    return tuple(_refusal(row, issues) for row in rows)


def _status(
    period: Period, reporting_status: ReportingStatus, counts: Counts, refusals: Iterable[Refusal]
) -> UnitStatus:
    row = reporting_status.submission
    result = counts.get((row.id, row.judgement), {}) if row else {}
    standing = UnitReportingStatus(
        period=period,
        unit_valid_from=reporting_status.unit.valid_from,
        code=reporting_status.unit.code,
        name=reporting_status.unit.name,
        state=reporting_status.state,
        late=reporting_status.late,
        file=file_ref(row) if row else None,
        received_at=row.received_at if row else None,
        issues=sum(result.values()),
    )
    return UnitStatus(
        standing=standing,
        refusals=tuple(refusals),
        waiting=sum(file.state in PENDING_STATES for file in reporting_status.files),
        judgement=_judgement(reporting_status, result),
    )


def _refused_since(reporting_status: ReportingStatus) -> list[SubmissionSnapshot]:
    """Return the files refused after the accepted one, or all of them where none is, newest first."""
    accepted = next((file for file in reporting_status.files if file.state is SubmissionState.ACCEPTED), None)
    after = reporting_status.files[reporting_status.files.index(accepted) + 1 :] if accepted else reporting_status.files
    return [file for file in reversed(after) if file.state is SubmissionState.QUARANTINED]


def _judgement(reporting_status: ReportingStatus, result: Mapping[Severity, int]) -> Judgement | None:
    if reporting_status.state is ReportingState.QUARANTINED:
        return Judgement.QUARANTINED  # of two rival files without an order, either may be refused without an issue
    return judgement_of(result) if reporting_status.submission else None


def _refusal(row: SubmissionRow | SubmissionSnapshot, issues: Mapping[int, tuple[Issue, ...]]) -> Refusal:
    return Refusal(file_ref(row), row.received_at, row.judged_at, issues[row.id])

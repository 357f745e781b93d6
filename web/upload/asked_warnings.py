"""Warnings about the reports of a link's unit, which its sender may answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.catalog.catalog import Catalog
from domain.issues import Issue
from domain.rollups import ReportingState
from domain.submissions import SubmissionState
from domain.vietnam_time import day_in_vietnam
from domain.waivers import RemarkKind
from flows.actions.upload_checks import LinkReport, reports_of_link
from warehouse.officers.remarks import write_remark
from warehouse.queries.desk.remarks import WarningRemark, remarks_on
from warehouse.queries.uploads import UploadLinkRecord
from warehouse.store.engine import Engine, Session, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.open_warnings import open_warnings_of
from warehouse.submissions.report_keys import ReportKey, versions_of
from warehouse.submissions.waivers import WarningSelector
from warehouse.submissions.withdrawal import Decision


@dataclass(frozen=True, slots=True)
class AskedWarning:
    """An open warning about a report that counts, and what was asked and answered about it, in order."""

    report: LinkReport
    issue: Issue
    remarks: tuple[WarningRemark, ...]

    @property
    def is_answered(self) -> bool:
        """Return whether the sender wrote last."""
        return bool(self.remarks) and self.remarks[-1].kind is RemarkKind.ANSWER

    @property
    def selector(self) -> WarningSelector:
        """What the answer is about."""
        key = ReportKey(self.report.unit.key, self.report.form, self.report.period)
        return WarningSelector(key, self.issue.code, self.issue.indicator)


def warnings_of_link(
    session: Session, catalog: Catalog, link: UploadLinkRecord, at: datetime
) -> tuple[AskedWarning, ...]:
    """Return the open warnings about the newest reports of a link's unit; of a rule and indicator the first."""
    results: dict[WarningSelector, AskedWarning] = {}
    for report in reports_of_link(session, catalog, link, day_in_vietnam(at)):
        if report.state is ReportingState.ACCEPTED:
            for warning in _warnings_of(session, report, at):
                results.setdefault(warning.selector, warning)
    return tuple(results.values())


def keep_answer(engine: Engine, warning: AskedWarning, answer: DecisionReason, at: datetime, link: int) -> None:
    """Keep what the sender answers; an officer decides whether it holds.

    Raises:
        UsageError: answer or name is empty or too long, or the warning is not open any more.
    """
    with transaction(engine) as session:
        write_remark(session, warning.selector, RemarkKind.ANSWER, Decision(answer, at), link=link)


def find_warning(
    engine: Engine, catalog: Catalog, link: UploadLinkRecord, place: tuple[str, ...], at: datetime
) -> AskedWarning | None:
    """Return the open warning that a form names, by form, period, rule and indicator; None: it is not open."""
    with reading(engine) as session:
        for warning in warnings_of_link(session, catalog, link, at):
            if place == place_of(warning):
                return warning
    return None


def place_of(warning: AskedWarning) -> tuple[str, ...]:
    """Return what names a warning in a form: form, period, rule and indicator."""
    return warning.report.form, warning.report.period.id, warning.issue.code, warning.issue.indicator or ""


def _warnings_of(session: Session, report: LinkReport, at: datetime) -> Iterator[AskedWarning]:
    key = ReportKey(report.unit.key, report.form, report.period)
    row = next((each for each in versions_of(session, key) if each.state is SubmissionState.ACCEPTED), None)
    if row is None:
        return
    remarks = remarks_on(session, [row.id])
    for warning in open_warnings_of(session, {row.id: row.judgement}, at).get(row.id, ()):
        if warning.waiver is None:
            issue = warning.issue
            own = tuple(each for each in remarks if each.is_about(issue.code, issue.indicator))
            yield AskedWarning(report, issue, own)

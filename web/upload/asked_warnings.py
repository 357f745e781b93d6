"""Warnings about the reports of a link's unit, which its sender may answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.authorisations import authorisation_by
from domain.catalog.catalog import Catalog
from domain.issues import Issue
from domain.waivers import RemarkKind
from warehouse.officers.remarks import write_remark
from warehouse.queries.desk.remarks import WarnedReport, WarningRemark, remarks_on, warned_reports
from warehouse.queries.uploads import UploadLinkRecord
from warehouse.store.engine import Engine, Session, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.open_warnings import open_warnings_of
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.waivers import WarningSelector
from warehouse.submissions.withdrawal import Decision

_MOST_REPORTS: Final = 24
"""Newest reports whose warnings a sender may answer."""


@dataclass(frozen=True, slots=True)
class AskedWarning:
    """An open warning about a report that counts, and what was asked and answered about it, in order."""

    report: ReportKey
    issue: Issue
    remarks: tuple[WarningRemark, ...]

    @property
    def is_answered(self) -> bool:
        """Return whether the sender wrote last."""
        return bool(self.remarks) and self.remarks[-1].kind is RemarkKind.ANSWER

    @property
    def selector(self) -> WarningSelector:
        """What the answer is about."""
        return WarningSelector(self.report, self.issue.code, self.issue.indicator)


def warnings_of_link(
    session: Session, catalog: Catalog, link: UploadLinkRecord, at: datetime
) -> tuple[AskedWarning, ...]:
    """Return the open warnings about the newest reports of a link's unit; of a rule and indicator the first."""
    results: dict[WarningSelector, AskedWarning] = {}
    for report in warned_reports(session, link.link.unit, _MOST_REPORTS):
        if covers(catalog, link, report.key):
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


def covers(catalog: Catalog, link: UploadLinkRecord, key: ReportKey) -> bool:
    """Return whether a link is of the unit of a report which units fill in themselves."""
    if key.form not in {form.id for form in catalog.forms.of_units}:
        return False
    day = catalog.forms.last_day(key.form, key.period)
    unit = catalog.units.find(key.unit.code, day)
    return unit is not None and authorisation_by(link.link, link.number).covers(catalog, unit, day)


def _warnings_of(session: Session, report: WarnedReport, at: datetime) -> Iterator[AskedWarning]:
    remarks = remarks_on(session, [report.submission_id])
    warnings = open_warnings_of(session, {report.submission_id: report.judgement}, at)
    for warning in warnings.get(report.submission_id, ()):
        if warning.waiver is None:
            issue = warning.issue
            own = tuple(each for each in remarks if each.is_about(issue.code, issue.indicator))
            yield AskedWarning(report.key, issue, own)

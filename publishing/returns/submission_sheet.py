"""The content of a submission's page as plain values: outcome, issues, repairs, versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.issues import GRAVEST_FIRST, Severity
from domain.submissions import SubmissionState
from domain.waivers import OpenWarning
from publishing.figures.formatter import ReportFormatter
from warehouse.queries.feedback import SubmissionFeedback
from warehouse.queries.history import ReportVersion

MOST_LINES = 500
"""Most issues of one severity, and most repairs, that are listed."""


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One issue, formatted: place, value found, value expected, message, advice.

    `answer` is a person's answer, with its author, time and last day; such an issue needs no action. `rule` is the id
    of the rule or kind of issue, `indicator` the code of the indicator that it is about, if any.
    """

    sheet: str
    cell: str
    found: str
    expected: str
    title: str
    message: str
    action: str
    answer: str = ""
    rule: str = ""
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues of one severity; `more` are not listed."""

    severity: str
    count: int
    lines: tuple[IssueLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class RepairLine:
    """A cell that was read as another value than it holds, and the tolerance applied."""

    sheet: str
    cell: str
    before: str
    after: str
    rule: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of the report; `is_this`: the version that the page shows."""

    number: int
    file_name: str
    sha256: str
    received_at: datetime
    outcome: str
    counted: bool
    is_this: bool


@dataclass(frozen=True, slots=True)
class SubmissionSheet:
    """A submission, formatted in one language.

    `outcome` is a code of `publishing.outcome_<code>`, `next_step` says what that means for the unit; `style` its CSS
    class: good, mind, poor or plain. `unit_name`, `period` and `form` are empty where the file does not state them.
    `decision_note` is the reason that a person gave for withdrawing or restoring it.
    """

    submission_id: int
    unit_name: str
    code: str
    period: str
    days: str
    form: str
    outcome: str
    next_step: str
    style: str
    decision_note: str
    file_name: str
    sha256: str
    source: str
    sender: str
    delivered_at: datetime
    judged_at: datetime | None
    version: int | None
    groups: tuple[IssueGroup, ...]
    repairs: tuple[RepairLine, ...]
    more_repairs: int
    versions: tuple[VersionLine, ...]


def sheet_of(feedback: SubmissionFeedback, formatter: ReportFormatter) -> SubmissionSheet:
    """Build the content of a submission's page in the formatter's language."""
    record, outcome = feedback.record, outcome_of(feedback.record.state, feedback.asked)
    move = feedback.last_move
    return SubmissionSheet(
        submission_id=record.file.submission_id,
        unit_name=record.unit_name or "",
        code=record.unit or "",
        period=formatter.period_name(record.period) if record.period else "",
        days=_days(feedback, formatter),
        form=formatter.form(record.form),
        outcome=outcome,
        next_step=_next_step(feedback, outcome, formatter),
        style=_STYLES[outcome],
        decision_note=formatter.text("sub_said", actor=move.actor, note=move.note) if move.actor and move.note else "",
        file_name=record.file.file_name,
        sha256=record.file.sha256,
        source=f"{record.connector}: {record.path}",
        sender=record.sender or "",
        delivered_at=record.delivered_at,
        judged_at=feedback.judged_at,
        version=record.file.version,
        groups=tuple(_groups(feedback, formatter)),
        repairs=tuple(_repairs(feedback, formatter))[:MOST_LINES],
        more_repairs=max(0, len(feedback.repairs) - MOST_LINES),
        versions=tuple(_version(version, record.file.submission_id, formatter) for version in feedback.versions),
    )


def _next_step(feedback: SubmissionFeedback, outcome: str, formatter: ReportFormatter) -> str:
    """Say what an outcome means; the figures of an accepted report may be of a form that does not count."""
    record, catalog = feedback.record, formatter.catalog
    form, period = record.form, record.period
    is_known = form in catalog.forms.by_id
    if outcome == "accepted" and form and period and is_known and not catalog.counts_at_all(form, period):
        return formatter.text("outcome_beside_next")
    return formatter.text(f"outcome_{outcome}_next")


_STYLES = {
    "accepted": "good",
    "accepted_asked": "mind",
    "quarantined": "poor",
    "held": "mind",
    "superseded": "plain",
    "withdrawn": "plain",
    "replaced_before_check": "plain",
}


def outcome_of(state: SubmissionState, open_warnings: Sequence[OpenWarning]) -> str:
    """Return the outcome's code: the state, or `accepted_asked` for an accepted report with unanswered warnings."""
    is_unanswered = any(warning.waiver is None for warning in open_warnings)
    return "accepted_asked" if state is SubmissionState.ACCEPTED and is_unanswered else state.value


def _days(feedback: SubmissionFeedback, formatter: ReportFormatter) -> str:
    form, period = feedback.record.form, feedback.record.period
    if form is None or form not in formatter.catalog.forms.by_id or period is None:
        return ""
    calendar = formatter.catalog.forms.calendar_of(form)
    first, last = formatter.day(calendar.first_day(period)), formatter.day(calendar.last_day(period))
    return formatter.text("period_days", first=first, last=last)


def _groups(feedback: SubmissionFeedback, formatter: ReportFormatter) -> Iterable[IssueGroup]:
    for severity in GRAVEST_FIRST:
        issues = [OpenWarning(issue, None) for issue in feedback.issues if issue.severity is severity]
        if severity is Severity.WARNING and feedback.asked:
            issues = list(feedback.asked)
        if issues:
            lines = tuple(_issue(issue, formatter) for issue in issues[:MOST_LINES])
            yield IssueGroup(severity.value, len(issues), lines, len(issues) - len(lines))


def _issue(warning: OpenWarning, formatter: ReportFormatter) -> IssueLine:
    catalog, lang, issue, waiver = formatter.catalog, formatter.lang, warning.issue, warning.waiver
    return IssueLine(
        sheet=issue.sheet or "",
        cell=issue.cell or "",
        found=issue.found or "",
        expected=catalog.issue_expected(issue, lang),
        title=catalog.issue_title(issue, lang),
        message=catalog.issue_message(issue, lang),
        action=catalog.issue_action(issue, lang),
        answer="" if waiver is None else formatter.text("sub_answer", answer=formatter.answer(waiver)),
        rule=issue.code,
        indicator=issue.indicator or "",
    )


def _repairs(feedback: SubmissionFeedback, formatter: ReportFormatter) -> Iterable[RepairLine]:
    for repair in feedback.repairs:
        rule = formatter.catalog.texts.repair_text(repair, formatter.lang)
        yield RepairLine(repair.sheet, repair.cell, repair.before, repair.read_as(formatter.lang), rule)


def _version(version: ReportVersion, this: int, formatter: ReportFormatter) -> VersionLine:
    return VersionLine(
        number=version.version,
        file_name=version.file_name,
        sha256=version.sha256,
        received_at=version.received_at,
        outcome=formatter.submission_state(version.state),
        counted=version.counted,
        is_this=version.submission_id == this,
    )

"""What the page of a submission shows, as plain values: what came of it, what to mend, what was read otherwise."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.issues import GRAVEST_FIRST, Severity
from domain.submissions import SubmissionState
from domain.waivers import OpenWarning
from publishing.figures.assemble import period_name
from publishing.figures.formatter import ReportFormatter
from warehouse.queries.feedback import SubmissionFeedback
from warehouse.queries.history import ReportVersion

MOST_LINES = 500
"""So many issues or repairs are listed each; whoever has more mends these first."""


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One issue in words: where, what stands there, what should, what is wrong, what to do.

    `answer` is what a person answered, with who, when and until which day; then nothing is to be done.
    """

    sheet: str
    cell: str
    found: str
    expected: str
    title: str
    message: str
    action: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues of one severity; `more` are not listed."""

    severity: str
    count: int
    lines: tuple[IssueLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class RepairLine:
    """A cell that was read as something else than it holds, and by which tolerance."""

    sheet: str
    cell: str
    before: str
    after: str
    rule: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of the report; `is_this`: the one that the page is about."""

    number: int
    file_name: str
    sha256: str
    received_at: datetime
    outcome: str
    counted: bool
    is_this: bool


@dataclass(frozen=True, slots=True)
class SubmissionSheet:
    """A submission, ready to be written in one language.

    `outcome` is a code of `publishing.outcome_<code>`; `mood` how it is shown: good, mind, poor or plain. `who`,
    `period` and `form` are empty where the file does not tell them. `said` are the words of a person who withdrew it.
    """

    submission_id: int
    who: str
    code: str
    period: str
    days: str
    form: str
    outcome: str
    mood: str
    said: str
    file_name: str
    sha256: str
    came_by: str
    sender: str
    delivered_at: datetime
    judged_at: datetime | None
    version: int | None
    groups: tuple[IssueGroup, ...]
    repairs: tuple[RepairLine, ...]
    more_repairs: int
    versions: tuple[VersionLine, ...]


def sheet_of(feedback: SubmissionFeedback, words: ReportFormatter) -> SubmissionSheet:
    """What is told of a submission, in the language of the words."""
    record, outcome = feedback.record, outcome_of(feedback.record.state, feedback.asked)
    move = feedback.last_move
    return SubmissionSheet(
        submission_id=record.file.submission_id,
        who=record.unit_name or "",
        code=record.unit or "",
        period=period_name(record.period, words) if record.period else "",
        days=_days(feedback, words),
        form=words.form(record.form),
        outcome=outcome,
        mood=_MOODS[outcome],
        said=words.text("sub_said", actor=move.actor, note=move.note) if move.actor and move.note else "",
        file_name=record.file.file_name,
        sha256=record.file.sha256,
        came_by=f"{record.connector}: {record.path}",
        sender=record.sender or "",
        delivered_at=record.delivered_at,
        judged_at=feedback.judged_at,
        version=record.file.version,
        groups=tuple(_groups(feedback, words)),
        repairs=tuple(_repairs(feedback, words))[:MOST_LINES],
        more_repairs=max(0, len(feedback.repairs) - MOST_LINES),
        versions=tuple(_version(each, record.file.submission_id, words) for each in feedback.versions),
    )


_MOODS = {
    "accepted": "good",
    "accepted_asked": "mind",
    "quarantined": "poor",
    "superseded": "plain",
    "withdrawn": "plain",
    "replaced_before_check": "plain",
}


def outcome_of(state: SubmissionState, open_warnings: Sequence[OpenWarning]) -> str:
    """The outcome's code: the state's, but that an accepted report with a question that waits is told apart."""
    waits = any(open_warning.waiver is None for open_warning in open_warnings)
    return "accepted_asked" if state is SubmissionState.ACCEPTED and waits else state.value


def _days(submission_feedback: SubmissionFeedback, words: ReportFormatter) -> str:
    form, period = submission_feedback.record.form, submission_feedback.record.period
    if form is None or form not in words.catalog.forms or period is None:
        return ""
    calendar = words.catalog.calendar_of(form)
    first, last = words.day(calendar.first_day(period)), words.day(calendar.last_day(period))
    return words.text("period_days", first=first, last=last)


def _groups(submission_feedback: SubmissionFeedback, words: ReportFormatter) -> Iterable[IssueGroup]:
    for severity in GRAVEST_FIRST:
        of_it = [OpenWarning(issue, None) for issue in submission_feedback.issues if issue.severity is severity]
        if severity is Severity.WARNING and submission_feedback.asked:
            of_it = list(submission_feedback.asked)
        if of_it:
            lines = tuple(_issue(each, words) for each in of_it[:MOST_LINES])
            yield IssueGroup(severity.value, len(of_it), lines, len(of_it) - len(lines))


def _issue(open_warnings: OpenWarning, words: ReportFormatter) -> IssueLine:
    catalog, lang, issue, waiver = words.catalog, words.lang, open_warnings.issue, open_warnings.waiver
    return IssueLine(
        sheet=issue.sheet or "",
        cell=issue.cell or "",
        found=issue.found or "",
        expected=issue.expected or "",
        title=catalog.issue_title(issue, lang),
        message=catalog.issue_message(issue, lang),
        action=catalog.issue_action(issue, lang),
        answer="" if waiver is None else words.text("sub_answer", answer=words.answer(waiver)),
    )


def _repairs(submission_feedback: SubmissionFeedback, words: ReportFormatter) -> Iterable[RepairLine]:
    for repair in submission_feedback.repairs:
        rule = words.catalog.repair_text(repair, words.lang)
        yield RepairLine(repair.sheet, repair.cell, repair.before, repair.after, rule)


def _version(report_version: ReportVersion, this: int, words: ReportFormatter) -> VersionLine:
    return VersionLine(
        number=report_version.version,
        file_name=report_version.file_name,
        sha256=report_version.sha256,
        received_at=report_version.received_at,
        outcome=words.submission_state(report_version.state),
        counted=report_version.counted,
        is_this=report_version.submission_id == this,
    )

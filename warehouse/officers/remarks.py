"""Write what officers ask about warnings of a report that counts, and what senders answer."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from domain.errors import UsageError
from domain.issues import Issue
from domain.mail.warning_answers import WarningCode, numbered_warnings
from domain.submissions import SubmissionState
from domain.waivers import RemarkKind
from warehouse.models import IssueRow, OutgoingRow, ReplyRow, SubmissionRow, WarningRemarkRow
from warehouse.officers.notes import LONGEST_NAME, LONGEST_NOTE
from warehouse.store.engine import Session
from warehouse.submissions.findings import findings_in, issue_of
from warehouse.submissions.open_warnings import open_warnings_of
from warehouse.submissions.report_keys import report_key_of, versions_of
from warehouse.submissions.waivers import WarningSelector
from warehouse.submissions.withdrawal import Decision, VersionRef


def write_remark(
    session: Session,
    selector: WarningSelector,
    kind: RemarkKind,
    decision: Decision,
    *,
    link: int | None = None,
    mail: str | None = None,
) -> tuple[VersionRef, tuple[Issue, ...]]:
    """Keep a remark about the open warnings that a rule has about a report.

    `link` is the number of the upload link, `mail` the sha256 of the landed mail by which an answer came.

    Returns:
        The version that counts, and those warnings.

    Raises:
        UsageError: text or name is empty or too long, or no such warning is open.
    """
    text, actor = decision.reason.note.strip(), decision.reason.actor.strip()
    if not text or not actor or len(text) > LONGEST_NOTE or len(actor) > LONGEST_NAME:
        raise UsageError(f"a remark needs a text of at most {LONGEST_NOTE} characters and a name of {LONGEST_NAME}")
    row = _accepted(session, selector)
    warnings = open_warnings_of(session, {row.id: row.judgement}, decision.at).get(row.id, ())
    issues = tuple(
        each.issue
        for each in warnings
        if each.waiver is None
        and each.issue.code == selector.rule
        and selector.indicator in {None, each.issue.indicator}
    )
    if not issues:
        raise UsageError(f"no warning of {selector.rule} is open about {selector.key.unit.code}, {selector.key.period}")
    session.add(
        WarningRemarkRow(
            submission_id=row.id,
            rule=selector.rule,
            indicator=selector.indicator,
            kind=kind,
            at=decision.at,
            actor=actor,
            text=text,
            link_id=link,
            mail_sha256=mail,
        )
    )
    return VersionRef(row.id, row.version or 0, row.file_name), issues


def delivery_of(session: Session, version: VersionRef) -> int:
    """Return the number of the delivery that brought a version."""
    return session.get_one(SubmissionRow, version.submission_id).delivery_id


def warning_codes(session: Session, version: VersionRef) -> Mapping[tuple[str, str | None], WarningCode]:
    """Return the codes of the warnings of a version's last judgement, by rule and indicator."""
    row = session.get_one(SubmissionRow, version.submission_id)
    issues = map(issue_of, findings_in(session, IssueRow, {row.id: row.judgement}))
    return {
        (issue.code, issue.indicator): WarningCode(row.id, row.judgement, number)
        for number, issue in numbered_warnings(issues).items()
    }


def sent_warnings(
    session: Session, message_ids: Collection[str], recipient: str
) -> Mapping[WarningCode, tuple[SubmissionRow, Issue]]:
    """Return the warnings about what our replies to a recipient were about, by their codes, as each judgement had them.

    `message_ids` are those that a mail refers to.
    """
    outgoing, issue = OutgoingRow, IssueRow
    rows = session.execute(
        select(SubmissionRow, issue)
        .join(issue, issue.submission_id == SubmissionRow.id)
        .join(ReplyRow, ReplyRow.delivery_id == SubmissionRow.delivery_id)
        .join(outgoing, outgoing.reply_id == ReplyRow.id)
        .where(outgoing.message_id.in_(message_ids), outgoing.recipient == recipient)
        .order_by(SubmissionRow.id, issue.judgement, issue.position)
        .distinct()
    ).tuples()
    of_judgement: dict[tuple[int, int], tuple[SubmissionRow, list[Issue]]] = {}
    for row, issue_row in rows:
        of_judgement.setdefault((row.id, issue_row.judgement), (row, []))[1].append(issue_of(issue_row))
    return {
        WarningCode(number, judgement, position): (row, warning)
        for (number, judgement), (row, issues) in of_judgement.items()
        for position, warning in numbered_warnings(issues).items()
    }


def keep_answer_of_mail(
    session: Session, row: SubmissionRow, warning: Issue, answer: Decision, mail: str
) -> tuple[Issue, ...]:
    """Keep what the sender of a version answers by mail about a warning; an officer decides whether it holds.

    Raises:
        UsageError: another version counts, the warning is not open any more, or the answer is empty or too long.
    """
    key = report_key_of(row)
    if key is None or row.state is not SubmissionState.ACCEPTED:
        raise UsageError(f"the version of submission {row.id} does not count")
    selector = WarningSelector(key, warning.code, warning.indicator)
    return write_remark(session, selector, RemarkKind.ANSWER, answer, mail=mail)[1]


def _accepted(session: Session, selector: WarningSelector) -> SubmissionRow:
    rows = versions_of(session, selector.key)
    result = next((row for row in rows if row.state is SubmissionState.ACCEPTED), None)
    if result is None:
        raise UsageError(f"no version of {selector.key.unit.code}, {selector.key.period} counts")
    return result

"""Write what officers ask about warnings of a report that counts, and what senders answer."""

from domain.errors import UsageError
from domain.issues import Issue
from domain.submissions import SubmissionState
from domain.waivers import RemarkKind
from warehouse.models import SubmissionRow, WarningRemarkRow
from warehouse.officers.notes import LONGEST_NAME, LONGEST_NOTE
from warehouse.store.engine import Session
from warehouse.submissions.open_warnings import open_warnings_of
from warehouse.submissions.report_keys import versions_of
from warehouse.submissions.waivers import WarningSelector
from warehouse.submissions.withdrawal import Decision, VersionRef


def write_remark(
    session: Session, selector: WarningSelector, kind: RemarkKind, decision: Decision, *, link: int | None = None
) -> tuple[VersionRef, tuple[Issue, ...]]:
    """Keep a remark about the open warnings that a rule has about a report; `link` is the number of an upload link.

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
        )
    )
    return VersionRef(row.id, row.version or 0, row.file_name), issues


def delivery_of(session: Session, version: VersionRef) -> int:
    """Return the number of the delivery that brought a version."""
    return session.get_one(SubmissionRow, version.submission_id).delivery_id


def _accepted(session: Session, selector: WarningSelector) -> SubmissionRow:
    rows = versions_of(session, selector.key)
    result = next((row for row in rows if row.state is SubmissionState.ACCEPTED), None)
    if result is None:
        raise UsageError(f"no version of {selector.key.unit.code}, {selector.key.period} counts")
    return result

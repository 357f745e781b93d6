"""Held submissions: what they are compared with, and a person's decision to release or to refuse them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from domain.errors import UsageError
from domain.issues import Issue, Severity
from domain.submissions import MoveReason, SubmissionState
from warehouse.models import IssueRow, RepairRow, SubmissionEventRow, SubmissionRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session, serialise
from warehouse.submissions.findings import findings_in, issue_of, keep_findings, repair_of
from warehouse.submissions.lifecycle import age_of, move
from warehouse.submissions.report_keys import ReportKey, versions_of
from warehouse.submissions.withdrawal import Decision, VersionRef

REFUSED_BY_PERSON = "refused_by_person"


@dataclass(frozen=True, slots=True)
class ReplacedVersion:
    """The accepted version that a submission would replace: its submission's number, its own, and its unit's code."""

    submission_id: int
    version: int
    unit: str


def replaced_versions(session: Session, submission_ids: Collection[int]) -> dict[int, ReplacedVersion]:
    """Return the accepted version that each submission would replace, by the submission's number.

    Submissions that a person released replace it whatever they say, and older ones replace nothing: they are absent.
    """
    results: dict[int, ReplacedVersion] = {}
    new, accepted = aliased(SubmissionRow), aliased(SubmissionRow)
    same_report: tuple[ColumnElement[bool], ...] = (
        new.unit_code == accepted.unit_code,
        new.unit_valid_from == accepted.unit_valid_from,
        new.form == accepted.form,
        new.period == accepted.period,
        new.id != accepted.id,
    )
    event = SubmissionEventRow
    released = select(event.submission_id).where(event.reason == MoveReason.RELEASED_BY_PERSON)
    for chunk in in_chunks(submission_ids):
        rows = session.execute(
            select(new, accepted)
            .join(accepted, (accepted.state == SubmissionState.ACCEPTED))
            .where(new.id.in_(chunk), new.id.not_in(released), *same_report)
        )
        for row, counting in rows:
            if age_of(row) > age_of(counting):
                results[row.id] = ReplacedVersion(counting.id, counting.version or 0, counting.unit_code or "")
    return results


def withdrawn_before(session: Session, submission_ids: Collection[int]) -> frozenset[int]:
    """Return those of the submissions whose very file a person withdrew from the same report, except released ones."""
    new, old, event = aliased(SubmissionRow), aliased(SubmissionRow), SubmissionEventRow
    released = select(event.submission_id).where(event.reason == MoveReason.RELEASED_BY_PERSON)
    withdrawn = (
        select(new.id)
        .join(old, (new.sha256 == old.sha256) & (new.unit_code == old.unit_code) & (new.period == old.period))
        .where(old.state == SubmissionState.WITHDRAWN, old.form == new.form, new.id.not_in(released))
    )
    results = (session.scalars(withdrawn.where(new.id.in_(chunk))) for chunk in in_chunks(submission_ids))
    return frozenset(key for chunk in results for key in chunk)


def release(session: Session, key: ReportKey, decision: Decision, version: int | None = None) -> VersionRef:
    """Let a held version be judged again by the current run; it counts if nothing refuses it.

    `version` names it; it may be left out where only one is held.

    Raises:
        UsageError: no reason is given; nothing is held; several are and none was named; the one named is not.
    """
    row = _held_version(session, key, decision, version)
    reason = MoveReason.RELEASED_BY_PERSON
    move(session, row, SubmissionState.CHECKED, decision.at, decision.run_id, reason=reason, decision=decision.reason)
    return _ref(row)


def refuse(session: Session, key: ReportKey, decision: Decision, version: int | None = None) -> VersionRef:
    """Refuse a held version: it is quarantined with its issues and the person's reason, and its sender is answered.

    Raises:
        UsageError: see `release`.
    """
    row = _held_version(session, key, decision, version)
    judgement = {row.id: row.judgement}
    issues = [issue_of(issue) for issue in findings_in(session, IssueRow, judgement)]
    repairs = [repair_of(repair) for repair in findings_in(session, RepairRow, judgement)]
    refusal = Issue(REFUSED_BY_PERSON, Severity.CRITICAL, found=decision.reason.note, unit=row.unit_code)
    reason = MoveReason.REFUSED_BY_PERSON
    move(
        session, row, SubmissionState.QUARANTINED, decision.at, decision.run_id, reason=reason, decision=decision.reason
    )
    keep_findings(session, row, [refusal, *issues], repairs, decision.at)
    return _ref(row)


def _held_version(session: Session, key: ReportKey, decision: Decision, version: int | None) -> SubmissionRow:
    serialise(session)
    if not decision.reason.note.strip():
        raise UsageError("say why, in a sentence: it is kept with the report")
    held = [row for row in versions_of(session, key) if row.state is SubmissionState.HELD]
    label = f"{key.unit.code}, form {key.form}, {key.period}"
    if not held:
        raise UsageError(f"nothing is held of {label}: tonghop held list shows what is")
    if version is None and len(held) > 1:
        raise UsageError(f"several versions of {label} are held; name one with --version: {_numbers(held)}")
    row = held[0] if version is None else next((row for row in held if row.version == version), None)
    if row is None:
        raise UsageError(f"version {version} of {label} is not held; held: {_numbers(held)}")
    return row


def _numbers(rows: Sequence[SubmissionRow]) -> str:
    return ", ".join(str(row.version) for row in rows)


def _ref(row: SubmissionRow) -> VersionRef:
    return VersionRef(row.id, row.version or 0, row.file_name)

"""File references, and issues and repairs of submissions' judgements."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from domain.issues import SHADOW_FACT, Issue, Repair, Severity, without_shadow
from warehouse.models import IssueRow, RepairRow, SubmissionRow
from warehouse.queries.read_models import FileRef
from warehouse.store.bulk import in_chunks, table_of
from warehouse.store.engine import Session
from warehouse.submissions.findings import findings_in, issue_of, repair_of
from warehouse.submissions.snapshots import SubmissionSnapshot


def file_ref(row: SubmissionRow | SubmissionSnapshot) -> FileRef:
    """Return the reference to a submission's file."""
    return FileRef(row.id, row.sha256, row.file_name, row.version)


def file_refs(session: Session, submissions: Iterable[int]) -> dict[int, FileRef]:
    """Return the references to the files of submissions that are there."""
    results: dict[int, FileRef] = {}
    for chunk in in_chunks(submissions):
        files = session.execute(_FILES, {"submissions": chunk})
        results |= {file[0]: FileRef(*file) for file in files.all()}
    return results


def issue_counts(session: Session, judgements: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Count the issues of each (submission, judgement), without those of shadow rules; those without any are absent."""
    return {key: sum(counts.values()) for key, counts in severity_counts(session, judgements).items()}


def severity_counts(
    session: Session, judgements: Collection[tuple[int, int]]
) -> dict[tuple[int, int], dict[Severity, int]]:
    """Count the issues of each (submission, judgement) by severity, without those of shadow rules."""
    counts: dict[tuple[int, int], dict[Severity, int]] = {}
    for chunk in in_chunks(submission_id for submission_id, _ in judgements):
        result = session.execute(_COUNTS, {"submissions": chunk}).all()
        for submission_id, judgement, severity, count in result:
            counts.setdefault((submission_id, judgement), {})[severity] = count
    return counts


def _is_shadow() -> ColumnElement[bool]:
    """Return `Issue.is_shadow` in SQL."""
    name, value = SHADOW_FACT
    return func.coalesce(table_of(IssueRow).c.facts[name].as_string(), "") == value


def _files_statement() -> Select[Any]:
    row = table_of(SubmissionRow).c
    wanted = row.id.in_(bindparam("submissions", expanding=True))
    return select(row.id, row.sha256, row.file_name, row.version).where(wanted)


def _counts_statement() -> Select[Any]:
    row = table_of(IssueRow).c
    of = row.submission_id, row.judgement, row.severity
    wanted = row.submission_id.in_(bindparam("submissions", expanding=True))
    return select(*of, func.count()).where(wanted, ~_is_shadow()).group_by(*of)


# Put together once: for a revision of a district that takes as long as reading its rows.
_FILES: Final = _files_statement()
_COUNTS: Final = _counts_statement()


def issues_of(
    session: Session, submissions: Iterable[SubmissionRow | SubmissionSnapshot]
) -> dict[int, tuple[Issue, ...]]:
    """Return the issues of each submission's last judgement, gravest first, then in their order.

    Issues of shadow rules are left out.
    """
    judgements = {submission.id: submission.judgement for submission in submissions}
    results: dict[int, list[Issue]] = {key: [] for key in judgements}
    for row in findings_in(session, IssueRow, judgements):
        results[row.submission_id].append(issue_of(row))
    return {key: without_shadow(issues) for key, issues in results.items()}


def repairs_of(session: Session, judgements: Mapping[int, int]) -> dict[int, tuple[Repair, ...]]:
    """Return the repairs of one judgement of each submission, in their order."""
    results: dict[int, list[Repair]] = {key: [] for key in judgements}
    for row in findings_in(session, RepairRow, judgements):
        results[row.submission_id].append(repair_of(row))
    return {key: tuple(repairs) for key, repairs in results.items()}

"""Name files and units in answers: submissions as file references, unit codes with the names of the mirror."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, func, select

from domain.issues import SHADOW_FACT, Issue, Severity, told
from domain.units import UnitKey
from warehouse.engine import Session
from warehouse.filed import Filed
from warehouse.findings import issue_of
from warehouse.models import IssueRow, OrgUnitRow, SubmissionRow
from warehouse.queries.read_models import FileRef

_IDS_AT_ONCE = 1_000


def file_ref(row: SubmissionRow | Filed) -> FileRef:
    """How answers name a submission's file."""
    return FileRef(row.id, row.sha256, row.file_name, row.version)


def unit_names(session: Session, units: Iterable[UnitKey]) -> dict[UnitKey, str]:
    """Full names of these units, as they were called then."""
    wanted = set(units)
    codes = sorted({unit.code for unit in wanted})
    names: dict[UnitKey, str] = {}
    for start in range(0, len(codes), _IDS_AT_ONCE):
        part = select(OrgUnitRow).where(OrgUnitRow.code.in_(codes[start : start + _IDS_AT_ONCE]))
        names |= {UnitKey(row.code, row.valid_from): row.name for row in session.scalars(part)}
    return {unit: names.get(unit, unit.code) for unit in wanted}


def issue_counts(session: Session, judgements: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """How many issues each (submission, judgement) has, without those of rules on trial; one without any is absent."""
    return {key: sum(counts.values()) for key, counts in severity_counts(session, judgements).items()}


def severity_counts(
    session: Session, judgements: Collection[tuple[int, int]]
) -> dict[tuple[int, int], dict[Severity, int]]:
    """The same by severity."""
    wanted = sorted({submission_id for submission_id, _ in judgements})
    counts: dict[tuple[int, int], dict[Severity, int]] = {}
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        found = session.execute(
            select(IssueRow.submission_id, IssueRow.judgement, IssueRow.severity, func.count())
            .where(IssueRow.submission_id.in_(wanted[start : start + _IDS_AT_ONCE]), ~_is_shadow())
            .group_by(IssueRow.submission_id, IssueRow.judgement, IssueRow.severity)
        ).tuples()
        for submission_id, judgement, severity, count in found:
            counts.setdefault((submission_id, judgement), {})[severity] = count
    return counts


def _is_shadow() -> ColumnElement[bool]:
    """`Issue.is_shadow` in SQL."""
    name, value = SHADOW_FACT
    return func.coalesce(IssueRow.facts[name].as_string(), "") == value


def issues_of(session: Session, submission: SubmissionRow | Filed) -> tuple[Issue, ...]:
    """The issues of a submission's last judgement, gravest first, then as they were found.

    What rules on trial found is left out: nobody is told of it.
    """
    rows = session.scalars(
        select(IssueRow)
        .where(IssueRow.submission_id == submission.id, IssueRow.judgement == submission.judgement)
        .order_by(IssueRow.position)
    )
    return told(map(issue_of, rows))

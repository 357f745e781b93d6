"""Answers to warnings, and whether each is in force."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from domain.periods import Period, parse_period
from domain.submissions import SubmissionState
from domain.units import UnitKey
from domain.vietnam_time import day_in_vietnam
from domain.waivers import Waiver
from warehouse.models import SubmissionRow, WaivedIssueRow, WaiverRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.store.reference import unit_names
from warehouse.submissions.open_warnings import open_warnings_of, waiver_of


class WaiverStatus(StrEnum):
    """Whether an answer is in force, and if not, why: it expired, the figures changed, or it was taken back."""

    COUNTS = "counts"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class WaivedIssue:
    """A warning that an answer covers, as of when it was answered."""

    indicator: str | None
    unit: str | None
    sheet: str | None
    cell: str | None
    found: str | None
    expected: str | None


@dataclass(frozen=True, slots=True)
class WaiverRevocation:
    """Why an answer was taken back, by whom, and when (UTC)."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WaiverRecord:
    """An answer with its status and revocation."""

    waiver: Waiver
    unit: str
    unit_name: str
    form: str
    period: Period
    standing: WaiverStatus
    issues: tuple[WaivedIssue, ...]
    taken_back: WaiverRevocation | None


def waivers(
    session: Session,
    at: datetime,
    *,
    units: Collection[str] | None = None,
    form: str | None = None,
    period: Period | None = None,
) -> tuple[WaiverRecord, ...]:
    """Return all answers, newest first, with their status at a moment; only of some units (codes), a form or period."""
    statement = select(WaiverRow).where(WaiverRow.takes_back.is_(None)).order_by(WaiverRow.id.desc())
    if form is not None:
        statement = statement.where(WaiverRow.form == form)
    if period is not None:
        statement = statement.where(WaiverRow.period == period.id)
    rows = [row for row in session.scalars(statement) if units is None or row.unit_code in units]
    returned = {
        row.takes_back: row for row in session.scalars(select(WaiverRow).where(WaiverRow.takes_back.is_not(None)))
    }
    names = unit_names(session, {UnitKey(row.unit_code, row.unit_valid_from) for row in rows})
    answering = _answering(session, rows, at)
    covered = _covered(session, rows)
    return tuple(
        WaiverRecord(
            waiver=waiver_of(row),
            unit=row.unit_code,
            unit_name=names[UnitKey(row.unit_code, row.unit_valid_from)],
            form=row.form,
            period=parse_period(row.period),
            standing=_standing(row, row.id in returned, row.id in answering, day_in_vietnam(at)),
            issues=tuple(covered[row.id]),
            taken_back=_returned(returned[row.id]) if row.id in returned else None,
        )
        for row in rows
    )


def _answering(session: Session, rows: Iterable[WaiverRow], at: datetime) -> set[int]:
    """Return the answers that match a warning of a report accepted now."""
    places = {(row.form, row.period) for row in rows}
    judgements: dict[int, int] = {}
    for form, period in sorted(places):
        result = select(SubmissionRow.id, SubmissionRow.judgement).where(
            SubmissionRow.form == form,
            SubmissionRow.period == period,
            SubmissionRow.state == SubmissionState.ACCEPTED,
        )
        judgements |= dict(session.execute(result).tuples().all())
    warnings_of = open_warnings_of(session, judgements, at)
    return {
        submission.waiver.id for each in warnings_of.values() for submission in each if submission.waiver is not None
    }


def _covered(session: Session, rows: Iterable[WaiverRow]) -> dict[int, list[WaivedIssue]]:
    covered, result = WaivedIssueRow, defaultdict[int, list[WaivedIssue]](list)
    for chunk in in_chunks(row.id for row in rows):
        of_these = select(covered).where(covered.waiver_id.in_(chunk)).order_by(covered.waiver_id, covered.position)
        for waiver in session.scalars(of_these):
            issue = WaivedIssue(
                waiver.indicator,
                waiver.unit,
                waiver.sheet,
                waiver.cell,
                waiver.found,
                waiver.expected,
            )
            result[waiver.waiver_id].append(issue)
    return result


def _standing(row: WaiverRow, is_returned: bool, is_answering: bool, today: date) -> WaiverStatus:  # noqa: FBT001 # two facts
    if is_returned:
        return WaiverStatus.TAKEN_BACK
    if row.until is not None and row.until < today:
        return WaiverStatus.EXPIRED
    return WaiverStatus.COUNTS if is_answering else WaiverStatus.LAPSED


def _returned(row: WaiverRow) -> WaiverRevocation:
    return WaiverRevocation(row.reason, row.actor, row.at)

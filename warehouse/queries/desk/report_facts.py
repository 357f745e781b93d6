"""Facts about all reports of a form in some periods, by one grouped statement with a row a unit."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import add
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, cast, func, literal, or_, select
from sqlalchemy.types import String

from domain.catalog.catalog import Catalog
from domain.issues import Severity
from domain.periods import Period
from domain.rollups import Boundary
from domain.submissions import PENDING_STATES, SubmissionState
from domain.units import UnitKey
from domain.vietnam_time import VIETNAM, day_in_vietnam
from warehouse.models import IssueRow, SubmissionRow, WaivedIssueRow, WaiverRow
from warehouse.queries.desk.report_states import ReportFacts
from warehouse.rollups.closing import units_inside
from warehouse.rollups.closings import Closing, closings
from warehouse.rollups.scope import base_periods
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.submissions.open_warnings import counts_at, open_warnings_of

_BETWEEN_REPORTS: Final = ","
_BEFORE_FACTS: Final = ":"


@dataclass(frozen=True, slots=True)
class ReceivedVersions:
    """How many versions of a report were received, when the first came (UTC), and how many warnings are open.

    `is_correction_returned`: a version counts, and a later one was returned.
    """

    first_received_at: datetime
    versions: int
    open_warnings: int
    is_correction_returned: bool


def received_facts(
    session: Session,
    catalog: Catalog,
    form: str,
    deadlines: Mapping[Period, date],
    at: datetime,
    *,
    unit_code: str | None = None,
) -> dict[UnitKey, dict[str, int]]:
    """Return the facts about each unit's received reports, by the ids of their periods, as the number of their flags.

    What depends on the catalogue, whether a report is owed and due, is not among them. With a code only units of that
    code are read.
    """
    row = SubmissionRow
    ids = [period.id for period in deadlines]
    by_report = (
        select(row.unit_code, row.unit_valid_from, row.period, _facts(deadlines, at).label("facts"))
        .where(*_placed(form, ids), *(() if unit_code is None else (row.unit_code == unit_code,)))
        .group_by(row.unit_code, row.unit_valid_from, row.period)
        .subquery()
    )
    entry = by_report.c.period.concat(_BEFORE_FACTS).concat(cast(by_report.c.facts, String))
    statement = select(
        by_report.c.unit_code, by_report.c.unit_valid_from, func.aggregate_strings(entry, _BETWEEN_REPORTS)
    ).group_by(by_report.c.unit_code, by_report.c.unit_valid_from)
    results: dict[UnitKey, dict[str, int]] = {}
    for code, valid_from, reports in session.execute(statement):
        parts = (report.partition(_BEFORE_FACTS) for report in reports.split(_BETWEEN_REPORTS))
        results[UnitKey(code, valid_from)] = {period: int(number) for period, _, number in parts}
    for unit, period in _answered(session, form, ids, at, results):
        results[unit][period] &= ~ReportFacts.OPEN_WARNINGS
    for unit, period in _awaiting_reopening(session, catalog, form, tuple(deadlines), day_in_vietnam(at)):
        if unit in results:
            results[unit][period] |= ReportFacts.AWAITS_REOPENING
    return results


def received_versions(
    session: Session, form: str, periods: Collection[Period], units: Collection[UnitKey], at: datetime
) -> dict[tuple[UnitKey, str], ReceivedVersions]:
    """Return what was received of the reports of some units, by unit and the ids of periods."""
    row = SubmissionRow
    accepted, refused = _newest(SubmissionState.ACCEPTED), _newest(SubmissionState.QUARANTINED)
    ids = [period.id for period in periods]
    results: dict[tuple[UnitKey, str], tuple[datetime, int, bool]] = {}
    judgements: dict[int, int] = {}
    places: dict[int, tuple[UnitKey, str]] = {}
    for chunk in in_chunks({unit.code for unit in units}):
        of_units = (*_placed(form, ids), row.unit_code.in_(chunk))
        statement = select(
            row.unit_code,
            row.unit_valid_from,
            row.period,
            func.min(row.received_at, type_=row.received_at.type),
            func.count(),
            and_(accepted > 0, refused > accepted),
        ).where(*of_units)
        grouped = statement.group_by(row.unit_code, row.unit_valid_from, row.period)
        for code, valid_from, period, first, count, is_returned in session.execute(grouped):
            results[UnitKey(code, valid_from), period] = (first, count, bool(is_returned))
        counted = select(row.id, row.judgement, row.unit_code, row.unit_valid_from, row.period)
        is_accepted = row.state == SubmissionState.ACCEPTED
        for key, judgement, *place in session.execute(counted.where(*of_units, is_accepted)):
            code, valid_from, period = place
            judgements[key], places[key] = judgement, (UnitKey(code, valid_from), period)
    is_open = {
        places[key]: sum(warning.waiver is None for warning in warnings)
        for key, warnings in open_warnings_of(session, judgements, at).items()
    }
    return {
        place: ReceivedVersions(first, count, is_open.get(place, 0), is_returned)
        for place, (first, count, is_returned) in results.items()
    }


def _facts(deadlines: Mapping[Period, date], at: datetime) -> ColumnElement[int]:
    """Return SQL that adds up the facts of the versions of a report."""
    row = SubmissionRow
    accepted, held = _newest(SubmissionState.ACCEPTED), _newest(SubmissionState.HELD)
    refused, withdrawn = _newest(SubmissionState.QUARANTINED), _newest(SubmissionState.WITHDRAWN)
    pending = _newest(*PENDING_STATES)
    ends = {period.id: datetime.combine(day + timedelta(days=1), time(), VIETNAM) for period, day in deadlines.items()}
    end = case(*((row.period == period, literal(end, row.received_at.type)) for period, end in ends.items()))
    is_open = func.max(case((and_(row.state == SubmissionState.ACCEPTED, _has_open_warning(at)), 1), else_=0)) == 1
    flags: dict[ReportFacts, ColumnElement[bool]] = {
        ReportFacts.ACCEPTED: accepted > 0,
        ReportFacts.LATE: func.min(row.received_at) >= end,
        ReportFacts.OPEN_WARNINGS: is_open,
        ReportFacts.HELD: held > 0,
        ReportFacts.PENDING: pending > accepted,
        ReportFacts.RETURNED: refused > accepted,
        ReportFacts.WITHDRAWN: and_(withdrawn > refused, withdrawn > accepted),
    }
    values = [case((holds, int(fact)), else_=0) for fact, holds in flags.items()]
    return reduce(add, values)


def _newest(*states: SubmissionState) -> ColumnElement[int]:
    row = SubmissionRow
    return func.coalesce(func.max(case((row.state.in_(states), row.version))), 0)


def _placed(form: str, ids: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    row = SubmissionRow
    return row.form == form, row.period.in_(ids), row.version.is_not(None)


def _has_open_warning(at: datetime) -> ColumnElement[bool]:
    """Return SQL that is true of submissions with a warning that no answer to the same warning of it covers.

    An answer to another version, or to what was expected otherwise, covers it where the figures are the same: that is
    for `open_warnings_of` to find.
    """
    issue, covered = IssueRow, WaivedIssueRow
    same: Sequence[tuple[Any, Any]] = [
        (covered.indicator, issue.indicator),
        (covered.unit, issue.unit),
        (covered.found, issue.found),
        (covered.expected, issue.expected),
    ]
    is_covered = (
        select(covered.waiver_id)
        .join(WaiverRow, WaiverRow.id == covered.waiver_id)
        .where(WaiverRow.submission_id == issue.submission_id, WaiverRow.rule == issue.code, counts_at(at))
        .where(*(mine.is_not_distinct_from(its) for mine, its in same))
        .exists()
    )
    return (
        select(issue.submission_id)
        .where(issue.submission_id == SubmissionRow.id, issue.judgement == SubmissionRow.judgement)
        .where(issue.severity == Severity.WARNING, ~is_covered)
        .exists()
    )


def _answered(
    session: Session, form: str, ids: Collection[str], at: datetime, facts: Mapping[UnitKey, Mapping[str, int]]
) -> list[tuple[UnitKey, str]]:
    """Return the reports whose open warnings are all covered by answers in force to other versions of them."""
    row, waiver = SubmissionRow, WaiverRow
    answers = (
        select(row.id, row.judgement, row.unit_code, row.unit_valid_from, row.period)
        .join(
            waiver,
            (waiver.unit_code == row.unit_code)
            & (waiver.unit_valid_from == row.unit_valid_from)
            & (waiver.form == row.form)
            & (waiver.period == row.period),
        )
        .where(*_placed(form, ids), row.state == SubmissionState.ACCEPTED, counts_at(at))
        .distinct()
    )
    judgements: dict[int, int] = {}
    places: dict[int, tuple[UnitKey, str]] = {}
    for submission, judgement, code, valid_from, period in session.execute(answers):
        unit = UnitKey(code, valid_from)
        if facts.get(unit, {}).get(period, 0) & ReportFacts.OPEN_WARNINGS:
            judgements[submission], places[submission] = judgement, (unit, period)
    warnings = open_warnings_of(session, judgements, at)
    return [places[key] for key, of in warnings.items() if all(each.waiver is not None for each in of)]


def _awaiting_reopening(
    session: Session, catalog: Catalog, form: str, periods: Collection[Period], today: date
) -> Iterable[tuple[UnitKey, str]]:
    """Return the reports that were accepted after the figures of an area around them were closed."""
    closed: dict[str, list[Closing]] = defaultdict(list)
    by_id = {period.id: period for period in periods}
    for closing in closings(session):
        if closing.form == form and closing.boundary is Boundary.AS_THEN:
            for base in {*base_periods(catalog, form, closing.period)} & {*periods}:
                closed[base.id].append(closing)
    if not closed:
        return []
    row = SubmissionRow
    since = [
        and_(row.period == period, row.accepted_at > min(each.closed_at for each in of_period))
        for period, of_period in closed.items()
    ]
    statement = select(row.unit_code, row.unit_valid_from, row.period, row.accepted_at).where(
        *_placed(form, closed), row.state == SubmissionState.ACCEPTED, or_(*since)
    )
    accepted = session.execute(statement).all()
    inside = {
        (closing.id, period): units_inside(catalog, closing, [by_id[period]], today)
        for period in {period for _, _, period, _ in accepted}
        for closing in closed[period]
    }
    return [
        (UnitKey(code, valid_from), period)
        for code, valid_from, period, accepted_at in accepted
        if any(accepted_at > each.closed_at and code in inside[each.id, period] for each in closed[period])
    ]

"""Load judged submissions: accepted with all figures or quarantined with all issues, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from domain.aggregation import percentage
from domain.indicators import Measure
from domain.issues import Issue, Severity
from domain.observations import Observation
from domain.periods import Period
from domain.submissions import Judgement, MoveReason, ParsedReport, SubmissionState, check_move, judgement_of
from warehouse.models import IndicatorRow, ObservationRow, SubmissionRow
from warehouse.models.exact import DECIMALS
from warehouse.store.bulk import add_records, in_chunks, table_of
from warehouse.store.engine import Session, serialise
from warehouse.store.limits import limit_issues
from warehouse.submissions.findings import keep_findings
from warehouse.submissions.lifecycle import MoveLog, age_of, find_all

_IN_USE = (SubmissionState.ACCEPTED, SubmissionState.HELD)
_SETTLED = frozenset({SubmissionState.ACCEPTED, SubmissionState.SUPERSEDED, SubmissionState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class JudgedReport:
    """A parsed submission with the issues of reading and rules; one critical issue quarantines it."""

    submission_id: int
    report: ParsedReport
    issues: tuple[Issue, ...]


class ChangedReport(NamedTuple):
    """A unit's report of a period whose reporting status a load changed."""

    unit: str
    period: Period
    form: str


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Result of a load: submissions newly accepted, quarantined and held, and reports whose status changed."""

    accepted: tuple[int, ...]
    quarantined: tuple[int, ...]
    touched: frozenset[ChangedReport]
    held: tuple[int, ...] = ()


def load(
    session: Session, judged: Sequence[JudgedReport], run_id: str, at: datetime, *, releases: bool = False
) -> LoadResult:
    """Settle judged submissions, in the order in which their files were first seen, all in the session's transaction.

    An accepted one is stored with its observations and supersedes the one accepted before it. A file first seen before
    the accepted one (an old one judged again) is accepted and superseded at once. Settled submissions are left alone.
    `releases`: what would be held is accepted, as in a preview of what releasing it would move.

    Raises:
        IllegalMoveError: a submission was not checked.
    """
    serialise(session)
    rows = find_all(session, [judged_report.submission_id for judged_report in judged])
    versions, moves = _VersionsInUse(session, rows.values()), MoveLog(session, at, run_id)
    accepted: list[int] = []
    quarantined: list[int] = []
    held: list[int] = []
    touched: set[ChangedReport] = set()
    observations: list[tuple[Any, ...]] = []
    measures = _measures(session)
    for judged_report in sorted(judged, key=lambda each: age_of(rows[each.submission_id])):
        row = rows[judged_report.submission_id]
        if row.state in _SETTLED:
            continue
        figures = tuple(judged_report.report.observations)  # unpacked once
        issues = _all_issues(judged_report.issues, figures)
        judgement = judgement_of(issue.severity for issue in issues)
        if judgement is Judgement.HELD:
            held.append(row.id)
        if judgement is Judgement.QUARANTINED:
            if not _quarantine(row, moves):
                continue
            quarantined.append(row.id)
        elif judgement is Judgement.HELD and not releases:
            moves.move(row, SubmissionState.HELD, MoveReason.HELD_FOR_DECISION)
            versions.add(row)
        else:
            _accept(session, row, versions, moves, at)
            observations += [_observation_row(row.id, each, measures) for each in figures]
            accepted.append(row.id)
        keep_findings(session, row, issues, judged_report.report.repairs, at)
        touched |= _touched(judged_report.report)
    moves.write()
    add_records(session, table_of(ObservationRow), _COLUMNS, observations)
    return LoadResult(tuple(accepted), tuple(quarantined), frozenset(touched), tuple(held))


def keep_observations(session: Session, figures: Mapping[int, Sequence[Observation]]) -> None:
    """Write the observations of submissions, by submission number; call once per submission."""
    measures = _measures(session)
    rows = [_observation_row(key, each, measures) for key, observations in figures.items() for each in observations]
    add_records(session, table_of(ObservationRow), _COLUMNS, rows)


def _measures(session: Session) -> dict[str, Measure]:
    return dict(session.execute(select(IndicatorRow.id, IndicatorRow.measure)).tuples().all())


def _all_issues(issues: tuple[Issue, ...], figures: Sequence[Observation]) -> tuple[Issue, ...]:
    """Return the issues of reading and rules, and of storage limits except for cells with a critical issue already."""
    refused = {(issue.sheet, issue.cell) for issue in issues if issue.severity is Severity.CRITICAL}
    return (*issues, *(each for each in limit_issues(figures) if (each.sheet, each.cell) not in refused))


def _quarantine(row: SubmissionRow, moves: MoveLog) -> bool:
    """Quarantine a submission; return False if it already was and no new judgement was requested."""
    if row.state is SubmissionState.QUARANTINED:
        if row.asked_again:
            moves.again(row, MoveReason.RULES_REFUSED)
        return row.asked_again
    moves.move(row, SubmissionState.QUARANTINED, MoveReason.RULES_REFUSED)
    return True


class _VersionsInUse:
    """Accepted and held versions of the reports that are loaded, read in one go and kept up to date."""

    def __init__(self, session: Session, rows: Iterable[SubmissionRow]) -> None:
        """Read the versions of the reports that these rows are versions of."""
        self._by_report: dict[tuple[object, ...], list[SubmissionRow]] = defaultdict(list)
        row, of_reports = SubmissionRow, {_report_of(each) for each in rows}
        for chunk in in_chunks({str(code) for code, *_ in of_reports}):
            in_use = select(row).where(row.unit_code.in_(chunk), row.state.in_(_IN_USE)).order_by(row.id)
            for version in session.scalars(in_use):
                if _report_of(version) in of_reports:
                    self._by_report[_report_of(version)].append(version)

    def add(self, row: SubmissionRow) -> None:
        """Take in a version that was just accepted or held."""
        self._by_report[_report_of(row)].append(row)

    def accepted(self, row: SubmissionRow) -> SubmissionRow | None:
        """Return the accepted version of a row's report."""
        return next(iter(self._in_state(row, SubmissionState.ACCEPTED)), None)

    def held(self, row: SubmissionRow) -> list[SubmissionRow]:
        """Return the held versions of a row's report, in the order in which they were received."""
        return self._in_state(row, SubmissionState.HELD)

    def _in_state(self, row: SubmissionRow, state: SubmissionState) -> list[SubmissionRow]:
        return [each for each in self._by_report[_report_of(row)] if each.state is state]


def _report_of(row: SubmissionRow) -> tuple[object, ...]:
    return row.unit_code, row.unit_valid_from, row.form, row.period


def _accept(session: Session, row: SubmissionRow, versions: _VersionsInUse, moves: MoveLog, at: datetime) -> None:
    check_move(row.state, SubmissionState.ACCEPTED)
    accepted_row = versions.accepted(row)
    row.accepted_at = at
    if accepted_row is not None and age_of(accepted_row) > age_of(row):
        # Only one may be accepted at a time: the older file passes through "accepted" in the log only.
        moves.move(row, SubmissionState.ACCEPTED)
        moves.move(row, SubmissionState.SUPERSEDED, MoveReason.LATER_SUBMISSION_STANDS)
        row.superseded_by = accepted_row.id
        return
    if accepted_row is not None:
        accepted_row.superseded_by = row.id
        moves.move(accepted_row, SubmissionState.SUPERSEDED, MoveReason.LATER_SUBMISSION_ACCEPTED)
        session.flush()  # before the next is accepted: the database refuses two accepted versions
    moves.move(row, SubmissionState.ACCEPTED)
    versions.add(row)
    for held in versions.held(row):
        if age_of(held) < age_of(row):  # the commune means the later one
            held.superseded_by = row.id
            moves.move(held, SubmissionState.REPLACED_BEFORE_CHECK, MoveReason.REPLACED_BY_LATER_DELIVERY)


def _touched(report: ParsedReport) -> set[ChangedReport]:
    if report.unit is None or report.period is None or report.form is None:
        return set()
    return {ChangedReport(report.unit.code, report.period, report.form)}


class _NoFigure:
    """Columns of a cell that the form does not have."""

    state = number = cell = raw = decimals = None


_COLUMNS = (
    "submission_id",
    "unit_code",
    "indicator",
    "sheet",
    "state",
    "value",
    "cell",
    "numerator",
    "numerator_state",
    "numerator_raw",
    "denominator",
    "denominator_cell",
    "denominator_state",
    "denominator_raw",
    "stated",
    "stated_cell",
    "stated_state",
    "stated_raw",
    "stated_decimals",
)


def _observation_row(submission_id: int, observation: Observation, measures: dict[str, Measure]) -> tuple[Any, ...]:
    """Return the values of `_COLUMNS`."""
    numerator, stated = observation.numerator, observation.stated or _NoFigure
    denominator = observation.denominator or _NoFigure
    value = numerator.number
    if value is not None and measures.get(observation.indicator) is Measure.RATIO:
        value = percentage(value, denominator.number)
    return (
        submission_id,
        observation.unit,
        observation.indicator,
        observation.sheet,
        observation.state,
        value,
        numerator.cell,
        numerator.number,
        numerator.state,
        numerator.raw,
        denominator.number,
        denominator.cell,
        denominator.state,
        denominator.raw,
        # Only a stated percentage is rounded: formulas give any decimals, and no sum uses it.
        None if stated.number is None else round(stated.number, DECIMALS),
        stated.cell,
        stated.state,
        stated.raw,
        stated.decimals,
    )

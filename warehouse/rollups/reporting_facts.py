"""Count quality and burden of reporting: what became of first files, and what lines cost, of the periods that moved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import case, delete, exists, func, insert, literal, or_, select
from sqlalchemy.orm import aliased

from domain.issues import SHADOW_FACT, Severity
from domain.observations import CellState
from domain.periods import parse_period
from domain.submissions import SubmissionState
from warehouse.archive.reading import put_back
from warehouse.models import (
    IssueRow,
    LineBurdenRow,
    ObservationRow,
    PublicationRow,
    QualityPeriodRow,
    ReportQualityRow,
    RollupFigureRow,
    RollupRevisionRow,
    SubmissionRow,
)
from warehouse.store.bulk import add_rows, table_of
from warehouse.store.engine import Session

_METHOD: Final = 1
"""Version of what is counted; another one counts all periods anew."""
_FIRST: Final = 1
"""Number of the first version of a report, and of its first judgement."""
_COUNTED: Final = (Severity.CRITICAL, Severity.HOLD, Severity.WARNING)
_FILLED_IN: Final = (CellState.VALUE, CellState.ZERO, CellState.NOT_APPLICABLE)
_TYPED: Final = (ObservationRow.numerator_state, ObservationRow.denominator_state, ObservationRow.stated_state)
_FormPeriod = tuple[str, str]


def count_reporting(session: Session, at: datetime) -> int:
    """Count quality and burden anew of the periods whose judgements or publications moved; return how many did.

    A line is compared with the unit's period before, so that the period after one that moved is counted as well.
    """
    states = _states(session)
    row = QualityPeriodRow
    known = {(form, period): state for form, period, state in session.execute(select(row.form, row.period, row.state))}
    moved = {key for key in states.keys() | known.keys() if states.get(key) != known.get(key)}
    following = {(form, parse_period(period).shift(1).id) for form, period in moved}
    for form, period in sorted(moved):
        _count_first_files(session, form, period)
    for form, period in sorted(moved | (following & states.keys())):
        _count_lines(session, form, period)
    for form, period in moved:
        session.execute(delete(row).where(row.form == form, row.period == period))
    named = [(key, states[key]) for key in sorted(moved & states.keys())]
    rows = [{"form": form, "period": period, "state": state, "counted_at": at} for (form, period), state in named]
    add_rows(session, table_of(row), rows)
    return len(moved)


def _states(session: Session) -> Mapping[_FormPeriod, str]:
    """Return, by form and period, what tells whether anything moved that is counted here."""
    row, head = SubmissionRow, RollupRevisionRow
    is_accepted, counts = row.accepted_at.is_not(None), row.state == SubmissionState.ACCEPTED
    reports = session.execute(
        select(
            row.form,
            row.period,
            func.count(),
            func.sum(row.judgement),
            func.sum(case((is_accepted, row.id), else_=0)),
            func.sum(case((counts, row.id), else_=0)),
        )
        .where(row.version.is_not(None), row.form.is_not(None), row.period.is_not(None))
        .group_by(row.form, row.period)
    )
    published = session.execute(
        select(head.form, head.period, func.max(PublicationRow.id))
        .join(PublicationRow, PublicationRow.revision_id == head.id)
        .group_by(head.form, head.period)
    )
    newest = {(form, period): number for form, period, number in published}
    return {
        (form, period): " ".join(str(each) for each in (_METHOD, *counts, newest.get((form, period), 0)))
        for form, period, *counts in reports
    }


def _count_first_files(session: Session, form: str, period: str) -> None:
    """Write what became of the first file of each unit's report."""
    row, issue, later, target = SubmissionRow, IssueRow, aliased(SubmissionRow), ReportQualityRow
    session.execute(delete(target).where(target.form == form, target.period == period))
    is_critical = issue.severity == Severity.CRITICAL
    # Whether a file was accepted since matters where the first one was returned at first.
    is_corrected = exists().where(
        later.unit_code == row.unit_code,
        later.unit_valid_from == row.unit_valid_from,
        later.form == row.form,
        later.period == row.period,
        later.accepted_at.is_not(None),
        or_(later.version > _FIRST, later.judgement > _FIRST),
    )
    first_files = (
        select(
            row.form,
            row.period,
            row.unit_code,
            row.unit_valid_from,
            row.received_at,
            func.count(issue.indicator.distinct()),
            func.max(case((is_critical, 1), else_=0)) == 1,
            func.max(case((is_critical & issue.indicator.is_(None), 1), else_=0)) == 1,
            is_corrected,
        )
        .outerjoin(issue, (issue.submission_id == row.id) & (issue.judgement == _FIRST) & _is_counted())
        .where(*_of(form, period), row.version == _FIRST, row.judgement >= _FIRST)
        .group_by(row.id)
    )
    session.execute(insert(target).from_select([column.name for column in table_of(target).columns], first_files))


def _count_lines(session: Session, form: str, period: str) -> None:
    """Write what each line of the form cost."""
    target = LineBurdenRow
    session.execute(delete(target).where(target.form == form, target.period == period))
    findings, published = _findings(session, form, period), _published(session, form, period)
    with put_back(session, [(form, period), (form, parse_period(period).shift(-1).id)]):
        same, counted = _unchanged(session, form, period), _typed(session, form, period)
    rows = []
    for indicator, (typed, zero, figures) in counted.items():
        unchanged, compared = same.get(indicator, (0, 0))
        rows.append(
            {
                "form": form,
                "period": period,
                "indicator": indicator,
                "typed": typed,
                "returned": findings.get((indicator, True), 0),
                "questioned": findings.get((indicator, False), 0),
                "unchanged": unchanged,
                "compared": compared,
                "zero": zero,
                "figures": figures,
                "is_published": indicator in published,
            }
        )
    add_rows(session, table_of(target), rows)


def _of(form: str, period: str) -> tuple[Any, ...]:
    row = SubmissionRow
    return row.form == form, row.period == period, row.version.is_not(None)


def _is_counted() -> Any:  # noqa: ANN401 # a condition of SQLAlchemy
    """Return the condition of issues that a person has to look at: rules that only watch are not counted."""
    name, shadow = SHADOW_FACT
    stage = IssueRow.facts[name].as_string()
    return IssueRow.severity.in_(_COUNTED) & or_(stage.is_(None), stage != shadow)


def _typed(session: Session, form: str, period: str) -> Mapping[str, tuple[int, int, int]]:
    """Return of each line the cells typed, villages' among them, the units' figures that are zero, and all of these."""
    row, submission = ObservationRow, SubmissionRow
    cells = sum((case((state.in_(_FILLED_IN), 1), else_=0) for state in _TYPED), start=literal(0))
    is_unit = row.unit_code == submission.unit_code
    rows = session.execute(
        select(
            row.indicator,
            func.sum(cells),
            func.sum(case((is_unit & (row.numerator == 0), 1), else_=0)),
            func.sum(case((is_unit & row.numerator.is_not(None), 1), else_=0)),
        )
        .join(submission, submission.id == row.submission_id)
        .where(*_of(form, period))
        .group_by(row.indicator)
    )
    return {indicator: (int(typed), int(zero), int(figures)) for indicator, typed, zero, figures in rows}


def _findings(session: Session, form: str, period: str) -> Mapping[tuple[str, bool], int]:
    """Return of each line the files returned (True), or asked about, because of it at their last judgement."""
    issue, submission = IssueRow, SubmissionRow
    is_critical = issue.severity == Severity.CRITICAL
    rows = session.execute(
        select(issue.indicator, is_critical, func.count(issue.submission_id.distinct()))
        .join(submission, (submission.id == issue.submission_id) & (submission.judgement == issue.judgement))
        .where(*_of(form, period), issue.indicator.is_not(None), _is_counted())
        .group_by(issue.indicator, is_critical)
    )
    return {(indicator, bool(critical)): files for indicator, critical, files in rows}


def _unchanged(session: Session, form: str, period: str) -> Mapping[str, tuple[int, int]]:
    """Return of each line how many figures that count are those of the unit's period before, of those with one."""
    figure, report = ObservationRow, SubmissionRow
    figure_before, before = aliased(ObservationRow), aliased(SubmissionRow)
    rows = session.execute(
        select(
            figure.indicator,
            func.sum(case((figure.numerator == figure_before.numerator, 1), else_=0)),
            func.count(),
        )
        .select_from(report)
        .join(
            before,
            (before.unit_code == report.unit_code)
            & (before.unit_valid_from == report.unit_valid_from)
            & (before.form == report.form)
            & (before.period == parse_period(period).shift(-1).id)
            & (before.state == SubmissionState.ACCEPTED),
        )
        .join(figure, (figure.submission_id == report.id) & (figure.unit_code == report.unit_code))
        .join(
            figure_before,
            (figure_before.submission_id == before.id)
            & (figure_before.unit_code == before.unit_code)
            & (figure_before.indicator == figure.indicator),
        )
        .where(
            *_of(form, period),
            report.state == SubmissionState.ACCEPTED,
            figure.numerator.is_not(None),
            figure_before.numerator.is_not(None),
        )
        .group_by(figure.indicator)
    )
    return {indicator: (int(same), pairs) for indicator, same, pairs in rows}


def _published(session: Session, form: str, period: str) -> frozenset[str]:
    """Return the lines of which an area's figure was published."""
    figure, head = RollupFigureRow, RollupRevisionRow
    is_published = select(PublicationRow.id).where(PublicationRow.revision_id == head.id).exists()
    statement = (
        select(figure.indicator)
        .join(head, head.id == figure.revision_id)
        .where(head.form == form, head.period == period, figure.value.is_not(None), is_published)
        .distinct()
    )
    return frozenset(session.scalars(statement))

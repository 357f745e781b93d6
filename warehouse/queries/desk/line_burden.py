"""What the lines of a form cost over some periods, and how little they say; read in few statements."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import case, func, literal, or_, select

from domain.issues import SHADOW_FACT, Severity
from domain.observations import CellState
from domain.periods import Period
from domain.quality.burden import LineBurden, dearest_first
from domain.quality.reporting import Share
from warehouse.models import (
    IssueRow,
    ObservationRow,
    PublicationRow,
    RollupFigureRow,
    RollupRevisionRow,
    SubmissionRow,
)
from warehouse.store.engine import Session

_FILLED_IN: Final = (CellState.VALUE, CellState.ZERO, CellState.NOT_APPLICABLE)
_TYPED: Final = (ObservationRow.numerator_state, ObservationRow.denominator_state, ObservationRow.stated_state)


def line_burden(session: Session, form: str, periods: Sequence[Period]) -> list[LineBurden]:
    """Return the lines of a form with what they cost over some periods, the dearest for what they say first."""
    ids = [period.id for period in periods]
    typed = _typed(session, form, ids)
    findings = _findings(session, form, ids)
    same = _unchanged(session, form, ids)
    published = _published(session, form, ids)
    lines = [
        LineBurden(
            indicator=indicator,
            typed=cells,
            returned=findings.get((indicator, True), 0),
            questioned=findings.get((indicator, False), 0),
            unchanged=same.get(indicator, Share(0, 0)),
            zero=zero,
            is_published=indicator in published,
        )
        for indicator, (cells, zero) in typed.items()
    ]
    return dearest_first(lines)


def _of(form: str, periods: Sequence[str]) -> tuple[Any, ...]:
    row = SubmissionRow
    return row.form == form, row.period.in_(periods), row.version.is_not(None)


def _typed(session: Session, form: str, periods: Sequence[str]) -> Mapping[str, tuple[int, Share]]:
    """Return of each line the cells that were typed, villages' among them, and how many figures of units are zero."""
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
        .where(*_of(form, periods))
        .group_by(row.indicator)
    )
    return {indicator: (int(typed), Share(int(zero), int(figures))) for indicator, typed, zero, figures in rows}


def _findings(session: Session, form: str, periods: Sequence[str]) -> Mapping[tuple[str, bool], int]:
    """Return of each line the files returned (True), or asked about, because of it at their last judgement."""
    issue, submission = IssueRow, SubmissionRow
    name, shadow = SHADOW_FACT
    stage = issue.facts[name].as_string()
    is_critical = issue.severity == Severity.CRITICAL
    rows = session.execute(
        select(issue.indicator, is_critical, func.count(issue.submission_id.distinct()))
        .join(submission, (submission.id == issue.submission_id) & (submission.judgement == issue.judgement))
        .where(
            *_of(form, periods),
            issue.indicator.is_not(None),
            issue.severity.in_((Severity.CRITICAL, Severity.HOLD, Severity.WARNING)),
            or_(stage.is_(None), stage != shadow),
        )
        .group_by(issue.indicator, is_critical)
    )
    return {(indicator, bool(critical)): files for indicator, critical, files in rows}


def _unchanged(session: Session, form: str, periods: Sequence[str]) -> Mapping[str, Share]:
    """Return of each line how many figures that count are those of the unit's report before, of those with one."""
    row, submission = ObservationRow, SubmissionRow
    before = func.lag(row.numerator).over(
        partition_by=(submission.unit_code, submission.unit_valid_from, row.indicator), order_by=submission.period
    )
    figures = (
        select(row.indicator, row.numerator, before.label("before"))
        .join(submission, (submission.id == row.submission_id) & (submission.unit_code == row.unit_code))
        .where(*_of(form, periods), submission.accepted_at.is_not(None), submission.superseded_by.is_(None))
        .subquery()
    )
    rows = session.execute(
        select(
            figures.c.indicator,
            func.sum(case((figures.c.numerator == figures.c.before, 1), else_=0)),
            func.count(figures.c.before),
        ).group_by(figures.c.indicator)
    )
    return {indicator: Share(int(same), int(pairs)) for indicator, same, pairs in rows}


def _published(session: Session, form: str, periods: Sequence[str]) -> frozenset[str]:
    """Return the lines of which an area's figure was published for any of the periods."""
    figure, head = RollupFigureRow, RollupRevisionRow
    is_published = select(PublicationRow.id).where(PublicationRow.revision_id == head.id).exists()
    statement = (
        select(figure.indicator)
        .join(head, head.id == figure.revision_id)
        .where(head.form == form, head.period.in_(periods), figure.value.is_not(None), is_published)
        .distinct()
    )
    return frozenset(session.scalars(statement))

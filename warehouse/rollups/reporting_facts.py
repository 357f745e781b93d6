"""Count quality and burden of reporting: what became of first files, and what lines cost, of the periods that moved."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, case, delete, exists, func, insert, literal, or_, select, update
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
_WHOLE: Final = ""
"""What stands for a whole period beside the parts of its units: no unit is in this part."""
_FormPeriod = tuple[str, str]
_Line = tuple[str, str]
"""Part of the units, and indicator."""


def count_reporting(session: Session, at: datetime) -> int:
    """Count quality and burden anew where judgements or publications moved; return of how many periods.

    Of a period only the parts of the units that moved are counted: a correction moves few. A line is compared with the
    unit's period before, so that the same part of the period after one that moved is counted as well.
    """
    states, row = _states(session), QualityPeriodRow
    known: dict[_FormPeriod, dict[str, str]] = {}
    for form, period, part, state in session.execute(select(row.form, row.period, row.part, row.state)):
        known.setdefault((form, period), {})[part] = state
    first_files: dict[_FormPeriod, set[str]] = {}
    lines: dict[_FormPeriod, set[str]] = {}
    counted: list[dict[str, Any]] = []
    for of in sorted(states.keys() | known.keys()):
        before = known.get(of, {})
        if states.get(of) == before.get(_WHOLE):
            continue
        form, period = of
        now = _states_of_parts(session, *of) | ({_WHOLE: states[of]} if of in states else {})
        moved = first_files[of] = {part for part in now.keys() | before.keys() if now.get(part) != before.get(part)}
        lines.setdefault(of, set()).update(moved)
        following = form, parse_period(period).shift(1).id
        if following in states and moved != {_WHOLE}:
            # What was counted before there were parts (migration 0042) is divided first.
            is_divided = known.get(following, {}).keys() != {_WHOLE}
            divided = moved - {_WHOLE} if is_divided else {_WHOLE, *_states_of_parts(session, *following)}
            lines.setdefault(following, set()).update(divided)
        counted += [
            {"form": form, "period": period, "part": part, "state": now[part], "counted_at": at}
            for part in sorted(moved & now.keys())
        ]
        session.execute(delete(row).where(row.form == form, row.period == period, row.part.in_(moved)))
    for of, parts in first_files.items():
        _count_first_files(session, *of, parts)
    for of, parts in lines.items():
        _count_lines(session, *of, parts)
    add_rows(session, table_of(row), counted)
    return len(first_files)


def _part(code: Any) -> ColumnElement[str]:  # noqa: ANN401 # a column of a unit's code
    """Return the part of the units that a unit is in, of a hundred: the end of its code, so that parts are even."""
    return func.substr(code, func.length(code) - 1)


def _states(session: Session) -> Mapping[_FormPeriod, str]:
    """Return, by form and period, what tells whether anything moved that is counted here."""
    row, head = SubmissionRow, RollupRevisionRow
    reports = session.execute(
        select(row.form, row.period, *_moving())
        .where(row.version.is_not(None), row.form.is_not(None), row.period.is_not(None))
        .group_by(row.form, row.period)
    )
    published = session.execute(
        select(head.form, head.period, func.max(PublicationRow.id))
        .join(PublicationRow, PublicationRow.revision_id == head.id)
        .group_by(head.form, head.period)
    )
    newest = {(form, period): number for form, period, number in published}
    return {(form, period): _text(*counts, newest.get((form, period), 0)) for form, period, *counts in reports}


def _states_of_parts(session: Session, form: str, period: str) -> dict[str, str]:
    """Return of each part of the units what tells whether its reports moved."""
    row, part = SubmissionRow, _part(SubmissionRow.unit_code)
    reports = session.execute(
        select(part, *_moving()).where(row.form == form, row.period == period, row.version.is_not(None)).group_by(part)
    )
    return {name: _text(*counts) for name, *counts in reports}


def _moving() -> tuple[Any, ...]:
    """Return sums over submissions that move with their judgements, acceptances and withdrawals."""
    row = SubmissionRow
    is_accepted, counts = row.accepted_at.is_not(None), row.state == SubmissionState.ACCEPTED
    ids = (func.sum(case((condition, row.id), else_=0)) for condition in (is_accepted, counts))
    return func.count(), func.sum(row.judgement), *ids


def _text(*numbers: object) -> str:
    return " ".join(map(str, (_METHOD, *numbers)))


def _count_first_files(session: Session, form: str, period: str, parts: Collection[str]) -> None:
    """Write what became of the first file of each unit's report."""
    row, issue, later, target = SubmissionRow, IssueRow, aliased(SubmissionRow), ReportQualityRow
    is_counted = target.form == form, target.period == period, _part(target.unit_code).in_(parts)
    session.execute(delete(target).where(*is_counted))
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
        .where(*_of(form, period, parts), row.version == _FIRST, row.judgement >= _FIRST)
        .group_by(row.id)
    )
    session.execute(insert(target).from_select([column.name for column in table_of(target).columns], first_files))


def _count_lines(session: Session, form: str, period: str, parts: Collection[str]) -> None:
    """Write what each line of the form cost."""
    target = LineBurdenRow
    of_period = target.form == form, target.period == period
    session.execute(delete(target).where(*of_period, target.part.in_(parts)))
    findings = _findings(session, form, period, parts)
    with put_back(session, [(form, period), (form, parse_period(period).shift(-1).id)]):
        same, counted = _unchanged(session, form, period, parts), _typed(session, form, period, parts)
    rows = []
    for (part, indicator), (typed, zero, figures) in counted.items():
        unchanged, compared = same.get((part, indicator), (0, 0))
        rows.append(
            {
                "form": form,
                "period": period,
                "part": part,
                "indicator": indicator,
                "typed": typed,
                "returned": findings.get((part, indicator, True), 0),
                "questioned": findings.get((part, indicator, False), 0),
                "unchanged": unchanged,
                "compared": compared,
                "zero": zero,
                "figures": figures,
                "is_published": False,
            }
        )
    add_rows(session, table_of(target), rows)
    is_published = target.indicator.in_(_published(session, form, period))
    session.execute(
        update(target).where(*of_period, target.is_published != is_published).values(is_published=is_published)
    )


def _of(form: str, period: str, parts: Collection[str]) -> tuple[Any, ...]:
    row = SubmissionRow
    return row.form == form, row.period == period, row.version.is_not(None), _part(row.unit_code).in_(parts)


def _is_counted() -> Any:  # noqa: ANN401 # a condition of SQLAlchemy
    """Return the condition of issues that a person has to look at: rules that only watch are not counted."""
    name, shadow = SHADOW_FACT
    stage = IssueRow.facts[name].as_string()
    return IssueRow.severity.in_(_COUNTED) & or_(stage.is_(None), stage != shadow)


def _typed(session: Session, form: str, period: str, parts: Collection[str]) -> Mapping[_Line, tuple[int, int, int]]:
    """Return of each line the cells typed, villages' among them, the units' figures that are zero, and all of these."""
    row, submission = ObservationRow, SubmissionRow
    cells = sum((case((state.in_(_FILLED_IN), 1), else_=0) for state in _TYPED), start=literal(0))
    is_unit, part = row.unit_code == submission.unit_code, _part(submission.unit_code)
    rows = session.execute(
        select(
            part,
            row.indicator,
            func.sum(cells),
            func.sum(case((is_unit & (row.numerator == 0), 1), else_=0)),
            func.sum(case((is_unit & row.numerator.is_not(None), 1), else_=0)),
        )
        .join(submission, submission.id == row.submission_id)
        .where(*_of(form, period, parts))
        .group_by(part, row.indicator)
    )
    return {(part, line): (int(typed), int(zero), int(figures)) for part, line, typed, zero, figures in rows}


def _findings(session: Session, form: str, period: str, parts: Collection[str]) -> Mapping[tuple[str, str, bool], int]:
    """Return of each line the files returned (True), or asked about, because of it at their last judgement."""
    issue, submission, part = IssueRow, SubmissionRow, _part(SubmissionRow.unit_code)
    is_critical = issue.severity == Severity.CRITICAL
    rows = session.execute(
        select(part, issue.indicator, is_critical, func.count(issue.submission_id.distinct()))
        .join(submission, (submission.id == issue.submission_id) & (submission.judgement == issue.judgement))
        .where(*_of(form, period, parts), issue.indicator.is_not(None), _is_counted())
        .group_by(part, issue.indicator, is_critical)
    )
    return {(part, indicator, bool(critical)): files for part, indicator, critical, files in rows}


def _unchanged(session: Session, form: str, period: str, parts: Collection[str]) -> Mapping[_Line, tuple[int, int]]:
    """Return of each line how many figures that count are those of the unit's period before, of those with one."""
    figure, report = ObservationRow, SubmissionRow
    figure_before, before = aliased(ObservationRow), aliased(SubmissionRow)
    part = _part(report.unit_code)
    rows = session.execute(
        select(
            part,
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
            *_of(form, period, parts),
            report.state == SubmissionState.ACCEPTED,
            figure.numerator.is_not(None),
            figure_before.numerator.is_not(None),
        )
        .group_by(part, figure.indicator)
    )
    return {(part, indicator): (int(same), pairs) for part, indicator, same, pairs in rows}


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

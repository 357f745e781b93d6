"""What the lines of a form cost over some periods, and how little they say, as the last runs counted it."""

from collections.abc import Sequence

from sqlalchemy import case, func, select

from domain.periods import Period
from domain.quality.burden import LineBurden, dearest_first
from domain.quality.reporting import Share
from warehouse.models import LineBurdenRow
from warehouse.store.engine import Session


def line_burden(session: Session, form: str, periods: Sequence[Period]) -> list[LineBurden]:
    """Return the lines of a form with what they cost over some periods, the dearest for what they say first."""
    row = LineBurdenRow
    counts = (row.typed, row.returned, row.questioned, row.unchanged, row.compared, row.zero, row.figures)
    statement = (
        select(row.indicator, *map(func.sum, counts), func.max(case((row.is_published, 1), else_=0)))
        .where(row.form == form, row.period.in_([period.id for period in periods]))
        .group_by(row.indicator)
    )
    lines = [
        LineBurden(
            indicator=indicator,
            typed=typed,
            returned=returned,
            questioned=questioned,
            unchanged=Share(unchanged, compared),
            zero=Share(zero, figures),
            is_published=bool(is_published),
        )
        for indicator, typed, returned, questioned, unchanged, compared, zero, figures, is_published in session.execute(
            statement
        )
    ]
    return dearest_first(lines)

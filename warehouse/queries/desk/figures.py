"""Published figures of a period by area: their newest revision, and whether it is closed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupStatus
from warehouse.models import ClosingRow, PublicationRow, RollupFigureRow, RollupRevisionRow
from warehouse.rollups.closings import RollupKeyColumns
from warehouse.rollups.consultations import consultations
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class PublishedFigures:
    """The newest revision of an area's figures on the boundaries of the period; times are in UTC.

    `partial` counts figures that lack units. `closed_by` and `closed_at` are those of the closing in force, if any,
    `consulted_until` is the last day of the consultation in force.
    """

    area: str
    area_name: str
    form: str
    period: Period
    revision: int
    published_at: datetime
    partial: int
    closed_by: str | None
    closed_at: datetime | None
    consulted_until: date | None


def published_periods(session: Session) -> tuple[tuple[str, Period], ...]:
    """Return the forms and periods of which something is published, the newest period first."""
    head = RollupRevisionRow
    rows = session.execute(select(head.form, head.period).where(head.boundary == Boundary.AS_THEN).distinct()).tuples()
    return tuple(sorted(((form, parse_period(period)) for form, period in rows), key=_newest_first, reverse=True))


def published_figures(session: Session, form: str, period: Period) -> tuple[PublishedFigures, ...]:
    """Return the newest revision of each area for a form and period, by the area's code."""
    head, closing, figure = RollupRevisionRow, ClosingRow, RollupFigureRow
    is_published = select(PublicationRow.id).where(PublicationRow.revision_id == head.id).exists()
    newest = (
        select(func.max(head.id))
        .where(head.form == form, head.period == period.id, head.boundary == Boundary.AS_THEN, is_published)
        .group_by(head.area_code, head.area_valid_from)
    )
    partial = (
        select(func.count())
        .select_from(figure)
        .where(figure.revision_id == head.id, figure.status == RollupStatus.PARTIAL)
        .scalar_subquery()
    )
    rows = session.execute(
        select(head, partial, closing.closed_by, closing.closed_at)
        .outerjoin(closing, (closing.revision_id == head.id) & closing.reopened_at.is_(None))
        .where(head.id.in_(newest))
        .order_by(head.area_code, head.area_valid_from)
    ).tuples()
    until = {each.key: each.last_day for each in consultations(session)}
    return tuple(
        PublishedFigures(
            of.area_code,
            of.area_name,
            of.form,
            period,
            of.number,
            of.published_at,
            lacking,
            closed_by,
            closed_at,
            until.get(RollupKeyColumns(of.area_code, of.area_valid_from, of.form, of.period, of.boundary)),
        )
        for of, lacking, closed_by, closed_at in rows
    )


def _newest_first(entry: tuple[str, Period]) -> tuple[int, int, int, str]:
    form, period = entry
    return period.year, period.last_month, -period.months, form

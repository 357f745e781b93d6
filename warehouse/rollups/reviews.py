"""Reviews of rollups: up to which position in the log all figures are up to date, and what may be due since.

What a warehouse holds grows with the years, what comes between two nightly runs does not: a run that rolled everything
up records how far the log reached, and the next one looks at the years of what came since.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, update
from sqlalchemy.orm import InstrumentedAttribute

from domain.catalog.catalog import Catalog
from domain.periods import Period
from warehouse.models import DeliveryRow, PlacementRow, RollupReviewRow, SubmissionEventRow, SubmissionRow, WaiverRow
from warehouse.rollups.scope import computation_version
from warehouse.store.bulk import table_of, upsert_rows
from warehouse.store.engine import Session
from warehouse.submissions.arrivals import DELIBERATE

_ONLY = 1
"""Key of the only row of `rollup_review`."""


class ReviewPosition(NamedTuple):
    """Position in the log: the last event, delivery and placement of submissions, and the last answer to a warning."""

    event: int = 0
    delivery: int = 0
    placement: int = 0
    waiver: int = 0

    def is_beyond(self, seen: "ReviewPosition") -> bool:
        """Return whether anything lies beyond what was reviewed."""
        return any(own > theirs for own, theirs in zip(self, seen, strict=True))

    def and_also(self, other: "ReviewPosition") -> "ReviewPosition":
        """Return the later of each."""
        return ReviewPosition._make(map(max, self, other))


def newest_of(positions: Iterable[ReviewPosition]) -> ReviewPosition:
    """Return the last of each kind among positions."""
    return ReviewPosition(*map(max, zip(*positions, strict=True)))


@dataclass(frozen=True, slots=True)
class Review:
    """A review of the figures of these areas (codes), at a position in the log and on a day in Vietnam.

    `left_open` are the periods in which closed figures wait to be reopened.
    """

    areas: Sequence[str]
    position: ReviewPosition
    day: date
    left_open: Sequence[Period] = ()


def newest_position(session: Session) -> ReviewPosition:
    """Return the position that the log has reached."""
    return ReviewPosition._make(session.execute(_NEWEST).one())


# Put together once: each rollup asks for it.
_NEWEST: Final = select(
    *(
        func.coalesce(select(func.max(each)).scalar_subquery(), 0)
        for each in (SubmissionEventRow.id, DeliveryRow.id, PlacementRow.id, WaiverRow.id)
    )
)


def years_to_review(
    session: Session, catalog: Catalog, today: date, areas: Sequence[str] | None = None
) -> frozenset[int] | None:
    """Return the years in which figures may be due or wait to be reopened; None: any year.

    These are the years of everything that came since the last review, of answers that expired since, of what that
    review left open, and the years from its day to this one, in which periods open and end. Periods of any length lie
    within a year. Any year may have figures due where catalogue or areas (codes; None: whichever were reviewed) are
    others than at the last review.
    """
    row = session.get(RollupReviewRow, _ONLY)
    if (
        row is None
        or (row.catalog_version, row.structure_version) != _versions(catalog)
        or (areas is not None and row.areas != _joined(areas))
        or row.reviewed_on > today
    ):
        return None
    periods = (period for statement in _since(row, today) for period in session.scalars(statement))
    return frozenset(
        {
            *map(int, row.open_years.split()),
            *(int(period[:4]) for period in periods if period),
            *range(row.reviewed_on.year, today.year + 1),
        }
    )


def record_review(session: Session, catalog: Catalog, review: Review) -> None:
    """Record that all figures due at a review were rolled up."""
    catalog_version, structure_version = _versions(catalog)
    row = {
        "id": _ONLY,
        "event_id": review.position.event,
        "delivery_id": review.position.delivery,
        "placement_id": review.position.placement,
        "waiver_id": review.position.waiver,
        "catalog_version": catalog_version,
        "structure_version": structure_version,
        "areas": _joined(review.areas),
        "reviewed_on": review.day,
        "open_years": " ".join(map(str, sorted({period.year for period in review.left_open}))),
    }
    upsert_rows(session, table_of(RollupReviewRow), [row])


def leave_open(session: Session, period: Period) -> None:
    """Have the next run review the year of a period, whether anything came for it or not."""
    opened = RollupReviewRow.open_years + f" {period.year}"
    session.execute(update(RollupReviewRow).values(open_years=opened))


def in_years(
    period: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], years: Collection[int] | None
) -> ColumnElement[bool]:
    """Return the condition that a period (id) of any length lies in one of these years; None: in any."""
    if years is None:
        return true()
    return or_(*(and_(period >= f"{year:04}", period < f"{year + 1:04}") for year in sorted(years)))


def _versions(catalog: Catalog) -> tuple[str, str]:
    return catalog.version, computation_version(catalog)


def _joined(areas: Sequence[str]) -> str:
    return " ".join(areas)


def _since(row: RollupReviewRow, today: date) -> Iterable[Select[tuple[str | None]] | Select[tuple[str]]]:
    """Yield the queries for periods with anything beyond a review, or with an answer that expired since."""
    place, event, delivery, waiver = PlacementRow, SubmissionEventRow, DeliveryRow, WaiverRow
    periods = select(place.period).distinct()
    yield periods.where(place.id > row.placement_id)
    yield periods.join(event, event.submission_id == place.submission_id).where(event.id > row.event_id)
    yield (
        periods.join(SubmissionRow, SubmissionRow.id == place.submission_id)
        .join(delivery, SubmissionRow.delivery_id == DELIBERATE)
        .where(delivery.id > row.delivery_id)
    )
    yield (
        select(waiver.period)
        .distinct()
        .where(or_(waiver.id > row.waiver_id, and_(waiver.until >= row.reviewed_on, waiver.until < today)))
    )

"""Excerpt of the rows behind `earlier_periods`, for an archive in which a revision's files are made again."""

from domain.catalog.catalog import Catalog
from warehouse.models import (
    DeliveryRow,
    FileRow,
    IndicatorRow,
    RollupContributionRow,
    RollupFigureRow,
    RollupRevisionRow,
    RollupUnitRow,
    SubmissionRow,
)
from warehouse.queries.earlier.periods import earlier_revisions
from warehouse.queries.read_models import EarlierPeriods, Revision
from warehouse.rollups.excerpts import Rows, contribution_rows_of, merged, rows_of
from warehouse.store.engine import Session


def earlier_rows_of(session: Session, catalog: Catalog, revision: Revision, below: int) -> Rows:
    """Return the rows that `earlier_periods` reads for a revision, with the submissions that they refer to.

    Args:
        session: the warehouse's session.
        catalog: the catalogue that the revision is written with.
        revision: the revision with its earlier periods.
        below: its id in the warehouse.
    """
    known = earlier_revisions(session, revision, below)
    leads = catalog.lead_indicators([row.indicator for row in revision.rows])
    previous, contribution = known.previous(revision), RollupContributionRow
    last_known = _last_known_before(revision.earlier or EarlierPeriods(), revision)
    compared = {key for key in (previous, known.previous_before) if key is not None}
    heads = {*known.newest.values(), *compared, *(() if known.first is None else (known.first,))}
    figures = rows_of(session, RollupFigureRow.revision_id, set(known.newest.values()))
    contributions = merged(
        (
            contribution_rows_of(session, compared, indicators=leads),
            contribution_rows_of(session, known.older(revision), indicators=leads, units=last_known),
        )
    )
    units = rows_of(session, RollupUnitRow.revision_id, {previous} - {None})
    for unit in units[RollupUnitRow.__tablename__]:
        # Only who owed the form is read of them; their files would be one more excerpt.
        unit.update(submission_id=None)
    submissions = rows_of(
        session, SubmissionRow.id, {row["submission_id"] for row in contributions[contribution.__tablename__]}
    )
    deliveries = rows_of(
        session, DeliveryRow.id, {row["delivery_id"] for row in submissions[SubmissionRow.__tablename__]}
    )
    named = {row["indicator"] for row in figures[RollupFigureRow.__tablename__]}
    return {
        **rows_of(session, IndicatorRow.id, named),
        **rows_of(session, FileRow.sha256, {row["sha256"] for row in deliveries[DeliveryRow.__tablename__]}),
        **deliveries,
        **submissions,
        **rows_of(session, RollupRevisionRow.id, heads),
        **figures,
        **contributions,
        **units,
    }


def _last_known_before(earlier: EarlierPeriods, revision: Revision) -> set[str]:
    """Return the codes of the units whose last known figure is older than the preceding period."""
    preceding = revision.period.shift(-1)
    return {
        unit.code
        for units in earlier.last_known.values()
        for unit, amount in units.items()
        if amount.period != preceding
    }

"""Figures that a unit is consulted about, as its own reports give them, beside those of its area."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, true

from domain.officers.consultations import ConsultedUnit
from domain.units import UnitKey
from warehouse.archive.reading import archived_contributions
from warehouse.models import RollupContributionRow, RollupFigureRow, RollupRevisionRow, RollupUnitRow
from warehouse.rollups.consultations import Consultation, consultations, consulted_units
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class ConsultedFigure:
    """A figure of a unit's report of a base period, beside that of the area (`total`); None: the unit gave none."""

    indicator: str
    period: str
    numerator: Decimal | None
    denominator: Decimal | None
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class UnitConsultation:
    """A consultation in force about figures of a unit, at which revision, and what was answered."""

    consultation: Consultation
    revision: int
    unit: ConsultedUnit
    figures: tuple[ConsultedFigure, ...]

    @property
    def key(self) -> UnitKey:
        """The unit's key."""
        return UnitKey(self.unit.code, self.unit.valid_from)


def consultations_of_unit(session: Session, code: str) -> tuple[UnitConsultation, ...]:
    """Return the consultations in force about figures of a unit's code, the newest period first."""
    results = (_of_unit(session, each, code) for each in consultations(session))
    known = [each for each in results if each is not None]
    return tuple(sorted(known, key=lambda each: each.consultation.period.id, reverse=True))


def _of_unit(session: Session, consultation: Consultation, code: str) -> UnitConsultation | None:
    unit = next((each for each in consulted_units(session, consultation) if each.code == code), None)
    if unit is None:
        return None
    head, key = RollupRevisionRow, consultation.key
    columns = (head.area_code, head.area_valid_from, head.form, head.period, head.boundary)
    conditions = [column == value for column, value in zip(columns, key, strict=True)]
    revision, number = session.execute(
        select(head.id, head.number).where(*conditions).order_by(head.number.desc()).limit(1)
    ).one()
    return UnitConsultation(consultation, number, unit, tuple(_figures(session, revision, unit)))


def _figures(session: Session, revision: int, unit: ConsultedUnit) -> Iterable[ConsultedFigure]:
    figure, amount, row = RollupFigureRow, RollupContributionRow, RollupUnitRow
    of_unit = (amount.unit_code == unit.code) & (amount.unit_valid_from == unit.valid_from)
    periods = (
        select(row.period)
        .where(row.revision_id == revision, row.unit_code == unit.code, row.unit_valid_from == unit.valid_from)
        .subquery()
    )
    rows = session.execute(
        select(figure.indicator, periods.c.period, amount.numerator, amount.denominator, figure.value)
        .select_from(figure)
        .join(periods, true())
        .outerjoin(
            amount,
            (amount.revision_id == figure.revision_id)
            & (amount.indicator == figure.indicator)
            & (amount.period == periods.c.period)
            & of_unit,
        )
        .where(figure.revision_id == revision)
        .order_by(periods.c.period, figure.position)
    )
    archived = {
        (each.indicator, each.period): (each.numerator, each.denominator)
        for each in archived_contributions(session, [revision], units=[unit.code])
        if each.unit_valid_from == unit.valid_from
    }
    return [
        ConsultedFigure(indicator, period, *archived.get((indicator, period), (numerator, denominator)), total)
        for indicator, period, numerator, denominator, total in rows
    ]

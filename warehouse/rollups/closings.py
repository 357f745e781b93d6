"""Which figures are closed: what no rollup moves until a person opens it again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, select

from domain.periods import Period, parse_period
from domain.rollups import Boundary
from warehouse.models import ClosingRow, RollupRevisionRow
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session


class CellKey(NamedTuple):
    """What tells the figures of one area, form, period and boundary from others."""

    area: str
    area_valid_from: date
    form: str
    period: str
    boundary: Boundary


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing that stands: of which figures, at which revision, by whom and when, and which archive keeps it.

    `missing` counts the units that were missing when it was closed; `bundle` is a path under the home.
    """

    id: int
    area: str
    area_valid_from: date
    area_name: str
    form: str
    period: Period
    boundary: Boundary
    revision: int
    closed_at: datetime
    closed_by: str
    missing: int
    bundle: str
    bundle_sha256: str

    @property
    def key(self) -> CellKey:
        """Whose figures are closed."""
        return CellKey(self.area, self.area_valid_from, self.form, self.period.id, self.boundary)


class Bundle(NamedTuple):
    """The archive that keeps a closing: its path under the home, and the hash of all its bytes."""

    path: str
    sha256: str


def key_of(cell: RollupKey) -> CellKey:
    """What tells a cell from others."""
    return CellKey(cell.area.code, cell.area.valid_from, cell.form, cell.period.id, cell.boundary)


def closings(session: Session) -> tuple[Closing, ...]:
    """All closings that stand, by area and period."""
    return tuple(_read_closings(session, _standing()))


def closing_of(session: Session, cell: RollupKey) -> Closing | None:
    """The closing that stands of a cell; None: its figures are open."""
    row, key = RollupRevisionRow, key_of(cell)
    of_cell = _standing().where(
        row.area_code == key.area,
        row.area_valid_from == key.area_valid_from,
        row.form == key.form,
        row.period == key.period,
        row.boundary == key.boundary,
    )
    return next(_read_closings(session, of_cell), None)


def bundles_named(session: Session) -> tuple[Bundle, ...]:
    """The archives of all closings ever, of those that were opened again as well, in their order."""
    rows = session.scalars(select(ClosingRow).order_by(ClosingRow.id))
    return tuple(Bundle(row.bundle, row.bundle_sha256) for row in rows)


_Pair = tuple[ClosingRow, RollupRevisionRow]


def _standing() -> Select[_Pair]:
    return (
        select(ClosingRow, RollupRevisionRow)
        .join(RollupRevisionRow, RollupRevisionRow.id == ClosingRow.revision_id)
        .where(ClosingRow.reopened_at.is_(None))
        .order_by(RollupRevisionRow.area_code, RollupRevisionRow.period, ClosingRow.id)
    )


def _read_closings(session: Session, statement: Select[_Pair]) -> Iterator[Closing]:
    for row, head in session.execute(statement).tuples():
        yield Closing(
            id=row.id,
            area=head.area_code,
            area_valid_from=head.area_valid_from,
            area_name=head.area_name,
            form=head.form,
            period=parse_period(head.period),
            boundary=head.boundary,
            revision=head.number,
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            missing=row.missing,
            bundle=row.bundle,
            bundle_sha256=row.bundle_sha256,
        )

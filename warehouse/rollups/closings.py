"""Closings: figures that no rollup changes until a person reopens them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, or_, select

from domain.periods import Period, parse_period
from domain.rollups import Boundary
from warehouse.models import ClosingRow, RollupRevisionRow
from warehouse.rollups.reviews import in_years
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session


class RollupKeyColumns(NamedTuple):
    """A rollup key as it is stored in columns: codes instead of area and period."""

    area: str
    area_valid_from: date
    form: str
    period: str
    boundary: Boundary


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing in force: its figures and revision, who closed them and when, and the archive that keeps them.

    `missing` counts the units missing at closing time; `bundle` is a path under the home.
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
    def key(self) -> RollupKeyColumns:
        """The key of the closed figures."""
        return RollupKeyColumns(self.area, self.area_valid_from, self.form, self.period.id, self.boundary)


class Bundle(NamedTuple):
    """The archive of a closing: its path under the home, and the hash of its bytes."""

    path: str
    sha256: str


def key_columns(rollup_key: RollupKey) -> RollupKeyColumns:
    """Return a rollup key as stored in columns."""
    return RollupKeyColumns(
        rollup_key.area.code, rollup_key.area.valid_from, rollup_key.form, rollup_key.period.id, rollup_key.boundary
    )


_ROW = RollupRevisionRow
_KEY_COLUMNS: Final = (_ROW.area_code, _ROW.area_valid_from, _ROW.form, _ROW.period, _ROW.boundary)
"""Columns of `rollup_revision` in the order of those of a rollup key."""
HAS_KEY: Final = tuple(
    column == bindparam(name) for column, name in zip(_KEY_COLUMNS, RollupKeyColumns._fields, strict=True)
)
"""Conditions that a row of `rollup_revision` has a rollup key, whose columns are the parameters of the statement."""


def has_key(key: RollupKeyColumns) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a row of `rollup_revision` has a rollup key."""
    return tuple(column == value for column, value in zip(_KEY_COLUMNS, key, strict=True))


def closings(session: Session, years: Collection[int] | None = None) -> tuple[Closing, ...]:
    """Return the closings in force, ordered by area and period.

    With `years` those of their periods, and all within the boundary as now.
    """
    head = RollupRevisionRow
    wanted = or_(in_years(head.period, years), head.boundary == Boundary.AS_NOW)
    return tuple(_read_closings(session, _in_force().where(wanted)))


def closing_of(session: Session, rollup_key: RollupKey) -> Closing | None:
    """Return the closing in force of a rollup; None: its figures are open."""
    return next(_read_closings(session, _OF_KEY, key_columns(rollup_key)._asdict()), None)


def bundles_named(session: Session) -> tuple[Bundle, ...]:
    """Return the archives of all closings in their order, reopened ones included."""
    rows = session.scalars(select(ClosingRow).order_by(ClosingRow.id))
    return tuple(Bundle(row.bundle, row.bundle_sha256) for row in rows)


_Pair = tuple[ClosingRow, RollupRevisionRow]


def _in_force() -> Select[_Pair]:
    return (
        select(ClosingRow, RollupRevisionRow)
        .join(RollupRevisionRow, RollupRevisionRow.id == ClosingRow.revision_id)
        .where(ClosingRow.reopened_at.is_(None))
        .order_by(RollupRevisionRow.area_code, RollupRevisionRow.period, ClosingRow.id)
    )


_OF_KEY: Final = _in_force().where(*HAS_KEY)


def _read_closings(
    session: Session, statement: Select[_Pair], parameters: Mapping[str, object] | None = None
) -> Iterator[Closing]:
    for row, head in session.execute(statement, parameters).tuples():
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

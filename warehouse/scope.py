"""Which unit is expected to give which indicator: what a rollup sums over, and what it counts as missing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import delete

from domain.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.periods import Period
from domain.units import Area, Level, OrgUnit
from warehouse.bulk import add_rows, table_of
from warehouse.engine import Session
from warehouse.models import RollupScopeRow


@dataclass(frozen=True, slots=True)
class Scope:
    """The units that owe a form, and by indicator due in the period, in report order, those expected to give it."""

    units: tuple[OrgUnit, ...]
    expected: Mapping[Indicator, tuple[OrgUnit, ...]]


def scope_of(catalog: Catalog, area: Area, form: str, period: Period) -> Scope:
    """What an area owes on a form for a period. An exempt unit is not expected, an indicator nobody owes left out."""
    units = catalog.owing_units(form, area.code, period)
    due: dict[str, list[OrgUnit]] = {}
    for unit in units:
        for indicator in catalog.due_indicators(form, unit, period):
            due.setdefault(indicator.id, []).append(unit)
    expected = {indicator: tuple(due[name]) for name, indicator in catalog.indicators.items() if name in due}
    return Scope(units, expected)


@contextmanager
def laid_out(session: Session, scope: Scope) -> Iterator[None]:
    """Lay the scope out as rows that SQL can join, for the length of a block; empty before and after.

    A list of three thousand communes is too long for a statement's parameters.
    """
    table = table_of(RollupScopeRow)
    session.execute(delete(table))
    add_rows(
        session,
        table,
        [
            {
                "unit_code": unit.code,
                "unit_valid_from": unit.valid_from,
                "indicator": indicator.id,
                "by_village": indicator.collected_at is Level.VILLAGE,
                "needs_denominator": indicator.measure is Measure.RATIO,
            }
            for indicator, units in scope.expected.items()
            for unit in units
        ],
    )
    yield
    session.execute(delete(table))

"""A small reference implementation of the rollup in plain Python, and its comparison with every published row.

It shares no code with `warehouse/rollups`: it adds up the accepted figures of each area's communes one by one.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, select

from domain.catalog.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.periods import Period, parse_period
from domain.submissions import SubmissionState
from domain.units import Level, OrgUnit
from warehouse.models.observations import ObservationRow
from warehouse.models.submissions import SubmissionRow

COLUMNS = ("numerator", "denominator", "value", "units_expected", "units_accepted")
"""Columns of a published row that are computed again."""


class RollupComparison(NamedTuple):
    """Published rows compared with the reference: equal ones, and those that differ, are missing or too many."""

    equal: int
    different: int


class _Figure(NamedTuple):
    unit: str
    numerator: Decimal | None
    denominator: Decimal | None


_Figures = Mapping[tuple[str, str], list[_Figure]]
_Row = tuple[str, str]
_Values = tuple[Decimal | None, ...]


def compare_rollups(catalog: Catalog, engine: Engine, published: Path, form: str, period_id: str) -> RollupComparison:
    """Compare all rows published for a period with those computed from the accepted figures in the warehouse."""
    period = parse_period(period_id)
    expected = _reference(catalog, engine, form, period)
    rows = _read(published / period_id)
    equal = sum(expected.get(key) == values for key, values in rows.items())
    return RollupComparison(equal, len(expected.keys() | rows.keys()) - equal)


def _read(folder: Path) -> dict[_Row, _Values]:
    results: dict[_Row, _Values] = {}
    for path in sorted(folder.glob("*/rollup.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                values = tuple(Decimal(row[name]) if row[name] else None for name in COLUMNS)
                results[row["area"], row["indicator"]] = values
    return results


def _reference(catalog: Catalog, engine: Engine, form: str, period: Period) -> dict[_Row, _Values]:
    figures = _accepted_figures(engine, form, period)
    day = catalog.forms.last_day(form, period)
    results: dict[_Row, _Values] = {}
    for area in sorted(_areas(catalog, engine, form, period)):
        due: dict[str, list[OrgUnit]] = defaultdict(list)
        for unit in catalog.owing_units(form, area, period):
            for indicator in catalog.due_indicators(form, unit, period):
                due[indicator.id].append(unit)
        for key, units in due.items():
            indicator = catalog.indicators[key]
            villages = {unit.code: len(catalog.units.villages(unit, day)) for unit in units}
            results[area, key] = _row(indicator, figures, villages)
    return results


def _row(indicator: Indicator, figures: _Figures, units: Mapping[str, int]) -> _Values:
    """Return numerator, denominator, value and numbers of units of a row; `units` are the communes' villages."""
    numerator = denominator = Decimal(0)
    reported = 0
    for unit, villages in units.items():
        lines = [each for each in figures.get((unit, indicator.id), []) if _counts(indicator, unit, each)]
        whole = [each for each in lines if _is_whole(indicator, each)]
        if not whole or (indicator.collected_at is Level.VILLAGE and len(whole) < max(villages, len(lines))):
            continue
        reported += 1
        numerator += sum(each.numerator or 0 for each in whole)
        denominator += sum(each.denominator or 0 for each in whole)
    if not reported or (len(units) > 1 and "units" in indicator.not_summed_over):
        return None, None, None, Decimal(len(units)), Decimal(reported)
    is_ratio = indicator.measure is Measure.RATIO
    share = 100 * numerator / denominator if is_ratio and denominator else None
    value = share.quantize(Decimal("0.01"), ROUND_HALF_UP) if share is not None else None
    return (
        numerator,
        denominator if is_ratio else None,
        value if is_ratio else numerator,
        Decimal(len(units)),
        Decimal(reported),
    )


def _counts(indicator: Indicator, unit: str, figure: _Figure) -> bool:
    """Return whether a line is of the level at which the indicator is collected: the commune, or its villages."""
    return (figure.unit != unit) is (indicator.collected_at is Level.VILLAGE)


def _is_whole(indicator: Indicator, figure: _Figure) -> bool:
    return figure.numerator is not None and (indicator.measure is Measure.COUNT or figure.denominator is not None)


def _accepted_figures(engine: Engine, form: str, period: Period) -> _Figures:
    """Return the figures of accepted reports by commune and indicator."""
    row = ObservationRow
    statement = (
        select(SubmissionRow.unit_code, row.indicator, row.unit_code, row.numerator, row.denominator)
        .join(SubmissionRow, SubmissionRow.id == row.submission_id)
        .where(SubmissionRow.state == SubmissionState.ACCEPTED, SubmissionRow.form == form)
        .where(SubmissionRow.period == period.id)
    )
    results: dict[tuple[str, str], list[_Figure]] = defaultdict(list)
    with engine.connect() as connection:
        for reporter, indicator, unit, numerator, denominator in connection.execute(statement):
            results[reporter, indicator].append(_Figure(unit, numerator, denominator))
    return results


def _areas(catalog: Catalog, engine: Engine, form: str, period: Period) -> Iterable[str]:
    """Return the codes of the units directly above all communes that sent a report, whatever became of it."""
    placed = select(SubmissionRow.unit_code).where(SubmissionRow.form == form, SubmissionRow.period == period.id)
    day = catalog.forms.last_day(form, period)
    with engine.connect() as connection:
        units = [catalog.units.get(code, day) for code in connection.scalars(placed.distinct()) if code]
    return {unit.parent for unit in units if unit.parent}

"""Figures and reporting statuses by province, of an area with more units than a page can list."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from domain.aggregation import Amount, add_up, percentage
from domain.rollups import RollupStatus
from domain.units import Level, OrgUnit, UnitKey, UnitRegister
from publishing.figures.report import ProvinceFigure, ProvinceLine, PublishedFigure, UnitLine

MOST_UNITS_LISTED = 1_000
"""Most units that a page lists one by one; no province ever had more, the country has."""


def province_lines(
    units: Iterable[UnitLine],
    sums: Mapping[str, Mapping[str, ProvinceFigure]],
    provinces: Mapping[str, OrgUnit],
    unknown: str,
) -> tuple[ProvinceLine, ...]:
    """Return a line for each province, by code.

    Args:
        units: the area's units.
        sums: of each of its indicators, `province_sums`.
        provinces: the province of each unit, by the unit's key.
        unknown: the name for units whose province has left the catalogue.
    """
    by_province: dict[str, list[UnitLine]] = defaultdict(list)
    for unit in units:
        by_province[_code(provinces, unit.key)].append(unit)
    names = {province.code: province.name for province in provinces.values()}
    states = {code: Counter(unit.state for unit in of_province) for code, of_province in by_province.items()}
    return tuple(
        ProvinceLine(
            code=code,
            name=names.get(code, unknown),
            accepted=states[code]["accepted"] + states[code]["late"],
            expected=len(by_province[code]),
            late=states[code]["late"],
            refused=states[code]["quarantined"],
            missing=states[code]["missing"],
            figures={indicator: of[code] for indicator, of in sums.items() if code in of},
        )
        for code in sorted(by_province)
    )


def province_of(unit: OrgUnit, register: UnitRegister, on: date) -> OrgUnit | None:
    """Return the province that a unit belongs to on a day, or None."""
    return next((above for above in register.above(unit, on) if above.level is Level.PROVINCE), None)


def province_sums(
    figure: PublishedFigure, units: Mapping[UnitKey, Amount], provinces: Mapping[UnitKey, str]
) -> dict[str, ProvinceFigure]:
    """Add up what the units gave to a figure by the codes of their provinces; nothing of one that is not comparable."""
    if figure.row.status is RollupStatus.NOT_COMPARABLE:
        return {}
    amounts: dict[str, list[Amount]] = defaultdict(list)
    for unit, amount in units.items():
        amounts[provinces.get(unit, "")].append(amount)
    return {code: _figure(figure, each) for code, each in amounts.items()}


def _figure(figure: PublishedFigure, amounts: Sequence[Amount]) -> ProvinceFigure:
    sums = add_up(amounts)
    if not figure.is_percent or sums.numerator is None:
        return ProvinceFigure(sums.numerator, sums.numerator, sums.denominator)
    value = percentage(sums.numerator, sums.denominator)
    return ProvinceFigure(value, sums.numerator, sums.denominator)


def _code(provinces: Mapping[str, OrgUnit], key: str) -> str:
    return provinces[key].code if key in provinces else ""

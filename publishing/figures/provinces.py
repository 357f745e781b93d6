"""Figures and reporting statuses by province, of an area with more units than a page can list."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from domain.aggregation import Sums, percentage
from domain.rollups import RollupStatus
from domain.units import Level, OrgUnit, UnitRegister
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


def province_sums(figure: PublishedFigure, sums: Mapping[str, Sums]) -> dict[str, ProvinceFigure]:
    """Return a figure of each province, by its code, from its units' sums; nothing of one that is not comparable."""
    if figure.row.status is RollupStatus.NOT_COMPARABLE:
        return {}
    return {code: _figure(figure, each) for code, each in sums.items()}


def _figure(figure: PublishedFigure, sums: Sums) -> ProvinceFigure:
    if not figure.is_percent or sums.numerator is None:
        return ProvinceFigure(sums.numerator, sums.numerator, sums.denominator)
    value = percentage(sums.numerator, sums.denominator)
    return ProvinceFigure(value, sums.numerator, sums.denominator)


def _code(provinces: Mapping[str, OrgUnit], key: str) -> str:
    return provinces[key].code if key in provinces else ""

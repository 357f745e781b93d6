"""A catalogue of two provinces across the changes of 2025-07-01 and 2026-04-30, with optional villages and weights."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from domain.catalog.catalog import Catalog
from domain.units import Level, OrgUnit, Succession, SuccessionKind, UnitRegister
from domain.weights import StatedWeight, Weights

FORMER = "585-cu"
INSIDE = ("22810", "22813", "22828")
ACROSS = ("22738", "22822")
"""Communes since 2025-07-01 that took in ground of the old district and of others: Đô Vinh and Mỹ Sơn."""
FIRST_DAY = date(2025, 7, 1)
MADE_FROM = (("22822", "22822"), ("22822", "22807"), ("22738", "22831"), ("22738", "22738"))
"""New and old communes: of each new one the first lies in the old district."""


def two_provinces(catalog: Catalog) -> Catalog:
    """The shipped catalogue with two provinces only: Ninh Thuận, which went into Khánh Hòa, and Đồng Nai."""
    tops = {"58", "56", "75", "70"}
    register = catalog.units
    kept = [unit for unit in register.units if unit.code == "VN" or tops & {unit.code, *_above(register, unit)}]
    keys = {(unit.code, unit.valid_from) for unit in kept}
    links = [
        succession
        for succession in register.successions
        if (succession.new, succession.effective) in keys
        and any(code == succession.old and day < succession.effective for code, day in keys)
    ]
    return replace(catalog, version="region", structure_version="region", units=UnitRegister(kept, links))


def with_weights(catalog: Catalog, stated: Iterable[StatedWeight]) -> Catalog:
    """The catalogue with stated weights."""
    units = UnitRegister(catalog.units.units, catalog.units.successions, Weights(stated))
    return replace(catalog, version="weights", structure_version="weights", units=units)


def with_villages(catalog: Catalog) -> Catalog:
    """Return the catalogue with the successions of all villages of the two communes across the boundary.

    The villages are `<new>-<old>-1` and `-2`, after the communes in which they lie and lay.
    """
    villages, links = [], []
    for new, old in MADE_FROM:
        for number in (1, 2):
            before, after = f"{old}-0{number}", f"{new}-{old}-{number}"
            if not catalog.units.versions(before):
                villages.append(_village(before, old, date(2000, 1, 1), date(2025, 6, 30)))
            villages.append(_village(after, new, FIRST_DAY, None))
            link = Succession(before, after, FIRST_DAY, whole=True, legal_basis="QĐ", kind=SuccessionKind.WHOLE)
            links.append(link)
    register = catalog.units
    units = UnitRegister((*register.units, *villages), (*register.successions, *links), register.weights)
    return replace(catalog, version="villages", structure_version="villages", units=units)


def _village(code: str, commune: str, first: date, last: date | None) -> OrgUnit:
    return OrgUnit(code, f"Thôn {code}", "Thôn", Level.VILLAGE, commune, first, last)


def _above(register: UnitRegister, unit: OrgUnit) -> list[str]:
    return [ancestor.code for ancestor in register.above(unit, unit.valid_from)]

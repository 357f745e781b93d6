"""Mirror of the catalogue's units, areas and indicators, which stored figures refer to."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import bindparam, delete, select

from domain.areas import NamedArea
from domain.catalog.catalog import Catalog
from domain.indicators import Indicator
from domain.units import OrgUnit, Succession, UnitKey
from domain.weights import StatedWeight
from warehouse.models import (
    CatalogMirrorRow,
    IndicatorRow,
    NamedAreaMemberRow,
    NamedAreaRow,
    OrgUnitRow,
    StatedWeightRow,
    SuccessionRow,
)
from warehouse.store.bulk import add_rows, in_chunks, table_of, upsert_rows
from warehouse.store.engine import Session

MIRRORED_TABLES: Final = frozenset(
    table_of(row)
    for row in (
        CatalogMirrorRow,
        IndicatorRow,
        NamedAreaMemberRow,
        NamedAreaRow,
        OrgUnitRow,
        StatedWeightRow,
        SuccessionRow,
    )
)
"""Tables that hold nothing but the catalogue; with all communes of the country they are most of a small warehouse."""

_ONLY_ROW = 1


def mirror_catalog(session: Session, catalog: Catalog) -> bool:
    """Update units, successions, areas and indicators from the catalogue; keep what it no longer names.

    Stored figures refer to it. Only weights and members of areas are replaced: a figure keeps the weight it was
    computed with.

    Returns:
        Whether anything had to be written: False when this version of the catalogue is mirrored already.
    """
    if session.scalar(select(CatalogMirrorRow.version)) == catalog.version:
        return False
    units, successions = catalog.units.units, catalog.units.successions
    upsert_rows(session, table_of(OrgUnitRow), [_unit_row(unit) for unit in units])
    upsert_rows(session, table_of(SuccessionRow), [_succession_row(each) for each in successions])
    _mirror_areas(session, catalog)
    session.execute(delete(StatedWeightRow))
    add_rows(session, table_of(StatedWeightRow), [_weight_row(each) for each in catalog.units.weights.stated])
    upsert_rows(session, table_of(IndicatorRow), [_indicator_row(each) for each in catalog.indicators.values()])
    upsert_rows(session, table_of(CatalogMirrorRow), [{"id": _ONLY_ROW, "version": catalog.version}])
    return True


def _unit_row(unit: OrgUnit) -> dict[str, object]:
    return {
        "code": unit.code,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "name": unit.name,
        "kind": unit.kind,
        "level": unit.level,
        "parent_code": unit.parent,
        "invented": unit.invented,
    }


def _succession_row(succession: Succession) -> dict[str, object]:
    return {
        "old_code": succession.old,
        "new_code": succession.new,
        "effective": succession.effective,
        "whole": succession.whole,
        "legal_basis": succession.legal_basis,
        "kind": succession.kind,
    }


def _mirror_areas(session: Session, catalog: Catalog) -> None:
    areas = catalog.areas.values()
    upsert_rows(session, table_of(NamedAreaRow), [_area_row(each) for each in areas])
    session.execute(delete(NamedAreaMemberRow))
    members = [
        {"area_id": area.id, "unit_code": unit.code, "unit_valid_from": unit.valid_from}
        for area in areas
        for unit in area.members
    ]
    add_rows(session, table_of(NamedAreaMemberRow), members)


def _area_row(area: NamedArea) -> dict[str, object]:
    return {
        "id": area.id,
        "name_vi": area.name.vi,
        "name_en": area.name.en,
        "level": area.level,
        "as_of": area.as_of,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
        "source": area.source,
    }


def _weight_row(weight: StatedWeight) -> dict[str, object]:
    return {
        "origin_code": weight.origin,
        "into_code": weight.into,
        "effective": weight.effective,
        "direction": weight.direction,
        "indicator": weight.indicator or "",
        "denominator_kind": weight.denominator_kind or "",
        "value": weight.value,
        "source": weight.source,
    }


def _indicator_row(indicator: Indicator) -> dict[str, object]:
    return {
        "id": indicator.id,
        "name_vi": indicator.name.vi,
        "name_en": indicator.name.en,
        "theme": indicator.theme,
        "measure": indicator.measure,
        "denominator_kind": indicator.denominator_kind,
        "unit_vi": indicator.unit.vi,
        "flow": indicator.flow,
        "frequency": indicator.frequency,
        "collected_at": indicator.collected_at,
        "source": indicator.source,
    }


_UNITS: Final = table_of(OrgUnitRow).c
_NAMES: Final = select(_UNITS.code, _UNITS.valid_from, _UNITS.name).where(
    _UNITS.code.in_(bindparam("codes", expanding=True))
)
"""Put together once: each revision that is published asks."""


def unit_names(session: Session, units: Iterable[UnitKey]) -> dict[UnitKey, str]:
    """Return the full names of these dated units."""
    wanted = set(units)
    names: dict[tuple[str, date], str] = {}
    for chunk in in_chunks(unit.code for unit in wanted):
        rows = session.execute(_NAMES, {"codes": chunk}).all()
        names |= {(code, valid_from): name for code, valid_from, name in rows}
    return {unit: names.get(unit, unit.code) for unit in wanted}

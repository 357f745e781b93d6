"""Mirror the catalogue's units, successions and indicators, so that every stored figure points at what it is about."""

from sqlalchemy import select

from domain.catalog import Catalog
from domain.indicators import Indicator
from domain.units import OrgUnit, Succession
from warehouse.bulk import table_of, upsert_rows
from warehouse.engine import Session
from warehouse.models import CatalogMirrorRow, IndicatorRow, OrgUnitRow, SuccessionRow

_ONLY_ROW = 1


def mirror_catalog(session: Session, catalog: Catalog) -> bool:
    """Bring units, successions and indicators up to the catalogue's; what it no longer names stays, figures rest on it.

    Returns:
        Whether anything had to be written: False when this version of the catalogue is mirrored already.
    """
    if session.scalar(select(CatalogMirrorRow.version)) == catalog.version:
        return False
    units, successions = catalog.units.units, catalog.units.successions
    upsert_rows(session, table_of(OrgUnitRow), [_unit_row(unit) for unit in units])
    upsert_rows(session, table_of(SuccessionRow), [_succession_row(each) for each in successions])
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

"""The catalogue's units and indicators are mirrored, quickly, and only when they changed."""

from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from domain.catalog import Catalog
from domain.units import UnitRegister
from tests.warehouse.house import House
from warehouse.engine import Engine, migrate, reading, transaction
from warehouse.models import IndicatorRow, OrgUnitRow, SuccessionRow
from warehouse.reference import mirror_catalog


def test_whole_catalogue_is_mirrored(engine: Engine, catalog: Catalog) -> None:
    """Every unit of the country before and after, every succession, every indicator."""
    migrate(engine)
    with transaction(engine) as session:
        assert mirror_catalog(session, catalog)
    with reading(engine) as session:
        counts = [
            session.scalar(select(func.count()).select_from(model))
            for model in (OrgUnitRow, SuccessionRow, IndicatorRow)
        ]
    assert counts == [len(catalog.units.units), len(catalog.units.successions), len(catalog.indicators)]


def test_reused_code_stands_for_both_units(house: House) -> None:
    """22810 is the town until 2025-06-30 and the commune of another name since."""
    with reading(house.engine) as session:
        found = session.scalars(
            select(OrgUnitRow.name).where(OrgUnitRow.code == "22810").order_by(OrgUnitRow.valid_from)
        ).all()
    assert found == ["Thị trấn Tân Sơn", "Xã Ninh Sơn"]


def test_unchanged_catalogue_is_not_written_again(house: House) -> None:
    """The same version a second time is passed over."""
    with transaction(house.engine) as session:
        assert not mirror_catalog(session, house.catalog)


def test_newer_catalogue_updates_and_removes_nothing(house: House) -> None:
    """A unit whose name was mended is updated; one that is no longer named stays, for figures may rest on it."""
    town = house.catalog.units.get("22810", date(2025, 5, 14))
    newer = replace(house.catalog, version="newer", units=UnitRegister([replace(town, name="Thị trấn Tân Sơn (cũ)")]))
    with transaction(house.engine) as session:
        before = session.scalar(select(func.count()).select_from(OrgUnitRow))
        assert mirror_catalog(session, newer)
    with reading(house.engine) as session:
        assert session.scalar(select(func.count()).select_from(OrgUnitRow)) == before
        assert session.get_one(OrgUnitRow, (town.code, town.valid_from)).name == "Thị trấn Tân Sơn (cũ)"

"""The catalogue's units, areas and indicators are mirrored, quickly, and only when they changed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select, text

from domain.catalog.catalog import Catalog
from domain.units import UnitRegister
from domain.weights import Direction, StatedWeight, Weights
from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.migrations.apply import downgrade
from warehouse.models import (
    IndicatorRow,
    NamedAreaMemberRow,
    NamedAreaRow,
    OrgUnitRow,
    StatedWeightRow,
    SuccessionRow,
)
from warehouse.store.engine import Engine, migrate, reading, transaction
from warehouse.store.reference import mirror_catalog


def test_whole_catalogue_is_mirrored(engine: Engine, catalog: Catalog) -> None:
    """Every unit of the country before and after, every succession, every indicator."""
    with transaction(engine) as session:
        assert mirror_catalog(session, catalog)
    with reading(engine) as session:
        counts = [
            session.scalar(select(func.count()).select_from(model))
            for model in (OrgUnitRow, SuccessionRow, IndicatorRow)
        ]
    assert counts == [len(catalog.units.units), len(catalog.units.successions), len(catalog.indicators)]


def test_reused_code_stands_for_both_units(builder: WarehouseBuilder) -> None:
    """22810 is the town until 2025-06-30 and the commune of another name since."""
    with reading(builder.engine) as session:
        rows = session.scalars(
            select(OrgUnitRow.name).where(OrgUnitRow.code == "22810").order_by(OrgUnitRow.valid_from)
        ).all()
    assert rows == ["Thị trấn Tân Sơn", "Xã Ninh Sơn"]


def test_unchanged_catalogue_is_not_written_again(builder: WarehouseBuilder) -> None:
    """The same version a second time is passed over."""
    with transaction(builder.engine) as session:
        assert not mirror_catalog(session, builder.catalog)


def test_newer_catalogue_updates_and_removes_nothing(builder: WarehouseBuilder) -> None:
    """A unit whose name was mended is updated; one that is no longer named stays, for figures may rest on it."""
    town = builder.catalog.units.get("22810", date(2025, 5, 14))
    newer = replace(builder.catalog, version="newer", units=UnitRegister([replace(town, name="Thị trấn Tân Sơn (cũ)")]))
    with transaction(builder.engine) as session:
        before = session.scalar(select(func.count()).select_from(OrgUnitRow))
        assert mirror_catalog(session, newer)
    with reading(builder.engine) as session:
        assert session.scalar(select(func.count()).select_from(OrgUnitRow)) == before
        assert session.get_one(OrgUnitRow, (town.code, town.valid_from)).name == "Thị trấn Tân Sơn (cũ)"


def test_officers_areas_are_mirrored_with_their_members(builder: WarehouseBuilder) -> None:
    """Members are dated units: 22810 is the town that the old district had."""
    with reading(builder.engine) as session:
        area = session.get_one(NamedAreaRow, "585-cu")
        town = session.get_one(NamedAreaMemberRow, ("585-cu", "22810"))
        members = session.scalar(select(func.count()).select_from(NamedAreaMemberRow))
    assert (area.name_vi, area.as_of, town.unit_valid_from) == (
        "Huyện Ninh Sơn (cũ)",
        date(2025, 6, 30),
        date(2000, 1, 1),
    )
    assert members == 8


def test_an_area_that_is_no_longer_defined_stays_without_members(builder: WarehouseBuilder) -> None:
    """Revisions made of it can still be named."""
    newer = replace(builder.catalog, version="newer", areas={})
    with transaction(builder.engine) as session:
        assert mirror_catalog(session, newer)
    with reading(builder.engine) as session:
        assert session.get_one(NamedAreaRow, "585-cu").name_en == "former Ninh Sơn district"
        assert session.scalar(select(func.count()).select_from(NamedAreaMemberRow)) == 0


def test_weights_are_those_of_the_newest_catalogue(builder: WarehouseBuilder) -> None:
    """One that was taken back is gone; figures made with it keep it themselves."""
    share = StatedWeight(
        "22822", "22822", date(2025, 7, 1), Direction.BACKWARD, None, "residents", Decimal("0.7125"), "a census"
    )
    units = builder.catalog.units
    for version, stated in [("one", (share,)), ("two", (replace(share, value=Decimal("0.7")),)), ("three", ())]:
        register = UnitRegister(units.units, units.successions, Weights(stated))
        with transaction(builder.engine) as session:
            assert mirror_catalog(session, replace(builder.catalog, version=version, units=register))
        with reading(builder.engine) as session:
            rows = session.scalars(select(StatedWeightRow)).all()
        assert [(row.indicator, row.denominator_kind, row.value) for row in rows] == [
            ("", "residents", weight.value) for weight in stated
        ]


def test_successions_of_an_older_warehouse_get_their_kinds(builder: WarehouseBuilder) -> None:
    """The migration derives kinds as the catalogue does, and areas return with the next mirror."""
    with builder.engine.begin() as connection:
        downgrade(connection, "0003")
    migrate(builder.engine)
    with builder.engine.connect() as connection:
        rows = connection.execute(text("SELECT old_code, new_code, effective, kind FROM succession")).all()
    results = {(old, new, str(effective)): kind for old, new, effective, kind in rows}
    assert results == {
        (succession.old, succession.new, str(succession.effective)): succession.kind
        for succession in builder.catalog.units.successions
    }
    with transaction(builder.engine) as session:
        assert mirror_catalog(session, builder.catalog)
        assert session.scalar(select(func.count()).select_from(NamedAreaMemberRow)) == 8

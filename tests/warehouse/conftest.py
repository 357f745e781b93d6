"""A warehouse per test on each engine, with the units of one district mirrored."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from domain.catalog.catalog import Catalog
from domain.units import UnitRegister
from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.store.engine import Engine, open_engine, transaction
from warehouse.store.reference import mirror_catalog


@pytest.fixture(scope="session")
def small_catalog(catalog: Catalog) -> Catalog:
    """The shipped catalogue with the units around district 585 only, before and after 2025-07-01."""
    codes = {"VN", "585", "58", "56"} | {unit.code for unit in catalog.units.units if unit.parent in {"585", "56"}}
    codes |= {unit.code for unit in catalog.units.units if unit.parent in codes}
    nearby = [unit for unit in catalog.units.units if unit.code in codes]
    return replace(catalog, version="small", units=UnitRegister(nearby, ()))


@pytest.fixture
def engine(warehouse_url: str) -> Iterator[Engine]:
    """An engine on a warehouse without rows."""
    opened = open_engine(warehouse_url)
    yield opened
    opened.dispose()


@pytest.fixture
def empty_engine(empty_url: str) -> Iterator[Engine]:
    """An engine on a database without tables."""
    opened = open_engine(empty_url)
    yield opened
    opened.dispose()


@pytest.fixture
def builder(engine: Engine, small_catalog: Catalog) -> WarehouseBuilder:
    """A migrated warehouse that knows district 585."""
    with transaction(engine) as session:
        mirror_catalog(session, small_catalog)
    return WarehouseBuilder(engine, small_catalog)

"""A warehouse per test on each engine, with the units of one district mirrored."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

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


@pytest.fixture(scope="session")
def mirrored_district(migrated_sqlite: Path, small_catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite warehouse that knows district 585, to be copied."""
    path = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("mirrored") / "warehouse.db")
    opened = open_engine(f"sqlite:///{path}")
    with transaction(opened) as session:
        mirror_catalog(session, small_catalog)
    opened.dispose()  # writes the journal into the file
    return path


@pytest.fixture
def builder(engine: Engine, small_catalog: Catalog, request: pytest.FixtureRequest) -> WarehouseBuilder:
    """A migrated warehouse that knows district 585."""
    if engine.url.database and engine.dialect.name == "sqlite":  # not connected yet
        shutil.copy(request.getfixturevalue("mirrored_district"), engine.url.database)
    else:
        with transaction(engine) as session:
            mirror_catalog(session, small_catalog)
    return WarehouseBuilder(engine, small_catalog)

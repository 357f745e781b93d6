"""A warehouse per test on each engine, with the units of one district mirrored."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.units import UnitRegister
from tests.warehouse.warehouse_builder import WarehouseBuilder
from tests.warehouse_fixtures import copy_template, create_database, new_name
from warehouse.store.engine import Engine, open_engine, transaction
from warehouse.store.reference import mirror_catalog


@pytest.fixture(scope="session")
def small_catalog(catalog: Catalog) -> Catalog:
    """The shipped catalogue with the units around district 585 only, before and after 2025-07-01.

    Its only cumulative indicator is summed over units, which the shipped one never is.
    """
    codes = {"VN", "585", "58", "56"} | {unit.code for unit in catalog.units.units if unit.parent in {"585", "56"}}
    codes |= {unit.code for unit in catalog.units.units if unit.parent in codes}
    nearby = [unit for unit in catalog.units.units if unit.code in codes]
    cumulative = replace(catalog.indicators["tthc_phatsinh"], not_summed_over=())
    indicators = {**catalog.indicators, cumulative.id: cumulative}
    return replace(catalog, version="small", units=UnitRegister(nearby, ()), indicators=indicators)


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
def district_sqlite(migrated_sqlite: Path, small_catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite warehouse that knows district 585, to be copied."""
    path = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("mirrored") / "warehouse.db")
    _mirror(f"sqlite:///{path}", small_catalog)
    return path


@pytest.fixture(scope="session")
def district_postgres(postgres_uri: str, migrated_postgres: str, small_catalog: Catalog) -> str:
    """Name of a migrated PostgreSQL database that knows district 585, to be copied."""
    name = new_name()
    _mirror(create_database(postgres_uri, name, migrated_postgres), small_catalog)
    return name


def _mirror(url: str, catalog: Catalog) -> None:
    opened = open_engine(url)
    with transaction(opened) as session:
        mirror_catalog(session, catalog)
    opened.dispose()  # writes the journal into the file; PostgreSQL copies no database in use


@pytest.fixture(params=["sqlite", "postgresql"])
def builder(request: pytest.FixtureRequest, small_catalog: Catalog, tmp_path: Path) -> Iterator[WarehouseBuilder]:
    """A migrated warehouse that knows district 585, on each engine."""
    opened = open_engine(copy_template(request, request.param, tmp_path / "warehouse.db", "district"))
    yield WarehouseBuilder(opened, small_catalog)
    opened.dispose()

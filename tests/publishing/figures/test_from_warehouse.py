"""Figures, cells and changes are published as the warehouse keeps them."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.indicators import Measure
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.revisions import publish_below
from tests.warehouse.warehouse_builder import IN_TIME, WarehouseBuilder
from warehouse.store.engine import migrate, open_engine, transaction
from warehouse.store.reference import mirror_catalog

pytestmark = pytest.mark.long


@pytest.fixture
def warehouse(catalog: Catalog, tmp_path: Path) -> Iterator[WarehouseBuilder]:
    """Build a SQLite warehouse in which seven communes are accepted and Ma Nới is refused."""
    engine = open_engine(f"sqlite:///{tmp_path / 'warehouse.db'}")
    migrate(engine)
    with transaction(engine) as session:
        mirror_catalog(session, catalog)
    builder = WarehouseBuilder(engine, catalog)
    for unit in builder.area().members:
        report = builder.report(unit.code, {builder.indicator_of(Measure.RATIO): (3, 4)})
        if unit.code == "22828":
            builder.refuse(report)
        else:
            builder.accept(report)
    builder.roll_up()
    yield builder
    engine.dispose()


def published_row(link: Path, indicator: str) -> dict[str, str]:
    """Read an indicator's row of the published CSV file."""
    with (link / "rollup.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["indicator"] == indicator)


def test_figures_and_missing_units_are_published(warehouse: WarehouseBuilder, tmp_path: Path) -> None:
    """21 of 28 over seven communes is published as partial, with the eighth named on the page."""
    link = publish_below(warehouse.revision(), warehouse.catalog, tmp_path / "published")
    row = published_row(link, warehouse.indicator_of(Measure.RATIO))
    assert (row["value"], row["numerator"], row["denominator"]) == ("75.00", "21", "28")
    assert (row["units_expected"], row["units_accepted"], row["status"]) == ("8", "7", "partial")
    words = StrictPage((link / "report.html").read_text(encoding="utf-8")).words
    assert "Xã Ma Nới (bị trả lại, chờ sửa)" in words
    assert "Biểu 01-T!E10" in words


def test_correction_is_published_with_its_changes(warehouse: WarehouseBuilder, tmp_path: Path) -> None:
    """Revision 2 takes the link and lists values before and after, and the file that caused the change."""
    root, indicator = tmp_path / "published", warehouse.indicator_of(Measure.RATIO)
    publish_below(warehouse.revision(), warehouse.catalog, root)
    warehouse.accept(
        warehouse.report("22828", {indicator: (4, 4)}),
        warehouse.arrival("ma-noi-sua.xlsx", IN_TIME + timedelta(days=41)),
    )
    warehouse.roll_up(run_id="run-2")
    link = publish_below(warehouse.revision(), warehouse.catalog, root)
    assert link.readlink().name == "2"
    assert published_row(link, indicator)["value"] == "78.13"
    words = StrictPage((link / "report.html").read_text(encoding="utf-8")).words
    assert "75,00% → 78,13%" in words
    assert "ma-noi-sua.xlsx" in words
    # The first file came in time: a correction after the deadline makes no report late.
    assert "10:00 15/05/2025; bản sửa 10:00 25/06/2025" in words
    (unit,) = (unit for unit in warehouse.revision().units if unit.code == "22828")
    assert (unit.late, unit.first_received_at) == (False, IN_TIME)


def test_revision_published_again_gives_the_same_bytes(warehouse: WarehouseBuilder, tmp_path: Path) -> None:
    """A revision published again later from the database is identical to the byte."""
    first = publish_below(warehouse.revision(1), warehouse.catalog, tmp_path / "one")
    warehouse.accept(warehouse.report("22828", {warehouse.indicator_of(Measure.RATIO): (4, 4)}))
    warehouse.roll_up(run_id="run-2")
    second = publish_below(warehouse.revision(1), warehouse.catalog, tmp_path / "two")
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {
        path.name: path.read_bytes() for path in second.iterdir()
    }

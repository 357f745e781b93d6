"""What the warehouse keeps is what is published: figures, cells and changes, from a database to the files."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.indicators import Measure
from publishing.publish import publish
from tests.publishing.page.strict_page import StrictPage
from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.store.engine import migrate, open_engine, transaction
from warehouse.store.reference import mirror_catalog


@pytest.fixture
def context(catalog: Catalog, tmp_path: Path) -> Iterator[WarehouseBuilder]:
    """A warehouse in a file, in which seven communes were accepted and Ma Nới was refused."""
    engine = open_engine(f"sqlite:///{tmp_path / 'warehouse.db'}")
    migrate(engine)
    with transaction(engine) as session:
        mirror_catalog(session, catalog)
    context = WarehouseBuilder(engine, catalog)
    for unit in context.area().members:
        report = context.report(unit.code, {context.indicator_of(Measure.RATIO): (3, 4)})
        if unit.code == "22828":
            context.refuse(report)
        else:
            context.accept(report)
    context.roll_up()
    yield context
    engine.dispose()


def published_row(link: Path, indicator: str) -> dict[str, str]:
    """An indicator's row of the published CSV file."""
    with (link / "rollup.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["indicator"] == indicator)


def test_figures_and_gaps_come_out_as_they_were_kept(context: WarehouseBuilder, tmp_path: Path) -> None:
    """21 of 28 over seven communes, partial, with the eighth named on the page."""
    link = publish(context.revision(), context.catalog, tmp_path / "published")
    row = published_row(link, context.indicator_of(Measure.RATIO))
    assert (row["value"], row["numerator"], row["denominator"]) == ("75.00", "21", "28")
    assert (row["units_expected"], row["units_accepted"], row["status"]) == ("8", "7", "partial")
    words = StrictPage((link / "report.html").read_text(encoding="utf-8")).words
    assert "Xã Ma Nới (bị trả lại, chờ sửa)" in words
    assert "Biểu 01-T!E10" in words


def test_correction_is_published_with_what_it_moved(context: WarehouseBuilder, tmp_path: Path) -> None:
    """Revision 2 takes the link and tells from what to what, and by which file."""
    root, indicator = tmp_path / "published", context.indicator_of(Measure.RATIO)
    publish(context.revision(), context.catalog, root)
    context.accept(context.report("22828", {indicator: (4, 4)}), context.arrival("ma-noi-sua.xlsx"))
    context.roll_up(run_id="run-2")
    link = publish(context.revision(), context.catalog, root)
    assert link.readlink().name == "2"
    assert published_row(link, indicator)["value"] == "78.13"
    words = StrictPage((link / "report.html").read_text(encoding="utf-8")).words
    assert "75,00% → 78,13%" in words
    assert "ma-noi-sua.xlsx" in words


def test_revision_read_again_gives_the_same_bytes(context: WarehouseBuilder, tmp_path: Path) -> None:
    """A revision is published once more from the database, later: not a byte differs."""
    first = publish(context.revision(1), context.catalog, tmp_path / "one")
    context.accept(context.report("22828", {context.indicator_of(Measure.RATIO): (4, 4)}))
    context.roll_up(run_id="run-2")
    second = publish(context.revision(1), context.catalog, tmp_path / "two")
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {
        path.name: path.read_bytes() for path in second.iterdir()
    }

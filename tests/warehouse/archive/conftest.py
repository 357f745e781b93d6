"""A warehouse that knows where archived rows lie."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.store.engine import open_engine


@pytest.fixture
def archiving(builder: WarehouseBuilder, tmp_path: Path) -> Iterator[WarehouseBuilder]:
    """A warehouse on each engine whose archived rows lie in a folder of the test."""
    url = builder.engine.url.render_as_string(hide_password=False)
    builder.engine.dispose()
    opened = open_engine(url, tmp_path / "archive")
    yield WarehouseBuilder(opened, builder.catalog)
    opened.dispose()

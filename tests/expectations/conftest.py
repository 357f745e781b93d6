"""Fixture of the tests of rules: staging rows in a migrated warehouse."""

from collections.abc import Iterable, Iterator

import pytest

from domain.staging import StagedRow
from tests.expectations.staged import Put
from warehouse.store.engine import open_engine, transaction
from warehouse.submissions.staging import stage


@pytest.fixture
def put(warehouse_url: str) -> Iterator[Put]:
    """Return a function that stages rows in an empty, migrated warehouse at `warehouse_url`."""
    engine = open_engine(warehouse_url)

    def put_rows(rows: Iterable[StagedRow]) -> None:
        with transaction(engine) as session:
            stage(session, rows)

    yield put_rows
    engine.dispose()

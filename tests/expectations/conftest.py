"""What the rules' tests share: a migrated warehouse, and a way to stage rows and judge them."""

from collections.abc import Iterable, Iterator

import pytest

from domain.staging import StagedRow
from tests.expectations.staged import Put
from warehouse.store.engine import migrate, open_engine, transaction
from warehouse.submissions.staging import stage


@pytest.fixture
def put(warehouse_url: str) -> Iterator[Put]:
    """Stage rows in an empty, migrated warehouse at `warehouse_url`."""
    engine = open_engine(warehouse_url)
    migrate(engine)

    def put_rows(rows: Iterable[StagedRow]) -> None:
        with transaction(engine) as session:
            stage(session, rows)

    yield put_rows
    engine.dispose()

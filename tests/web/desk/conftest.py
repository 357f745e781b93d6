"""What tests of the desk share: the office of a home after a nightly run, and an officer's browser."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from domain.catalog.catalog import Catalog
from tests.flows.pipeline.nightly_runs import NOW
from tests.web.desk.staff import office_of, staffed
from tests.web.test_serve import CREDENTIAL, let_in
from web.desk.app import office_site


@pytest.fixture
def open_desk(catalog: Catalog) -> Callable[..., TestClient]:
    """Return a function that logs an officer in at the desk of a home, at a moment and with settings of its own."""

    def open_for(home: Path, now: datetime = NOW, **more: object) -> TestClient:
        return TestClient(office_site(office_of(catalog, home, now, **more), CREDENTIAL), headers=let_in())

    return open_for


@pytest.fixture
def desk(night_home: Path, open_desk: Callable[[Path], TestClient]) -> TestClient:
    """The desk after a nightly run that returned one report; for tests that only read."""
    return open_desk(night_home)


@pytest.fixture(scope="session")
def staffed_home(night_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home after a nightly run whose desk has users; for tests that change nothing but log-ins."""
    return staffed(night_home, tmp_path_factory.mktemp("staffed") / "home")

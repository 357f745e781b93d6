"""What tests of the upload page share: a home after a nightly run, a link of the commune that was refused, its site."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from domain.authorisations import link_for, new_token
from flows.actions.upload_checks import UploadChecks
from flows.support.catalog import open_catalog
from flows.support.warehouse import open_warehouse
from tests.flows.pipeline.nightly_runs import NOW, WRONG, settings_of
from warehouse.store.engine import transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.upload_links import make_link
from warehouse.submissions.withdrawal import Decision
from web.upload.app import upload_site
from workbooks.sample.inbox import SampleFile

LINK_DAYS = 30


@dataclass
class Commune:
    """A commune's reporter with a browser: `token` is that of its link, `now` the server's time."""

    client: TestClient
    home: Path
    token: str
    number: int
    now: datetime

    def get(self, path: str = "") -> httpx.Response:
        """Open a page of the link."""
        return self.client.get(f"/{self.token}/{path}")

    def upload(self, data: bytes, name: str = "BC.xlsx") -> httpx.Response:
        """Upload a workbook and return the page with its verdict."""
        return self.client.post(f"/{self.token}/", files={"workbook": (name, data)})

    def send(self, page: httpx.Response) -> httpx.Response:
        """Press the button of a verdict's page and return the receipt."""
        (address,) = re.findall(r'action="([^"]+/send)[^"]*"', page.text)
        return self.client.post(address)


def make_link_for(home: Path, unit: str, at: datetime = NOW, days: int = LINK_DAYS) -> tuple[int, str]:
    """Make a link of a commune, valid from the day of a moment on; return its number and token."""
    settings, token = settings_of(home), new_token()
    link = link_for(open_catalog(settings), unit, at.date(), days)
    with transaction(open_warehouse(settings)) as session:
        return make_link(session, link, token, Decision(DecisionReason("cô Lan", "an"), at, "")), token


@pytest.fixture
def open_site() -> Iterator[Callable[[Path], Commune]]:
    """Return a function that opens the site of a home for the commune whose report the nightly run refused."""
    opened: list[UploadChecks] = []

    def open_for(home: Path, unit: str = WRONG) -> Commune:
        settings = settings_of(home)
        number, token = make_link_for(home, unit)
        commune = Commune(TestClient(lambda *_: None), home, token, number, NOW + timedelta(hours=1))
        checks = UploadChecks(settings, lambda: commune.now)
        opened.append(checks)
        commune.client = TestClient(upload_site(settings, open_warehouse(settings), checks, lambda: commune.now))
        return commune

    yield open_for
    for checks in opened:
        checks.close()


@pytest.fixture
def commune(after_night: Path, open_site: Callable[[Path], Commune]) -> Commune:
    """The reporter of the commune that was refused."""
    return open_site(after_night)


@pytest.fixture
def wrong(first_files: tuple[SampleFile, ...]) -> bytes:
    """The commune's workbook with three errors."""
    return next(file.data for file in first_files if WRONG in file.path.name)

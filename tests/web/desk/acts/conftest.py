"""What tests of acts share: homes with something to decide, and an officer who fills in forms."""

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import httpx
import openpyxl
import pytest
from starlette.testclient import TestClient

from domain.catalog.catalog import Catalog
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.progress import NoProgress
from tests.builders import open_workbook
from tests.flows.pipeline.nightly_runs import NOW, context_of, put, run_plainly, without_pages
from tests.warehouse_fixtures import create_database, drop_database, new_name
from tests.web.desk.staff import engine_of, office_of
from tests.web.test_serve import CREDENTIAL, let_in
from warehouse.officers.waiting_acts import WaitingAct, waiting_acts
from warehouse.store.copying import copy_warehouse
from warehouse.store.engine import reading
from warehouse.submissions.report_keys import versions_of
from web.desk.app import office_site
from web.desk.context import ActQueue, DeskContext
from web.desk.requested import requested_report
from workbooks.sample.inbox import SampleFile

OWN = {"Sec-Fetch-Site": "same-origin"}
UNIT, RULE, INDICATOR = "22813", "team_size", "tcnscd_tv"
LATER = NOW + timedelta(minutes=5)
REPORT = {"form": "cds_x_t", "unit": UNIT, "period": "2025-05"}


class HiddenFields(HTMLParser):
    """Collects the hidden fields of a page's form."""

    def __init__(self, page: str) -> None:
        """Read the page."""
        super().__init__()
        self.values: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the value of a hidden field."""
        facts = dict(attrs)
        if tag == "input" and facts.get("type") == "hidden":
            self.values[facts["name"] or ""] = facts["value"] or ""


class Officer:
    """An officer at the desk, who fills in forms and presses their buttons."""

    def __init__(self, client: TestClient, name: str = "Chị Hoa") -> None:
        """Sit down at a desk."""
        self.client = client
        self.name = name

    def preview(self, act: str, **fields: str) -> httpx.Response:
        """Fill in an act's form and press its button."""
        form = self.client.get(f"/acts/{act}", params=fields)
        assert form.status_code == 200, form.text
        data = HiddenFields(form.text).values | {"reason": "Đã gọi xã", "name": self.name} | fields
        return self.client.post(f"/acts/{act}", data=data | {"step": "preview"}, headers=OWN)

    def confirm(self, act: str, previewed: httpx.Response) -> httpx.Response:
        """Press the button below a preview."""
        data = HiddenFields(previewed.text).values | {"step": "confirm"}
        return self.client.post(f"/acts/{act}", data=data, headers=OWN)

    def carry_out(self, act: str, **fields: str) -> httpx.Response:
        """Fill in, look at the preview, confirm."""
        previewed = self.preview(act, **fields)
        assert previewed.status_code == 200, previewed.text
        return self.confirm(act, previewed)


@pytest.fixture(scope="module", autouse=True)
def only_figures_are_published() -> Iterator[None]:
    """Publish figures, and the page that states a bundle's language: the desk shows what is in the warehouse."""
    with without_pages("report.html"):
        yield


@pytest.fixture
def officer(after_night: Path, open_desk: Callable[[Path], TestClient]) -> Officer:
    """An officer after a nightly run that returned one report."""
    return Officer(open_desk(after_night))


@pytest.fixture(scope="module")
def warned_or_held(
    tmp_path_factory: pytest.TempPathFactory, night_home: Path, first_files: tuple[SampleFile, ...]
) -> Callable[[str], Path]:
    """Return a function that makes a home in which a later workbook of a unit is accepted with a warning, or held."""
    first = next(file for file in first_files if UNIT in file.path.name)

    def make(kind: str) -> Path:
        home = shutil.copytree(night_home, tmp_path_factory.mktemp(kind) / "home", symlinks=True)
        put(home / "inbox" / "2025-05" / f"BC_{UNIT}_sua.xlsx", changed_workbook(first.data, kind), NOW)
        context = context_of(home, NOW if kind == "warned" else NOW + timedelta(days=1))
        run_plainly(context, "second")
        context.engine.dispose()
        return home

    return make


def changed_workbook(data: bytes, kind: str) -> bytes:
    """Return the workbook with a figure that a rule warns of (`warned`), or with blanks that are held (`held`)."""
    saved = io.BytesIO()
    if kind == "held":
        book = open_workbook(data)
        for cell in ("D35", "E35"):
            book["Biểu 01-T"][cell] = None
        book.save(saved)
        return saved.getvalue()
    book = openpyxl.load_workbook(io.BytesIO(data))
    ((sheet, address),) = book.defined_names[f"TH.V.1.{INDICATOR}"].destinations
    book[sheet][address.replace("$", "")].value = 70
    book.save(saved)
    return saved.getvalue()


@pytest.fixture(scope="module")
def shared_warned(warned_or_held: Callable[[str], Path]) -> Path:
    """A home with a warning, to be copied."""
    return warned_or_held("warned")


@pytest.fixture(scope="module")
def shared_held(warned_or_held: Callable[[str], Path]) -> Path:
    """A home with a held report, to be copied."""
    return warned_or_held("held")


@pytest.fixture
def warned_home(tmp_path: Path, shared_warned: Path) -> Path:
    """A home of the test's own in which a report was accepted with a warning."""
    return Path(shutil.copytree(shared_warned, tmp_path / "home", symlinks=True))


@pytest.fixture
def held_home(tmp_path: Path, shared_held: Path) -> Path:
    """A home of the test's own in which a correction is held."""
    return Path(shutil.copytree(shared_held, tmp_path / "home", symlinks=True))


@dataclass
class ActsOffice:
    """A home with its desk, on one of the engines."""

    home: Path
    open_desk: Callable[..., TestClient]
    catalog: Catalog
    more: dict[str, object] = field(default_factory=dict)

    @property
    def desk(self) -> DeskContext:
        """What the desk works with, anew."""
        return office_of(self.catalog, self.home, LATER, **self.more)

    @property
    def officer(self) -> Officer:
        """An officer with a browser."""
        return Officer(self.open_desk(self.home, **self.more))

    def officer_before(self, queue: ActQueue) -> Officer:
        """An officer at a desk with a queue of the test's own."""
        desk = replace(self.desk, queue=queue)
        return Officer(TestClient(office_site(desk, CREDENTIAL), headers=let_in()))

    def at_work(self) -> AbstractContextManager[None]:
        """Hold the warehouse as a nightly run does."""
        return exclusive_run(context_of(self.home, **self.more), "other", "nightly", NoProgress())

    def waiting(self) -> tuple[WaitingAct, ...]:
        """Return what waits."""
        with reading(self.desk.engine) as session:
            return waiting_acts(session)

    def states(self) -> list[str]:
        """Return the states of the report's versions."""
        with reading(self.desk.engine) as session:
            key = requested_report(self.desk, *REPORT.values()).key
            return [str(each.state) for each in versions_of(session, key)]


@pytest.fixture(params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, after_night: Path, open_desk: Callable[..., TestClient], catalog: Catalog
) -> Iterator[ActsOffice]:
    """A home after a nightly run, on each engine."""
    if request.param == "sqlite":
        yield ActsOffice(after_night, open_desk, catalog)
        return
    uri, template = request.getfixturevalue("postgres_uri"), request.getfixturevalue("migrated_postgres")
    url = create_database(uri, name := new_name(), template)
    copied = engine_of(after_night, warehouse_url=url)
    copy_warehouse(engine_of(after_night), copied)
    copied.dispose()
    yield ActsOffice(after_night, open_desk, catalog, {"warehouse_url": url})
    drop_database(uri, name)


@pytest.fixture
def local(after_night: Path, open_desk: Callable[..., TestClient], catalog: Catalog) -> ActsOffice:
    """A home after a nightly run, on SQLite."""
    return ActsOffice(after_night, open_desk, catalog)

"""An officer's day at the desk in a browser, on either engine: each page under axe-core, reruns by a service.

Screenshots of each step are in the test's folder below `--basetemp`.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.officers.users import Role, User
from flows.actions.users.accounts import add_first_administrator, add_new_user
from tests.flows.deployments.prefect_server import free_port
from tests.flows.pipeline.nightly_runs import AREA, WRONG, context_of, deliver, put, run_plainly
from tests.flows.service.service_runner import Service
from tests.full.accessibility import see
from tests.warehouse_fixtures import create_database, drop_database, new_name
from tests.web.desk.acts.conftest import changed_workbook
from tests.web.upload.conftest import make_link_for
from warehouse.store.copying import copy_warehouse
from warehouse.store.engine import Engine, open_engine
from workbooks.sample.inbox import SampleFile

pytestmark = [pytest.mark.full, pytest.mark.timeout(900), pytest.mark.xdist_group("browser")]

UNIT = "22813"
PERIOD = "2025-05"
REPORT, RETURNED = (f"/reports/cds_x_t/{unit}/{PERIOD}" for unit in (UNIT, WRONG))
FIGURES = f"form=cds_x_t&area={AREA}&period={PERIOD}"
NAME = "Nguyễn Thị Lan"


@dataclass(frozen=True)
class OfficeOfDay:
    """A desk with its service, the password of its officer, and the path of a commune's upload page."""

    service: Service
    address: str
    password: str
    link: str


@pytest.fixture(params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path: Path, night_home: Path, first_files: tuple[SampleFile, ...]
) -> Iterator[OfficeOfDay]:
    """Run a service on a home with a returned report, one with a warning, and an officer of the district."""
    home = Path(shutil.copytree(night_home, tmp_path / "home", symlinks=True))
    first = next(file for file in first_files if UNIT in file.path.name)
    put(home / "inbox" / PERIOD / f"BC_{UNIT}_sua.xlsx", changed_workbook(first.data, "warned"))
    context, now = context_of(home), datetime.now(UTC)
    assert isinstance(context.engine, Engine)
    run_plainly(context, "second", pages=True)
    add_first_administrator(context.engine, "Quản trị viên", now)
    password = add_new_user(context.engine, context.catalog, User("lan", NAME, Role.OFFICER), now)
    _, token = make_link_for(home, UNIT, days=3000)
    port = free_port()
    settings = {"TONGHOP_OFFICE_PORT": str(port), "TONGHOP_WATCH_MINUTES": "59", "TONGHOP_QUALITY_PUBLIC": "true"}
    database = ""
    if request.param == "postgresql":
        uri, database = request.getfixturevalue("postgres_uri"), new_name()
        template = request.getfixturevalue("migrated_postgres")
        settings["TONGHOP_WAREHOUSE_URL"] = create_database(uri, database, template)
        copied = open_engine(settings["TONGHOP_WAREHOUSE_URL"])
        copy_warehouse(context.engine, copied)
        copied.dispose()
    context.engine.dispose()
    if database:
        (home / "warehouse.db").unlink()
    service = Service(home, free_port(), settings)
    expect.set_options(timeout=60_000)
    try:
        done = service.run("up", "--detach")
        assert done.returncode == 0, done.stdout + done.stderr
        yield OfficeOfDay(
            service, f"http://127.0.0.1:{port}", password, f"http://127.0.0.1:{service.upload_port}/{token}/"
        )
    finally:
        service.run("down")
        if database:
            drop_database(uri, database)


def decide(page: Page, act: str, reason: str) -> None:
    """Fill in the reason, look at the preview, and confirm it."""
    page.get_by_label("Reason (it is kept)").fill(reason)
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("button", name=f"Confirm: {act}").click()


def log_in(page: Page, office: OfficeOfDay, folder: Path) -> None:
    """Log the officer in; the matrix follows."""
    page.goto("/")
    see(page, "log-in", folder)
    page.get_by_label("Name").fill("lan")
    page.get_by_label("Password", exact=True).fill(office.password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text(NAME)).to_be_visible()
    see(page, "matrix", folder)


def look_round(page: Page, folder: Path) -> None:
    """Open every page that decides nothing."""
    figure = page.request.get(REPORT).text().split('href="/figures/')[1].split('"')[0]
    for name, address in {
        "returned": RETURNED,
        "sheet": f"{RETURNED}/1/sheet",
        "figure": f"/figures/{figure.replace('&amp;', '&')}",
        "unit": f"/units/{UNIT}",
        "warnings": "/warnings",
        "quality": "/reporting-quality",
        "burden": "/burden",
        "inventory": "/inventory",
        "submissions": f"/submissions?state=quarantined&period={PERIOD}",
        "returned-files": f"/outbox/{WRONG}/{PERIOD}/",
        "account": "/account",
        "acts": "/acts",
        "no-page": "/reports/cds_x_t/0/2025-05",
    }.items():
        page.goto(address)
        see(page, name, folder)


def question_and_answer(page: Page, browser: Browser, link: str, folder: Path) -> None:
    """Ask the sender about a warning, answer it as the commune does on a phone, and accept the answer."""
    page.goto(REPORT)
    page.get_by_role("link", name="Ask the sender").first.click()
    see(page, "act-form", folder)
    decide(page, "Ask the sender", "Is a team of 70 right?")
    commune = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    commune.set_default_timeout(60_000)
    commune.goto(f"{link}?lang=en")
    see(commune, "question", folder)
    commune.get_by_label("Right, because").first.fill("two villages share a team")
    commune.get_by_label("Your name").first.fill("Lan")
    commune.get_by_role("button", name="Send the answer").first.click()
    expect(commune.get_by_text("The answer was passed to the office")).to_be_visible()
    see(commune, "answered", folder)
    page.goto(REPORT)
    page.get_by_role("link", name="Accept the sender's answer").first.click()
    decide(page, "Accept the sender's answer", "confirmed by the list of teams")


def test_the_whole_day(browser: Browser, office: OfficeOfDay, correction: SampleFile, tmp_path: Path) -> None:
    """Who has not sent, why was it returned, what did a warning mean, is it right, run again, consult, close."""
    page = browser.new_context(base_url=office.address, viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    log_in(page, office, tmp_path)
    look_round(page, tmp_path)
    question_and_answer(page, browser, office.link, tmp_path)
    deliver(office.service.home, [correction])
    page.goto(f"/acts/rerun?units={WRONG}&period={PERIOD}")
    decide(page, "Rerun", "Ma Nới sent a correction")
    page.wait_for_url("**/reruns/**")
    see(page, "rerun", tmp_path)
    page.get_by_role("link", name="See what the run changed").click(timeout=240_000)
    see(page, "rerun-record", tmp_path)
    page.goto(f"/acts/consult?{FIGURES}")
    page.get_by_label("Last day on which units may answer").fill("2099-12-31")
    decide(page, "", "before it is signed")
    page.goto(f"/consultations/cds_x_t/{AREA}/{PERIOD}")
    see(page, "consultation", tmp_path)
    page.goto(f"/acts/end_consultation?{FIGURES}")
    decide(page, "", "signed by telephone")
    page.goto(f"/acts/close?{FIGURES}")
    see(page, "close", tmp_path)
    decide(page, "Close the period", "signed on 10 June")
    expect(page.get_by_text("Bundle of the closing")).to_be_visible()
    see(page, "closed", tmp_path)
    page.goto(RETURNED)
    expect(page.get_by_text("Version 2").first).to_be_visible()
    see(page, "corrected", tmp_path)
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/log-in")
    page.goto((office.service.home / "published" / "site" / "quality" / AREA / "index.en.html").as_uri())
    expect(page.get_by_text("Checks passed: of the lines")).to_be_visible()
    see(page, "public-quality", tmp_path)

"""An officer's acts in a browser, with and without scripts: form, preview, confirmation, record, all by their labels.

Screenshots of each step are in the test's folder below `--basetemp`.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.flows.pipeline.nightly_runs import context_of, put, run_plainly
from tests.full.accessibility import see
from tests.web.desk.acts.conftest import changed_workbook
from tests.web.test_serve import running
from tests.web.upload.conftest import make_link_for
from workbooks.sample.inbox import SampleFile

pytestmark = [pytest.mark.full, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]

UNIT = "22813"
REPORT = f"/reports/cds_x_t/{UNIT}/2025-05"
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def served(tmp_path: Path, night_home: Path, first_files: tuple[SampleFile, ...]) -> Iterator[tuple[str, str]]:
    """Serve desk and upload page of a home of the test's own, in which a report was accepted with a warning."""
    home = Path(shutil.copytree(night_home, tmp_path / "home", symlinks=True))
    first = next(file for file in first_files if UNIT in file.path.name)
    put(home / "inbox" / "2025-05" / f"BC_{UNIT}_sua.xlsx", changed_workbook(first.data, "warned"))
    context = context_of(home)
    run_plainly(context, "second")
    context.engine.dispose()
    _, token = make_link_for(home, UNIT, days=3000)
    expect.set_options(timeout=120_000)
    with running(home, TONGHOP_OFFICE_AUTH="an:secret") as (_, _, office, upload):
        yield office, f"{upload}/{token}/"


@pytest.fixture
def address(served: tuple[str, str]) -> str:
    """Address of the desk."""
    return served[0]


@pytest.fixture
def walk(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Return a function that logs a browser in."""
    contexts = []

    def open_at(path: str, viewport: ViewportSize, *, scripts: bool) -> Page:
        context = browser.new_context(
            base_url=address,
            http_credentials={"username": "an", "password": "secret"},
            viewport=viewport,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("viewport", "scripts"), [(DESKTOP, True), (DESKTOP, False), (PHONE, True)], ids=["desktop", "no-scripts", "phone"]
)
def test_an_officer_acts(walk: Callable[..., Page], tmp_path: Path, viewport: ViewportSize, *, scripts: bool) -> None:
    """A report is withdrawn, a second browser's confirmation is a conflict, it is restored; a link; a period closed."""
    page = walk(f"{REPORT}?lang=en", viewport, scripts=scripts)
    page.get_by_role("link", name="Withdraw Version 2").click()
    see(page, "1-form", tmp_path, scripts=scripts)
    page.get_by_label("Reason (it is kept)").fill("April's figures")
    page.get_by_label("Your name").fill("Hoa")
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_text("Preview: nothing was done yet")).to_be_visible()
    see(page, "2-preview", tmp_path, scripts=scripts)
    other = walk(f"{REPORT}?lang=en", viewport, scripts=scripts)
    other.get_by_role("link", name="Withdraw Version 2").click()
    other.get_by_label("Reason (it is kept)").fill("the wrong month")
    other.get_by_label("Your name").fill("Bình")
    other.get_by_role("button", name="See what would change").click()
    page.get_by_role("button", name="Confirm: Withdraw").click()
    expect(page.get_by_text("“April's figures”")).to_be_visible()
    see(page, "3-record", tmp_path, scripts=scripts)
    other.get_by_role("button", name="Confirm: Withdraw").click()
    expect(other.get_by_text("The report changed since you saw the preview (last by Hoa")).to_be_visible()
    see(other, "4-conflict", tmp_path, scripts=scripts)
    page.get_by_role("link", name="← Xã Lâm Sơn").click()
    page.get_by_role("link", name="Restore Version 2").click()
    expect(page.get_by_label("Your name")).to_have_value("Hoa")
    page.get_by_label("Reason (it is kept)").fill("it was May")
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("button", name="Confirm: Restore").click()
    page.get_by_role("link", name="Acts").first.click()
    see(page, "5-acts", tmp_path, scripts=scripts)
    page.get_by_role("link", name="Make upload links").click()
    page.get_by_label("Codes of units").fill(UNIT)
    page.get_by_label("Reason (it is kept)").fill("Ms Lan")
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("button", name="Confirm: Make upload links").click()
    expect(page.get_by_text("What follows is shown once")).to_be_visible()
    see(page, "6-link", tmp_path, scripts=scripts)
    page.get_by_role("link", name="Acts").first.click()
    page.get_by_role("link", name="Close the period Huyện Ninh Sơn").click()
    page.get_by_label("Close it although reports are missing").check()
    page.get_by_label("Reason (it is kept)").fill("signed on 10 June")
    page.get_by_role("button", name="See what would change").click()
    see(page, "7-closing", tmp_path, scripts=scripts)
    page.get_by_role("button", name="Confirm: Close the period").click()
    expect(page.get_by_text("Bundle of the closing")).to_be_visible()
    page.goto(f"/acts/rerun?units={UNIT}&period=2025-05&lang=en")
    page.get_by_label("Reason (it is kept)").fill("again")
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_text("ask the administrator to start it")).to_be_visible()
    see(page, "8-no-prefect", tmp_path, scripts=scripts)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_contacts_and_ways_are_edited(walk: Callable[..., Page], tmp_path: Path, viewport: ViewportSize) -> None:
    """From the report to its unit: a contact is added, changed and ended, a way authorised."""
    page = walk(f"{REPORT}?lang=en", viewport, scripts=True)
    page.get_by_role("link", name="Contacts and ways").click()
    see(page, "1-empty", tmp_path, scripts=True)
    page.get_by_role("link", name="Add a contact").click()
    see(page, "2-form", tmp_path, scripts=True)
    page.get_by_label("Full name").fill("Nguyễn Văn Bình")
    page.get_by_label("Telephone").fill("0259 3822 111")
    page.get_by_label("E-mail").fill("binh@xa.example.vn")
    page.get_by_label("Reason (it is kept)").fill("new at the office")
    page.get_by_label("Your name").fill("Hoa")
    page.get_by_role("button", name="See what would change").click()
    see(page, "3-preview", tmp_path, scripts=True)
    page.get_by_role("button", name="Confirm: Add a contact").click()
    see(page, "4-record", tmp_path, scripts=True)
    page.get_by_role("link", name="← Xã Lâm Sơn").click()
    page.get_by_role("link", name="Change Nguyễn Văn Bình").click()
    expect(page.get_by_label("Telephone")).to_have_value("0259 3822 111")
    page.goto(f"/units/{UNIT}?lang=en")
    page.get_by_role("link", name="Authorise a way").click()
    page.get_by_label("Folder in the source").fill(UNIT)
    page.get_by_label("Reason (it is kept)").fill("letter 12")
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_text("It is the first way")).to_be_visible()
    page.get_by_role("button", name="Confirm: Authorise a way").click()
    page.get_by_role("link", name="← Xã Lâm Sơn").click()
    see(page, "5-unit", tmp_path, scripts=True)
    page.goto(f"{REPORT}?lang=en")
    see(page, "6-report", tmp_path, scripts=True)


@pytest.mark.parametrize(
    ("viewport", "scripts"), [(DESKTOP, True), (PHONE, True), (PHONE, False)], ids=["desktop", "phone", "no-scripts"]
)
def test_a_sender_answers(
    walk: Callable[..., Page],
    served: tuple[str, str],
    tmp_path: Path,
    viewport: ViewportSize,
    *,
    scripts: bool,
) -> None:
    """The officer asks, the sender answers on the upload page, the officer accepts; the warning is open no more."""
    office = walk("/warnings?lang=en", viewport, scripts=scripts)
    see(office, "0-warnings", tmp_path, scripts=scripts)
    office.goto(f"{REPORT}?lang=en")
    office.get_by_role("link", name="Ask the sender").first.click()
    office.get_by_label("Reason (it is kept)").fill("Is a team of 70 right?")
    office.get_by_label("Your name").fill("Hoa")
    office.get_by_role("button", name="See what would change").click()
    office.get_by_role("button", name="Confirm: Ask the sender").click()
    expect(office.get_by_text("“Is a team of 70 right?”")).to_be_visible()
    sender = walk(f"{served[1]}?lang=en", viewport, scripts=scripts)
    expect(sender.get_by_text("Is a team of 70 right?")).to_be_visible()
    see(sender, "1-question", tmp_path, scripts=scripts)
    sender.get_by_label("Right, because").first.fill("two villages share a team")
    sender.get_by_label("Your name").first.fill("Lan")
    sender.get_by_role("button", name="Send the answer").first.click()
    expect(sender.get_by_text("The answer was passed to the office")).to_be_visible()
    see(sender, "2-answered", tmp_path, scripts=scripts)
    office.goto(f"{REPORT}?lang=en")
    expect(office.get_by_text("two villages share a team")).to_be_visible()
    see(office, "3-answer", tmp_path, scripts=scripts)
    office.get_by_role("link", name="Accept the sender's answer").first.click()
    office.get_by_label("Reason (it is kept)").fill("confirmed by the list of teams")
    office.get_by_role("button", name="See what would change").click()
    see(office, "4-preview", tmp_path, scripts=scripts)
    office.get_by_role("button", name="Confirm: Accept the sender's answer").click()
    office.goto(f"{REPORT}?lang=en")
    expect(office.get_by_role("link", name="Take the answer back")).to_be_visible()
    see(office, "5-accepted", tmp_path, scripts=scripts)

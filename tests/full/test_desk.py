"""The officer's desk in a browser: from the matrix to a report, its sheet and its original, with and without scripts.

Screenshots of each step are in the test's folder below `--basetemp`.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.flows.pipeline.nightly_runs import WRONG
from tests.full.accessibility import serious_violations
from tests.web.test_serve import running

pytestmark = [pytest.mark.full, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]

REPORT = f"/reports/cds_x_t/{WRONG}/2025-05"
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, night_home: Path) -> Iterator[str]:
    """Serve the desk of a home after a nightly run that returned one report."""
    home = tmp_path_factory.mktemp("desk") / "home"
    shutil.copytree(night_home, home, symlinks=True)
    expect.set_options(timeout=120_000)
    with running(home, TONGHOP_OFFICE_AUTH="an:secret") as (_, _, office, _):
        yield office


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Return a function that logs a browser in; a complaint of any of its pages fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_at(path: str, **options: object) -> Page:
        context = browser.new_context(
            base_url=address,
            http_credentials={"username": "an", "password": "secret"},
            **options,  # type: ignore[arg-type] # Playwright's own options
        )
        contexts.append(context)
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_from_the_matrix_to_the_original(open_page: Callable[..., Page], tmp_path: Path, *, scripts: bool) -> None:
    """A filter, a report, its cell in the whole sheet, the original file, and a note: all by links and buttons."""
    page = open_page("/?lang=en", viewport=DESKTOP, java_script_enabled=scripts)
    page.screenshot(path=tmp_path / "1-matrix.png", full_page=True)
    page.get_by_label("State", exact=True).select_option("returned")
    if not scripts:
        page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("1 of 8 units have a report in the state: returned")).to_be_visible()
    expect(page.locator("tbody.units tr")).to_have_count(1)
    assert "state=returned" in page.url
    page.locator("tbody.units").get_by_role("link", name="returned").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Xã Ma Nới")
    page.screenshot(path=tmp_path / "2-report.png", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="Original of version 1").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("link", name="See cell E15 in the whole sheet").click()
    expect(page.locator("td#E15.found")).to_be_in_viewport()
    page.screenshot(path=tmp_path / "3-sheet.png")
    page.locator(".kicker a").click()
    page.get_by_role("textbox", name="Note (for example").fill("Đã gọi chị Lan, hẹn gửi lại thứ hai")
    page.get_by_label("Your name").fill("Bình")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Đã gọi chị Lan").first).to_be_visible()


def test_the_matrix_needs_no_mouse(open_page: Callable[..., Page]) -> None:
    """Tab goes to the content first, the matrix scrolls by keys, and Enter opens a report."""
    page = open_page("/?lang=en", viewport=DESKTOP)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.locator("tbody.units a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Versions received")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_has_nothing_serious(
    open_page: Callable[..., Page], viewport: ViewportSize, scheme: Literal["light", "dark"], tmp_path: Path
) -> None:
    """Each kind of page is accessible in both colour schemes, and no wider than a phone."""
    page = open_page("/", viewport=viewport, color_scheme=scheme)
    figure = page.request.get(f"{REPORT.replace(WRONG, '22813')}").text().split('href="/figures/')[1].split('"')[0]
    lists = ("/warnings", "/reporting-quality", "/burden", "/inventory", "/submissions", "/acts")
    of_unit = (f"/units/{WRONG}", f"/outbox/{WRONG}/2025-05/")
    paths = ("/", REPORT, f"{REPORT}/1/sheet", f"/figures/{figure.replace('&amp;', '&')}", *lists, *of_unit)
    for number, path in enumerate(paths):
        page.goto(path)
        page.screenshot(path=tmp_path / f"{number}.png", full_page=True)
        assert (path, serious_violations(page)) == (path, [])
        box = page.locator("html").bounding_box()
        assert box is not None
        assert box["width"] <= viewport["width"]

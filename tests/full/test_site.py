"""The site in a browser, opened from the disk: search, keyboard, phones, print, and what axe-core finds."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("demo")]

PAGES = [
    "index.html",
    "index.en.html",
    "site/search.vi.html",
    "site/2025-05/index.vi.html",
    "site/2025-05/585/index.vi.html",
    "site/2025-05/585/units/22828.vi.html",
    "site/areas/585/index.en.html",
    "site/areas/585/vb_dt.vi.html",
    "site/provinces/58-2000-01-01.vi.html",
]
SERIOUS = {"serious", "critical"}


@pytest.fixture
def published(demo_home: Path) -> Path:
    """Return the demo's published folder."""
    (folder,) = demo_home.glob("**/published")
    return folder


@pytest.fixture
def elsewhere() -> list[str]:
    """Collect the page's requests for anything but files."""
    return []


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, elsewhere: list[str], request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open an empty page on a phone, light or dark."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=request.param)

    def note(request: Request) -> None:
        if not request.url.startswith("file:"):
            elsewhere.append(request.url)

    context.on("request", note)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_serious(published: Path, page: Page, elsewhere: list[str], address: str) -> None:
    """Each kind of page is accessible, fits a phone's width, and fetches nothing."""
    page.goto((published / address).as_uri())
    violations = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations if each["impact"] in SERIOUS] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert elsewhere == []


def test_axe_sees_a_link_without_words(published: Path, page: Page) -> None:
    """The check of the pages can fail."""
    page.goto((published / "index.html").as_uri())
    page.evaluate("document.querySelector('main a').textContent = ''")
    assert "link-name" in {each["id"] for each in Axe().run(page).response["violations"]}


def test_search_from_the_disk_by_keyboard(published: Path, page: Page) -> None:
    """A name without tone marks is suggested, and opens by the keyboard alone; with marks it is a result."""
    page.goto((published / "site/search.vi.html").as_uri())
    page.keyboard.type("ma noi")
    assert page.locator("#results li").count() == 0
    assert page.locator("#suggestions li").all_inner_texts() == ["Xã Ma Nới 22828 · Huyện Ninh Sơn"]
    page.locator("#words").fill("Ma Nới")
    assert page.locator("#results li").count() == 1
    page.locator("#words").press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/2025-05/585/units/22828.vi.html")
    assert page.locator("h1").inner_text() == "Xã Ma Nới – Tháng 5/2025"


def test_keyboard_reaches_the_content_first(published: Path, page: Page) -> None:
    """The first stop of the Tab key skips the navigation."""
    page.goto((published / "site/2025-05/585/index.vi.html").as_uri())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")


def test_printed_tables_are_whole(published: Path, page: Page, tmp_path: Path) -> None:
    """On A4 every column and row of the figures is printed, on few pages."""
    page.goto((published / "site/2025-05/585/index.vi.html").as_uri())
    printed = tmp_path / "area.pdf"
    page.pdf(path=printed, prefer_css_page_size=True)
    text = subprocess.run(
        ["pdftotext", "-layout", str(printed), "-"], check=True, capture_output=True, text=True
    ).stdout
    assert len(text.split("\f")) - 1 <= 4
    assert "69.586 / 91.032" in text
    assert text.count("8/8") >= 20

"""The site and a revision's pages in a browser, opened from the disk: axe-core, links, search, keyboard, print."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from publishing.site.overview_pages import SearchedPlace, search_index, search_pages
from publishing.site.rendering import search_script, style_sheet
from publishing.site.site_formatter import SiteFormatter
from tests.full.accessibility import serious_violations
from tests.publishing.country import CountryPeriod
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.site.sites import links_of, resolved

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("demo")]

LEADER, AREA = "2025-05/585/leader.vi.html", "site/2025-05/585/index.vi.html"
PAGES = [
    "index.html",
    "index.en.html",
    "site/search.vi.html",
    "site/2025-05/index.vi.html",
    AREA,
    "site/2025-05/585/index.en.html",
    "site/2025-05/585/units/22828.vi.html",
    "site/areas/585/index.en.html",
    "site/areas/585/vb_dt.vi.html",
    "site/provinces/58-2000-01-01.vi.html",
    LEADER,
    "2025-05/585/leader.en.html",
    "2025-05/585/report.html",
    "2025-05/585@1/leader.vi.html",
]
TWO_SCREENS = 2 * 844
FOCUSED = """() => {
  const focused = document.activeElement;
  return [focused.tagName, focused.textContent.trim(), getComputedStyle(focused).outlineStyle];
}"""

ROWS_TO_CUT = """() => [...document.querySelectorAll("tr")]
  .filter((row) => getComputedStyle(row).breakInside !== "avoid").length"""


@pytest.fixture
def published(demo_home: Path) -> Path:
    """Return the demo's published folder."""
    (folder,) = demo_home.glob("**/published")
    return folder


@pytest.fixture
def elsewhere() -> list[str]:
    """Collect the page's requests for anything but files."""
    return []


@pytest.fixture(params=["light"])
def page(browser: Browser, elsewhere: list[str], request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open an empty page on a phone; the parameter is the colour scheme."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=request.param)

    def note(request: Request) -> None:
        if not request.url.startswith("file:"):
            elsewhere.append(request.url)

    context.on("request", note)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("page", "media"), [("light", "screen"), ("dark", "screen"), ("light", "print")], indirect=["page"]
)
def test_axe_has_nothing_serious(published: Path, page: Page, elsewhere: list[str], media: str) -> None:
    """Each kind of page is accessible on the screen and on paper, fits a phone's width, and fetches nothing."""
    page.emulate_media(media="print" if media == "print" else "screen")
    for address in PAGES:
        page.goto((published / address).as_uri())
        assert serious_violations(page) == [], address
        assert media == "print" or page.evaluate("document.documentElement.scrollWidth") <= 390, address
    assert elsewhere == []


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_axe_has_nothing_serious_on_the_offices_pages(demo_home: Path, page: Page) -> None:
    """Receipts, pages of submissions and of what the rules found are accessible too."""
    kinds = ("outbox/*/*/*.html", "quality/submissions/*.html", "quality/nights/*.html", "quality/nights/2*/index.html")
    for kind in kinds:
        path = min(demo_home.glob(f"**/{kind}"))
        page.goto(path.as_uri())
        assert serious_violations(page) == [], path


def test_axe_sees_a_link_without_words(published: Path, page: Page) -> None:
    """The check of the pages can fail."""
    page.goto((published / "index.html").as_uri())
    page.evaluate("document.querySelector('main a').textContent = ''")
    assert "link-name" in dict(serious_violations(page))


def test_every_link_of_the_published_folder_leads_somewhere(published: Path) -> None:
    """Pages of the site and of revisions name files that are there, and anchors that are on their pages."""
    names = [path.name for path in published.glob("*.html")]
    for start in ("site", "2025-04", "2025-05"):
        for folder, _, files in os.walk(published / start, followlinks=True):
            paths = (Path(folder, name) for name in files if name.endswith(".html"))
            names += [path.relative_to(published).as_posix() for path in paths]
    pages = {name: StrictPage((published / name).read_text("utf-8")) for name in names}
    anchors = {name: {facts.get("id") for _, facts in page.elements} for name, page in pages.items()}
    assert set(PAGES) <= pages.keys()
    for name, shown in pages.items():
        for link in links_of(shown):
            target, anchor = resolved(name, link), link.partition("#")[2]
            assert (published / target).is_file(), (name, link)
            assert not anchor or anchor in anchors[target], (name, link)


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


def test_search_answers_within_a_second_among_all_communes(page: Page, catalog: Catalog, tmp_path: Path) -> None:
    """Of 13,356 communes, those of May 2025 and May 2026, one is there a second after its last letter."""
    places = [
        SearchedPlace("Tỉnh", f"{period}/VN/units", unit.name, unit.code, unit.code)
        for period in ("2025-05", "2026-05")
        for unit in CountryPeriod(catalog, parse_period(period)).units
    ]
    assert len(places) == 13_356
    scripts = search_index(places)
    assert max(map(len, scripts)) < 300_000
    files = search_pages([SiteFormatter(catalog, "vi")], scripts)
    files |= {"site/search.js": search_script(), "site/style.css": style_sheet()}
    (tmp_path / "site").mkdir()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    page.goto((tmp_path / "site" / "search.vi.html").as_uri())
    for letter in "xã ma nới":
        page.keyboard.type(letter)
    expect(page.locator("#results li").first).to_have_text("Xã Ma Nới 22828 · Tỉnh", timeout=1_000)
    expect(page.locator("#count")).to_have_text("Kết quả: 1 tên")


def tab_to(page: Page, words: str) -> list[str]:
    """Press Tab until an element with these words has the focus, and return the words of the stops before it."""
    stops: list[str] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        tag, text, outline = page.evaluate(FOCUSED)
        assert tag != "BODY", f"no stop says {words!r} after {stops}"
        assert outline != "none", f"the focus on {text!r} is not seen"
        if text == words:
            return stops
        stops.append(text)
    pytest.fail(f"no stop says {words!r}")


def test_keyboard_reaches_content_search_language_and_folded_parts(published: Path, page: Page) -> None:
    """The first stop skips the navigation; search, the other language and what is folded open by Enter."""
    area = (published / AREA).as_uri()
    page.goto(area)
    assert tab_to(page, "Đến nội dung") == []
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    page.goto(area)
    assert "Tìm địa bàn" in tab_to(page, "English")
    page.keyboard.press("Enter")
    page.wait_for_url("**/index.en.html")
    page.goto(area)
    tab_to(page, "Tìm địa bàn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.vi.html")
    expect(page.locator("#words")).to_be_focused()
    page.goto((published / LEADER).as_uri())
    tab_to(page, "Số liệu từng kỳ")
    page.keyboard.press("Enter")
    expect(page.locator("details.behind").first.locator("table")).to_be_visible()


def test_headlines_stand_on_a_phones_first_two_screens(published: Path, page: Page) -> None:
    """A leader sees the three figures before anything else has to be read; then comes a list of contents."""
    for address in (LEADER, AREA):
        page.goto((published / address).as_uri())
        boxes = [box for figure in page.locator(".figure").all() if (box := figure.bounding_box())]
        assert len(boxes) == 3
        assert max(box["y"] + box["height"] for box in boxes) <= TWO_SCREENS, address
        assert page.locator("nav.contents a").count() >= 4


@pytest.mark.parametrize(("address", "most_pages"), [(AREA, 4), (LEADER, 5)])
def test_printed_tables_are_whole(published: Path, page: Page, tmp_path: Path, address: str, most_pages: int) -> None:
    """On A4 every column and row of the figures is printed, no row on two pages, on few pages."""
    page.goto((published / address).as_uri())
    printed = tmp_path / "area.pdf"
    page.pdf(path=printed, prefer_css_page_size=True)
    text = subprocess.run(
        ["pdftotext", "-layout", str(printed), "-"], check=True, capture_output=True, text=True
    ).stdout
    assert len(text.split("\f")) - 1 <= most_pages
    assert text.count("8/8") >= 20
    assert "69.586 / 91.032" in text or address == LEADER
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1024})  # A4 less its margins, at 96 dots an inch
    assert page.evaluate(ROWS_TO_CUT) == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 703

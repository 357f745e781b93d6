"""What axe-core has against a page; the script comes with axe-playwright-python, nothing is fetched."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_SERIOUS = {"serious", "critical"}


def serious_violations(page: Page) -> list[tuple[str, str]]:
    """Return rule and first element of each violation that is serious or critical."""
    violations = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in violations if each["impact"] in _SERIOUS]


def see(page: Page, name: str, folder: Path, *, scripts: bool = True) -> None:
    """Take a picture of the page; it is no wider than the window, and with scripts axe-core finds nothing serious."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    if scripts:
        assert (name, serious_violations(page)) == (name, [])
    box, viewport = page.locator("html").bounding_box(), page.viewport_size
    assert box
    assert viewport
    assert box["width"] <= viewport["width"]

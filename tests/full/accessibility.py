"""What axe-core has against a page; the script comes with axe-playwright-python, nothing is fetched."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_SERIOUS = {"serious", "critical"}


def serious_violations(page: Page) -> list[tuple[str, str]]:
    """Return rule and first element of each violation that is serious or critical."""
    violations = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in violations if each["impact"] in _SERIOUS]

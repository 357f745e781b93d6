"""The upload page in a browser: on a phone without JavaScript, and on a desktop where a workbook is dropped.

Screenshots of each step are in the test's folder below `--basetemp`.
"""

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows.pipeline.nightly_runs import WRONG
from tests.full.accessibility import serious_violations
from tests.web.test_serve import running
from tests.web.upload.conftest import make_link_for
from workbooks.sample.inbox import SampleFile

pytestmark = [pytest.mark.full, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]

PHONE = {"width": 390, "height": 844}
DROP = """([data, name]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  document.querySelector("form.drop").dispatchEvent(
    new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory, night_home: Path) -> Iterator[str]:
    """Serve a home after a nightly run, and make a link of the commune whose report was refused."""
    home = tmp_path_factory.mktemp("upload") / "home"
    shutil.copytree(night_home, home, symlinks=True)
    _, token = make_link_for(home, WRONG, days=3650)
    expect.set_options(timeout=120_000)
    with running(home) as (_, _, _, upload):
        yield f"{upload}/{token}/"


def is_as_wide_as_the_screen(page: Page) -> bool:
    """Whether nothing makes the page wider than the phone."""
    box = page.locator("html").bounding_box()
    return box is not None and box["width"] <= PHONE["width"]


def test_a_phone_without_javascript(
    browser: Browser, link: str, correction: SampleFile, first_files: tuple[SampleFile, ...], tmp_path: Path
) -> None:
    """From the wrong workbook and its cells to the receipt of the right one, by buttons and links alone."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(120_000)
    page = context.new_page()
    wrong = next(file.data for file in first_files if WRONG in file.path.name)
    for step, data in enumerate((wrong, correction.data), 1):
        page.goto(link)
        page.get_by_label("Choose your unit's Excel file").set_input_files(
            {"name": "BC.xlsx", "mimeType": "application/octet-stream", "buffer": data}
        )
        page.screenshot(path=tmp_path / f"{step}-chosen.png", full_page=True)
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_role("heading", name="Result of the check")).to_be_visible()
        page.screenshot(path=tmp_path / f"{step}-verdict.png", full_page=True)
        assert is_as_wide_as_the_screen(page)
        expect(page.locator(".cell", has_text="E15")).to_have_count(1 if data is wrong else 0)
    with page.expect_navigation():
        page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="The file was received")).to_be_visible()
    page.screenshot(path=tmp_path / "3-receipt.png", full_page=True)
    page.get_by_role("link", name="Tiếng Việt").click()
    expect(page.get_by_role("heading", name="Đã nhận tệp")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_serious(
    browser: Browser, link: str, first_files: tuple[SampleFile, ...], scheme: Literal["light", "dark"]
) -> None:
    """The page before a file is chosen, and the result of a wrong one, are accessible in both colour schemes."""
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(link)
    assert serious_violations(page) == []
    wrong = next(file.data for file in first_files if WRONG in file.path.name)
    page.locator("input[type=file]").set_input_files(
        {"name": "BC.xlsx", "mimeType": "application/octet-stream", "buffer": wrong}
    )
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="Result of the check")).to_be_visible()
    assert serious_violations(page) == []
    context.close()


def test_a_workbook_is_dropped_on_a_desktop(
    browser: Browser, link: str, correction: SampleFile, tmp_path: Path
) -> None:
    """Dropping a file uploads it; the script keeps to the page's policy; every field and button has a name."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    context.set_default_timeout(120_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(link)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.evaluate(DROP, [base64.b64encode(correction.data).decode(), "BC.xlsx"])
    expect(page.get_by_text("The file can be sent")).to_be_visible()
    page.screenshot(path=tmp_path / "verdict.png", full_page=True)
    page.goto(link)
    page.evaluate(DROP, ["", "empty.xlsx"])
    expect(page.get_by_role("alert")).to_contain_text("No file was chosen, or it is empty")
    expect(page.get_by_label("Choose your unit's Excel file")).to_have_count(1)
    assert [each for each in complaints if "400" not in each] == []
    context.close()

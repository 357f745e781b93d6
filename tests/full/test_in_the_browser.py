"""Prefect's UI in a browser: from the dashboard to the cells of a refused report, to its rerun, to a completed run.

Screenshots of each step are in the test's folder below `--basetemp`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.flows.pipeline.nightly_runs import WRONG, deliver, published_rows
from tests.flows.service.service_runner import Service, until
from tests.full.conftest import log_in
from workbooks.sample.inbox import SampleFile

pytestmark = [pytest.mark.full, pytest.mark.timeout(1500), pytest.mark.xdist_group("browser")]

PATIENCE_MS = 240_000


@pytest.fixture
def elsewhere() -> list[str]:
    """Collect the page's requests to other hosts than the service's."""
    return []


@pytest.fixture
def page(browser: Browser, elsewhere: list[str]) -> Iterator[Page]:
    """Open an empty page with a long timeout: the machine may be busy."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-GB")

    def note(request: Request) -> None:
        if urlsplit(request.url).hostname not in {None, "127.0.0.1"}:
            elsewhere.append(request.url)

    context.on("request", note)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_from_the_dashboard_to_a_green_rerun(
    service: Service, page: Page, elsewhere: list[str], correction: SampleFile, tmp_path: Path
) -> None:
    """The run that returned a report leads to its cells, the form is prefilled, and its run completes.

    All the time the browser contacts no host but the service.
    """
    log_in(page, service)
    page.screenshot(path=tmp_path / "1-dashboard.png")
    page.get_by_role("link", name="Runs", exact=True).click()
    page.locator("a[href*='/runs/flow-run/']", has_text="nightly").first.click()
    page.get_by_role("tab", name="Task Runs").click()
    page.screenshot(path=tmp_path / "2-night.png")
    page.get_by_role("link", name=f"{WRONG} Ma Nới").first.click()
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_role("link", name=f"submission-{WRONG}").first.click()
    page.locator("a[href*='/artifacts/artifact/']").first.click()
    expect(page.get_by_role("cell", name="E15", exact=True).first).to_be_visible()
    page.screenshot(path=tmp_path / "3-cells.png", full_page=True)

    deliver(service.home, [correction])
    page.get_by_role("link", name="Rerun after a correction").click()
    expect(page.get_by_text("Codes of the communes")).to_be_visible()
    assert WRONG in filled(page)
    assert "2025-05" in filled(page)
    note = page.locator("textarea:below(:text('In your own words'))").first
    note.fill("The commune sent its workbook again")
    page.screenshot(path=tmp_path / "4-form.png", full_page=True)

    run = service.ended(until(lambda: submit(page, service))["id"])
    assert run["parameters"]["note"] == "The commune sent its workbook again"
    page.goto(f"{service.record.addresses['server']}/v2/runs/flow-run/{run['id']}")
    expect(page.get_by_text("Completed").first).to_be_visible()
    page.screenshot(path=tmp_path / "5-green.png")
    assert {row["revision"] for row in published_rows(service.home).values()} == {"2"}
    assert elsewhere == []


def submit(page: Page, service: Service) -> dict[str, Any] | None:
    """Send the form and return its run; None if the server was busy, as one on SQLite is at times, and says so."""
    with page.expect_response(re.compile(r"/create_flow_run$")) as answer:
        page.get_by_role("button", name="Submit").click()
    return service.runs_of("rerun")[-1] if answer.value.ok else None


def filled(page: Page) -> list[str]:
    """Return the values of the form's fields."""
    return [field.input_value() for field in page.locator("textarea, input[type=text]").all()]

"""A page of another origin, in the officer's browser, attacks Prefect's server; and the log-in that it would need."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from flows.support.server_credential import home_credential
from tests.flows.pipeline.nightly_runs import context_of
from tests.flows.service.service_runner import Service
from tests.full.conftest import log_in
from warehouse.store.run_lock import only_run, this_process

pytestmark = [pytest.mark.full, pytest.mark.timeout(900), pytest.mark.xdist_group("browser")]

HERE = Path(__file__).parent
PATIENCE_MS = 120_000


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Write no log."""


@pytest.fixture(scope="module")
def attacker() -> Iterator[str]:
    """Serve the attack from another port of this machine, and yield its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=HERE)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/attack_page.html"
        server.shutdown()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a browser without any log-in."""
    result = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-GB")
    result.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield result
    result.close()


@pytest.mark.parametrize("is_logged_in", [False, True], ids=["stranger", "officer"])
def test_a_foreign_page_reads_and_starts_nothing(
    service: Service, context: BrowserContext, attacker: str, tmp_path: Path, *, is_logged_in: bool
) -> None:
    """Requests, websockets, frames and a blind start with a command of its own fail, logged in to the UI or not."""
    if is_logged_in:
        log_in(context.new_page(), service)
    page = context.new_page()
    page.goto(attacker)
    server = service.record.addresses["server"]
    known = service.get("deployments/name/housekeeping/housekeeping")["id"]
    trace = tmp_path / "attacked"
    start = [f"{server}/api", known, {"job_variables": {"command": f"touch {trace}"}}]
    before = len(service.runs_of("housekeeping"))

    tried = ("read", "readWithCredentials", "listen", "listenAsBefore")
    got = {name: page.evaluate(f"api => {name}(api)", f"{server}/api") for name in tried}
    assert got == {"read": "refused", "readWithCredentials": "refused", "listen": "closed", "listenAsBefore": "closed"}
    page.evaluate("([api, deployment, body]) => startBlindly(api, deployment, body)", start)
    page.evaluate("address => frame(address)", f"{server}/v2/")
    assert page.frames[1].url.startswith("chrome-error:")
    assert (len(service.runs_of("housekeeping")), trace.exists()) == (before, False)


def test_a_link_logs_in_once(service: Service, browser: Browser, context: BrowserContext, tmp_path: Path) -> None:
    """The link leads to both UIs, leaves no token in the history, and says in another browser that it was used."""
    page = context.new_page()
    link = log_in(page, service)
    token = link.partition("#")[2]
    page.screenshot(path=tmp_path / "1-logged-in.png")
    assert token not in page.url
    assert home_credential(service.home).get_secret_value() not in link
    page.go_back()
    assert token not in page.url
    page.goto(f"{service.record.addresses['server']}/runs")  # the first UI
    expect(page.get_by_text("nightly").first).to_be_visible()
    page.screenshot(path=tmp_path / "2-first-ui.png")
    other = browser.new_context().new_page()
    other.goto(link)
    expect(other.get_by_text("used already")).to_be_visible()
    other.screenshot(path=tmp_path / "3-used.png")
    other.context.close()


def test_logs_are_shown_live(service: Service, context: BrowserContext, tmp_path: Path) -> None:
    """The page of a run shows new log lines while it runs, without being loaded again."""
    page = context.new_page()
    log_in(page, service)
    holder = this_process("the test", "test", datetime.now(UTC))
    with only_run(context_of(service.home).engine, holder, wait=60, on_wait=lambda _: None):
        run = service.start_run("publish", area="22813", period="2025-05")
        page.goto(f"{service.record.addresses['server']}/v2/runs/flow-run/{run}")
        expect(page.get_by_text("Beginning flow run")).to_be_visible()
        page.screenshot(path=tmp_path / "1-logs.png")
        assert service.get(f"flow_runs/{run}")["state_type"] == "RUNNING"
    assert service.ended(run)["state_type"] == "COMPLETED"

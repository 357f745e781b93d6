"""The sites: only files of their folders, the office's behind a password, with suitable headers."""

import base64
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from connectors.landing import Landing
from connectors.stores.local import LocalStore
from domain.catalog.catalog import Catalog
from flows.actions.users.accounts import add_first_administrator
from publishing.figures.formatter import ReportFormatter
from tests.flows.deployments.prefect_server import PATIENCE_SECONDS, clean_environment
from tests.flows.pipeline.nightly_runs import AREA, NOW, WRONG, context_of, deliver, run_plainly, settings_of
from tests.flows.service.service_runner import until
from tests.web.upload.conftest import make_link_for
from warehouse.store.engine import Engine
from web.apps import published_site
from web.desk.app import office_site
from web.desk.context import DeskContext
from workbooks.sample.inbox import SampleFile

CREDENTIAL = "an:mật khẩu"
MARKED = "BC_22828_2025-05 (đã đánh dấu).xlsx"
TODAY = date(2025, 6, 3)


@pytest.fixture
def served(after_night: Path, catalog: Catalog) -> TestClient:
    """Make the site of published figures, after a nightly run."""
    (after_night / "published" / ".secret").write_text("secret")
    store, formatter = LocalStore(after_night / "published"), ReportFormatter(catalog, "en")
    return TestClient(published_site(store, formatter, lambda: TODAY))


@pytest.fixture
def office(after_night: Path, catalog: Catalog) -> TestClient:
    """Make the office's site, with a page and a returned workbook of the refused commune."""
    context = context_of(after_night)
    assert isinstance(context.engine, Engine)
    page = after_night / "quality" / "submissions" / "7.html"
    returned = after_night / "outbox" / WRONG / "2025-05" / MARKED
    runs = after_night / "quality" / "nights" / "index.html"
    for path, data in ((page, b"<h1>7</h1>"), (runs, b"<h1>nights</h1>"), (returned, b"PK")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    office = DeskContext(
        catalog,
        context.engine,
        after_night / "quality",
        LocalStore(after_night / "outbox"),
        Landing(after_night / "landing"),
        lambda: NOW,
        settings_of(after_night),
        lambda: context,
        "en",
    )
    return TestClient(office_site(office, CREDENTIAL))


def let_in(credential: str = CREDENTIAL) -> dict[str, str]:
    """Return the header with user and password."""
    return {"Authorization": f"Basic {base64.b64encode(credential.encode()).decode()}"}


def test_the_index_leads_to_every_area_and_period(served: TestClient) -> None:
    """The list links to report, workbook and table of each area and shows whether it is complete."""
    page = served.get("/list").text
    assert f'href="2025-05/{AREA}/report.html"' in page
    assert f'href="2025-05/{AREA}/rollup.xlsx"' in page
    assert "partial, 7 of 8" in page
    assert "Ninh Sơn" in page


def test_the_first_page_is_that_of_the_site(served: TestClient) -> None:
    """The first page leads to the area's page in the language that is set, and that one to the published files."""
    assert f'href="site/2025-05/{AREA}/index.en.html"' in served.get("/").text
    page = served.get(f"/site/2025-05/{AREA}/index.en.html")
    assert page.status_code == 200
    assert f'href="../../../2025-05/{AREA}/rollup.xlsx"' in page.text
    assert served.get(f"/site/2025-05/{AREA}/units/22810.en.html").status_code == 200


def test_an_area_leads_to_its_report(served: TestClient) -> None:
    """The URL of a period and area redirects to the page."""
    answer = served.get(f"/2025-05/{AREA}/")
    assert answer.url.path == f"/2025-05/{AREA}/report.html"
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("rollup.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("rollup.csv", "text/csv; charset=utf-8"),
        ("manifest.json", "application/json"),
    ],
)
def test_files_have_their_content_types(served: TestClient, name: str, kind: str) -> None:
    """Excel, CSV and JSON files have their own content types."""
    answer = served.get(f"/2025-05/{AREA}/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_next_revision_is_served_at_once(served: TestClient, after_night: Path, correction: SampleFile) -> None:
    """Browsers revalidate each time: "not modified" for the same revision, else the new page."""
    first = served.get(f"/2025-05/{AREA}/report.html")
    assert first.headers["cache-control"] == "no-cache"
    again = served.get(f"/2025-05/{AREA}/report.html", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    deliver(after_night, [correction])
    run_plainly(context_of(after_night), "second")
    moved = served.get(f"/2025-05/{AREA}/report.html", headers={"If-None-Match": first.headers["etag"]})
    assert (moved.status_code, moved.text == first.text) == (200, False)
    assert "complete, 8 of 8" in served.get("/").text


@pytest.mark.parametrize(
    "path",
    [
        "/.secret",
        "/.revisions/2025-05/585/1/report.html",
        "/.site/current/index.html",
        "/2025-05/.585.new/report.html",
        "/2025-05/../.secret",
        "/%2e%2e/warehouse.db",
        "/..%2fwarehouse.db",
        "/2025-05/..%2f..%2fwarehouse.db",
        "/2025-05/585/..%5c..%5cwarehouse.db",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/2025-05/585/%00",
        "/2025-05",
        "/2025-05/999/report.html",
        f"/{'a' * 5000}",
    ],
)
def test_nothing_outside_or_hidden_is_served(served: TestClient, path: str) -> None:
    """No URL leads out of the folder, to hidden names, or to a directory listing."""
    url = served.base_url.copy_with(raw_path=path.encode())
    answer = served.send(served.build_request("GET", url))
    assert answer.status_code == 404


def test_a_link_that_leads_out_is_not_followed(served: TestClient, after_night: Path) -> None:
    """A symlink within the folder that points outside is not served."""
    (after_night / "published" / "2025-05" / "out").symlink_to(after_night)
    assert served.get("/2025-05/out/warehouse.db").status_code == 404


def test_only_reading_methods_are_allowed(served: TestClient) -> None:
    """Other methods than GET and HEAD are refused."""
    assert served.post(f"/2025-05/{AREA}/report.html").status_code == 405
    assert served.delete(f"/2025-05/{AREA}/rollup.csv").status_code == 405


@pytest.mark.parametrize(
    "headers",
    [{}, let_in("an:wrong"), let_in("an"), let_in(""), {"Authorization": "Basic ???"}, {"Authorization": "Bearer x"}],
)
@pytest.mark.parametrize("path", ["/", "/submissions", "/quality/submissions/7.html", "/nowhere"])
def test_the_office_requires_the_password(office: TestClient, path: str, headers: dict[str, str]) -> None:
    """Every request without the password gets 401."""
    answer = office.get(path, headers=headers)
    assert (answer.status_code, answer.text) == (401, "401")
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_the_office_sees_submissions_by_state(office: TestClient) -> None:
    """Counts link to lists of submissions, and each submission to its page and returned files."""
    index = office.get("/inventory", headers=let_in()).text
    assert 'href="/submissions?state=quarantined&amp;period=2025-05"' in index
    assert 'href="/quality/nights/index.html"' in index
    listed = office.get("/submissions?state=quarantined&period=2025-05", headers=let_in()).text
    assert f'href="/reports/cds_x_t/{WRONG}/2025-05">Xã Ma Nới</a>' in listed
    assert f'href="/outbox/{WRONG}/2025-05/"' in listed
    private = office.get("/", headers=let_in()).headers["cache-control"]
    assert private == "private, no-cache"


def test_a_returned_workbook_keeps_its_name(office: TestClient) -> None:
    """It is listed, and downloaded under its Vietnamese name."""
    page = office.get(f"/outbox/{WRONG}/2025-05/", headers=let_in()).text
    assert MARKED in page
    answer = office.get(f"/outbox/{WRONG}/2025-05/{MARKED}", headers=let_in())
    assert answer.content == b"PK"
    assert "filename*=UTF-8''BC_22828_2025-05%20%28%C4%91%C3%A3" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    "path",
    ["/submissions?state=lost", "/submissions?period=May", "/submissions?first=x", "/outbox/..%2f..%2f/2025-05/"],
)
def test_invalid_urls_are_not_found(office: TestClient, path: str) -> None:
    """Invalid parameters and paths give 404."""
    assert office.get(path, headers=let_in()).status_code == 404


def test_a_quality_page_is_shown(office: TestClient) -> None:
    """The page of a submission is displayed, and may load nothing from elsewhere."""
    answer = office.get("/quality/submissions/7.html", headers=let_in())
    assert (answer.text, "content-disposition" in answer.headers) == ("<h1>7</h1>", False)
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@contextmanager
def running(home: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str, str, str]]:
    """Run `tonghop serve` as a process, and yield it with its three URLs."""
    ports = [free_port() for _ in range(3)]
    command = [Path(sys.executable).parent / "tonghop", "--lang", "en", "serve"]
    process = subprocess.Popen(
        [*command, "--port", str(ports[0]), "--office-port", str(ports[1]), "--upload-port", str(ports[2])],
        env=clean_environment(TONGHOP_HOME=str(home), **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    published, office, upload = (f"http://127.0.0.1:{port}" for port in ports)
    try:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            try:
                httpx.get(published)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield process, published, office, upload
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return an unused port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_command_serves_both_sites_until_sigterm(after_night: Path) -> None:
    """Both ports answer; SIGTERM ends the process cleanly; Prefect is not needed."""
    with running(after_night, TONGHOP_OFFICE_AUTH="an:secret") as (process, published, office, _):
        assert "Ninh Sơn" in httpx.get(published).text
        assert httpx.get(office).status_code == 401
        assert httpx.get(office, auth=("an", "secret")).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
    assert not (after_night / "prefect").exists()


def test_until_a_user_is_added_the_desk_stays_closed(tmp_path: Path, night_home: Path) -> None:
    """Published pages are served nevertheless; the command names what to do, and opens the desk for the first user."""
    home = tmp_path / "home"
    shutil.copytree(night_home, home, symlinks=True)
    with running(home) as (process, published, office, _):
        assert httpx.get(published).status_code == 200
        with pytest.raises(httpx.TransportError):
            httpx.get(office)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert "TONGHOP_OFFICE_AUTH" in printed
    engine = context_of(home).engine
    assert isinstance(engine, Engine)
    first = add_first_administrator(engine, "Quản trị viên", datetime.now(UTC))
    assert first is not None
    sent = dict(zip(("name", "password"), first, strict=True))
    with running(home) as (_, _, office, _):
        assert httpx.post(f"{office}/log-in", data=sent, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_an_upload_with_a_receipt_outlives_its_server(after_night: Path, correction: SampleFile) -> None:
    """The reading process checks it, the server is killed right after the receipt; no log has the link's token."""
    number, token = make_link_for(after_night, WRONG, days=3650)
    with running(after_night) as (process, _, _, upload), httpx.Client(base_url=upload, timeout=120) as client:
        client.follow_redirects = True
        assert client.get(f"/{token[:-1]}/").status_code == 404
        draft = client.post(f"/{token}/", files={"workbook": ("BC.xlsx", correction.data)}).url
        # The page says that the check goes on, and is asked again, until there is a verdict.
        (address,) = until(lambda: re.findall(r'action="([^"]+/send)"', client.get(draft).text))
        receipt = client.post(address).url.path.rpartition("/")[2]
        process.kill()
        printed, _ = process.communicate(timeout=PATIENCE_SECONDS)
    sent = after_night / "uploads" / WRONG / f"link-{number:08d}" / receipt / "BC.xlsx"
    assert sent.read_bytes() == correction.data
    logged = "".join(path.read_text("utf-8") for path in (after_night / "logs").iterdir())
    assert "sent an upload" in logged
    assert token not in printed + logged

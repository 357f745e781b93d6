"""Logging in at the desk, and out."""

import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.flows.pipeline.nightly_runs import NOW
from tests.publishing.page.strict_page import StrictPage
from tests.web.desk.staff import OWN, REPORT, engine_of, log_in, logged_in
from warehouse.officers.users import disable_user
from warehouse.store.engine import transaction

OPEN = {"Authorization": ""}
"""No password of the office."""


@pytest.fixture
def browser(staffed_home: Path, open_desk: Callable[..., TestClient]) -> Callable[[str], TestClient]:
    """Return a function that opens a browser in which a user is logged in."""
    return lambda who: logged_in(open_desk(staffed_home), who)


def test_a_stranger_is_led_to_log_in_and_back(staffed_home: Path, open_desk: Callable[..., TestClient]) -> None:
    """The password of the settings opens the desk no more; what the page of log-in loads is open."""
    client = open_desk(staffed_home)
    answer = client.get(f"{REPORT}?version=1", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/log-in?to={quote(REPORT, safe='')}%3Fversion%3D1"
    page = client.get(answer.headers["location"])
    assert StrictPage(page.text).problems == []
    assert "Cache-Control" in page.headers
    assert client.get("/static/desk.css").status_code == 200
    assert client.post("/acts/withdraw", headers=OWN).status_code == 401
    assert log_in(client, "lan", "lan" * 3, f"{REPORT}?version=1").headers["location"] == f"{REPORT}?version=1"


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example/", "/\\evil.example", "/log-in?to=/"])
def test_log_in_leads_to_own_pages_only(staffed_home: Path, open_desk: Callable[..., TestClient], to: str) -> None:
    """An address of another site in the link is left out."""
    assert log_in(open_desk(staffed_home), "lan", "lan" * 3, to).headers["location"] == "/"


@pytest.mark.usefixtures("cheap_hashes")
def test_wrong_passwords_wait(staffed_home: Path, open_desk: Callable[..., TestClient]) -> None:
    """The page says that something is wrong, never what; after a few tries nothing is checked for a while."""
    client = open_desk(staffed_home)
    answers = [log_in(client, name, "wrong") for name in ("lan", "khong.co", "lan", "lan", "lan")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert log_in(client, "lan", "lan" * 3).status_code == 429


def test_a_form_of_another_page_does_not_log_in(staffed_home: Path, open_desk: Callable[..., TestClient]) -> None:
    """Nor out."""
    client = open_desk(staffed_home)
    sent = {"name": "lan", "password": "lan" * 3}
    assert client.post("/log-in", data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/log-out", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_logging_out_ends_the_session(browser: Callable[[str], TestClient]) -> None:
    """On the server: a copy of the cookie admits no more."""
    client = browser("officer")
    cookie = client.cookies["session"]
    assert "Nguyễn Thị Lan" in client.get("/").text
    assert client.post("/log-out", headers=OWN, follow_redirects=False).headers["location"] == "/log-in"
    client.cookies.set("session", cookie)
    assert client.get("/", follow_redirects=False).status_code == 303


def test_a_disabled_user_is_out_at_once(
    staffed_home: Path, tmp_path: Path, open_desk: Callable[..., TestClient]
) -> None:
    """At the next request."""
    home = Path(shutil.copytree(staffed_home, tmp_path / "home", symlinks=True))
    client = open_desk(home)
    log_in(client, "lan", "lan" * 3)
    assert client.get(REPORT, follow_redirects=False).status_code == 200
    with transaction(engine_of(home)) as session:
        disable_user(session, "lan", NOW)
    assert client.get(REPORT, follow_redirects=False).status_code == 303


def test_records_have_the_users_name(browser: Callable[[str], TestClient]) -> None:
    """A name that is typed is left out."""
    client = browser("officer of the district")
    subject = {"form": "cds_x_t", "unit": "22813", "period": "2025-05", "reason": "Đã gọi xã", "name": "Ai đó"}
    page = client.post("/acts/withdraw", data=subject | {"step": "edit"}, headers=OWN).text
    assert 'value="Lê Thị Mai"' in page
    assert "Ai đó" not in page


def test_programs_read_metrics_by_the_settings_password(
    staffed_home: Path, open_desk: Callable[..., TestClient]
) -> None:
    """Also where users log in at the desk; the desk of the tests serves none."""
    client = open_desk(staffed_home)
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers=OPEN).status_code == 401

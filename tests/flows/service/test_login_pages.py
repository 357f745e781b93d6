"""Log-in by a link: who gets one, how often and for how long it admits."""

import base64

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from domain.catalog.texts import Texts
from flows.service.api import LOGIN_LINKS, LOGIN_MINUTES, LOGIN_PAGE
from flows.service.login_pages import LoginPages, LoginTokens

CREDENTIAL = "officer:s3cret"


@pytest.fixture
def client(texts: Texts) -> TestClient:
    """Return a client of pages around an app that answers with its own word."""
    return TestClient(LoginPages(PlainTextResponse("Prefect"), CREDENTIAL, texts, "en"))


def test_a_token_admits_once() -> None:
    """The second use of a token and an invented one are refused."""
    tokens = LoginTokens()
    token = tokens.issue()
    assert [tokens.redeem(token), tokens.redeem(token), tokens.redeem("invented")] == [True, False, False]


def test_a_token_ends_by_itself() -> None:
    """After its minutes a token is refused, whether or not others were issued meanwhile."""
    now = 0.0
    tokens = LoginTokens(lambda: now)
    first, second = tokens.issue(), tokens.issue()
    now = LOGIN_MINUTES * 60.0
    assert not tokens.redeem(first)
    tokens.issue()
    assert not tokens.redeem(second)


def test_only_who_has_the_credential_gets_a_link(client: TestClient) -> None:
    """Without the credential no token is issued."""
    assert client.post(LOGIN_LINKS).status_code == 401
    assert client.post(LOGIN_LINKS, auth=("officer", "guess")).status_code == 401


def test_a_link_yields_what_the_ui_stores(client: TestClient) -> None:
    """A token is exchanged once, for the value under which Prefect's UI keeps a log-in."""
    token = client.post(LOGIN_LINKS, auth=("officer", "s3cret")).json()["token"]
    answers = [client.post(f"{LOGIN_PAGE}/redeem", headers={"X-Login-Token": token}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 403]
    assert base64.b64decode(answers[0].json()["stored"]).decode() == CREDENTIAL
    assert answers[0].headers["cache-control"] == "no-store"


def test_the_page_holds_no_secret(client: TestClient) -> None:
    """Anybody may open the page: it has texts and a script only; other addresses are Prefect's."""
    page = client.get(LOGIN_PAGE)
    assert "tonghop login" in page.raise_for_status().text
    assert "s3cret" not in page.text
    assert client.get(f"{LOGIN_PAGE}x").text == "Prefect"

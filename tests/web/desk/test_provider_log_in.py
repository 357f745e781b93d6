"""Logging in at the desk through a provider of OpenID Connect, which runs on this machine."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from domain.officers.users import Role, User
from flows.actions.users.accounts import add_first_administrator, add_new_user
from flows.actions.users.identities import bind
from tests.flows.pipeline.nightly_runs import NOW, context_of, prepare_home, settings_of
from tests.publishing.page.strict_page import StrictPage
from tests.tools.oidc_provider import CLIENT, PERSON, SECRET, Provider, running_provider
from warehouse.officers.users import disable_user
from warehouse.store.audit import examine
from warehouse.store.engine import Engine, reading, transaction

REPORT = "/reports/cds_x_t/22813/2025-05"
DESK = "http://testserver"


@pytest.fixture(scope="module")
def shared_provider() -> Iterator[Provider]:
    """A provider that all tests of the module ask."""
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(shared_provider: Provider) -> Iterator[Provider]:
    """The provider, which states what is right."""
    shared_provider.forget()
    shared_provider.given.clear()
    yield shared_provider
    shared_provider.forget()


@pytest.fixture
def home(tmp_path: Path, mirrored_warehouse: Path, provider: Provider, cheap_hashes: None) -> Path:  # noqa: ARG001 # patched
    """A home whose desk has a viewer who is bound to the provider's person."""
    prepared_home = prepare_home(tmp_path / "home", mirrored_warehouse)
    engine = engine_of(prepared_home)
    catalog = context_of(prepared_home).catalog
    add_first_administrator(engine, "Quản trị viên", NOW)
    add_new_user(engine, catalog, User("lan", "Nguyễn Thị Lan", Role.VIEWER, ("585",)), NOW)
    bind(engine, settings_of(prepared_home, **oidc(provider)), "lan", PERSON, NOW)
    return prepared_home


@pytest.fixture
def browser(home: Path, provider: Provider, open_desk: Callable[..., TestClient]) -> TestClient:
    """A browser without the office's password."""
    client = open_desk(home, **oidc(provider))
    client.headers.pop("Authorization")
    return client


def engine_of(home: Path) -> Engine:
    """Open the warehouse of a home."""
    engine = context_of(home).engine
    assert isinstance(engine, Engine)
    return engine


def oidc(provider: Provider, **more: object) -> dict[str, object]:
    """Return the settings that name a provider."""
    return {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_label": "Sở",
        **more,
    }


def asked_of_provider(browser: TestClient, to: str = "") -> str:
    """Press the button of log-in and return where the browser is sent."""
    address = f"/log-in/provider?to={quote(to)}" if to else "/log-in/provider"
    answer = browser.get(address, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def led_back(address: str) -> str:
    """Let the provider log the person in, and return the page of the desk that it leads back to."""
    answer = httpx2.get(address)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].removeprefix(DESK)


def log_in(browser: TestClient, to: str = "") -> httpx2.Response:
    """Log in through the provider, and return the desk's answer."""
    return browser.get(led_back(asked_of_provider(browser, to)), follow_redirects=False)


def test_who_is_bound_logs_in(browser: TestClient, home: Path, provider: Provider) -> None:
    """By code, PKCE, state and nonce, to the page that was asked for, with the user's own role and areas."""
    assert "/log-in/provider" in browser.get("/log-in").text
    address = asked_of_provider(browser, f"{REPORT}?version=1")
    values = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{provider.issuer}/authorize?")
    assert values["redirect_uri"] == [f"{DESK}/log-in/provider/return"]
    assert (values["code_challenge_method"], len(values["state"][0]) > 20, len(values["nonce"][0]) > 15) == (
        ["S256"],
        True,
        True,
    )
    answer = browser.get(led_back(address), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{REPORT}?version=1")
    assert "Nguyễn Thị Lan" in browser.get("/").text
    assert browser.get("/burden").status_code == 403
    with reading(engine_of(home)) as session:
        assert examine(session).faults == ()


WRONG_CLAIMS = {
    "audience": {"aud": "another-client"},
    "several audiences without ours": {"aud": ["one", "two"]},
    "another authorised party": {"aud": [CLIENT, "other"], "azp": "other"},
    "issuer": {"iss": "https://other.example.vn"},
    "expired": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
    "nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "long subject": {"sub": "x" * 300},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_a_wrong_statement_proves_nothing(browser: TestClient, provider: Provider, wrong: str) -> None:
    """An ID token for another client, of another issuer, too old, or of another log-in is refused with a page."""
    provider.claims = WRONG_CLAIMS[wrong]
    answer = log_in(browser)
    assert answer.status_code == 403
    assert "Không kiểm chứng được" in answer.text
    assert browser.get("/", follow_redirects=False).status_code == 303


def test_another_key_signs_nothing(browser: TestClient, provider: Provider) -> None:
    """A token that bears the name of the provider's key, but was signed by another one, is refused."""
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
    assert "Không kiểm chứng được" in log_in(browser).text


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_only_the_providers_own_signature_counts(browser: TestClient, provider: Provider, alg: str) -> None:
    """Whatever the provider offers: without a signature, or by a secret that the desk knows, nothing is proved."""
    provider.alg, provider.metadata = alg, {"id_token_signing_alg_values_supported": [alg, "RS256"]}
    assert "Không kiểm chứng được" in log_in(browser).text


def test_an_unknown_person_is_shown_the_identity(browser: TestClient, provider: Provider) -> None:
    """No user is made; the page names what an administrator binds, escaped, and says to whom to send it."""
    provider.claims = {"sub": "<b>mai</b>"}
    answer = log_in(browser)
    assert answer.status_code == 403
    page = StrictPage(answer.text)
    assert page.problems == []
    assert "<b>mai</b>" in page.words
    assert "session" not in browser.cookies


def test_a_disabled_user_stays_out(browser: TestClient, home: Path) -> None:
    """Though the provider knows the person."""
    with transaction(engine_of(home)) as session:
        disable_user(session, "lan", NOW)
    assert log_in(browser).status_code == 403


def test_state_belongs_to_a_browser(
    browser: TestClient, home: Path, provider: Provider, open_desk: Callable[..., TestClient]
) -> None:
    """An answer of the provider counts in the browser that asked, once."""
    back = led_back(asked_of_provider(browser))
    other = open_desk(home, **oidc(provider))
    other.headers.pop("Authorization")
    answer = other.get(back, follow_redirects=False)
    assert (answer.status_code, provider.tokens) == (403, provider.tokens)
    assert "trình duyệt khác" in answer.text
    assert browser.get(back, follow_redirects=False).status_code == 303
    assert browser.get(back, follow_redirects=False).status_code == 403


def test_a_code_without_its_verifier_is_worth_nothing(browser: TestClient, provider: Provider) -> None:
    """The code of another log-in, put into this browser's answer, is refused by the provider (PKCE)."""
    stolen = parse_qs(urlsplit(led_back(asked_of_provider(browser))).query)["code"][0]
    own = urlsplit(led_back(asked_of_provider(browser)))
    address = f"{own.path}?code={quote(stolen)}&state={quote(parse_qs(own.query)['state'][0])}"
    answer = browser.get(address, follow_redirects=False)
    assert answer.status_code == 403
    assert "Không kiểm chứng được" in answer.text
    assert stolen not in provider.given


def test_a_refusal_of_the_provider_says_so(browser: TestClient, provider: Provider) -> None:
    """The person may try again or use the password."""
    provider.is_denying = True
    answer = log_in(browser)
    assert answer.status_code == 403
    assert "đã từ chối" in answer.text
    assert 'name="password"' in answer.text


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "https://other.example.vn"}, {"authorization_endpoint": ""}],
    ids=["another issuer", "no endpoint"],
)
def test_a_wrong_description_leads_nowhere(
    browser: TestClient, provider: Provider, metadata: dict[str, object]
) -> None:
    """A provider that names itself otherwise, or has no page of log-in, is not asked."""
    provider.metadata = metadata
    answer = browser.get("/log-in/provider", follow_redirects=False)
    assert answer.status_code == 503
    assert "không trả lời" in answer.text


def test_a_provider_that_is_away_says_so(home: Path, provider: Provider, open_desk: Callable[..., TestClient]) -> None:
    """The page of log-in goes on, with the password."""
    client = open_desk(home, **oidc(provider, oidc_issuer="http://127.0.0.1:9"))
    client.headers.pop("Authorization")
    answer = client.get("/log-in/provider", follow_redirects=False)
    assert answer.status_code == 503
    assert 'name="password"' in answer.text


def test_another_claim_may_identify(home: Path, provider: Provider, open_desk: Callable[..., TestClient]) -> None:
    """An address counts only if the provider verified it."""
    settings = oidc(provider, oidc_claim="email")
    bind(engine_of(home), settings_of(home, **settings), "lan", "lan@so.example.vn", NOW)
    client = open_desk(home, **settings)
    client.headers.pop("Authorization")
    provider.claims = {"email": "lan@so.example.vn"}
    assert log_in(client).status_code == 403
    provider.claims = {"email": "lan@so.example.vn", "email_verified": True}
    assert log_in(client).status_code == 303


def test_without_a_provider_there_is_no_button(home: Path, open_desk: Callable[..., TestClient]) -> None:
    """Nor a page."""
    client = open_desk(home)
    client.headers.pop("Authorization")
    assert "provider" not in client.get("/log-in").text
    assert client.get("/log-in/provider").status_code == 404

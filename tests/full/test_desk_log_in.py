"""Logging in at the desk in a browser: with a code, to a page within the user's areas, and out again."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page

from domain.officers.users import Role, User
from flows.actions.users.accounts import add_first_administrator, add_new_user
from flows.actions.users.identities import bind
from tests.flows.pipeline.nightly_runs import context_of, settings_of
from tests.full.accessibility import serious_violations
from tests.tools.oidc_provider import CLIENT, PERSON, running_provider
from tests.tools.oidc_provider import SECRET as CLIENT_SECRET
from tests.web.test_serve import running
from warehouse.officers.users import set_second_factor
from warehouse.store.engine import Engine, transaction

pytestmark = [pytest.mark.full, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]

REPORT = "/reports/cds_x_t/22813/2025-05"
SECRET = pyotp.random_base32()


def log_in(page: Page, password: str, code: str) -> None:
    """Fill in the page of log-in and press its button."""
    page.get_by_label("Name").fill("mai")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Code of the authenticator app").fill(code)
    page.get_by_role("button", name="Log in").click()


def test_a_viewer_logs_in_and_out(browser: Browser, night_home: Path, tmp_path: Path) -> None:
    """A wrong code is refused, the right one leads to the page that was asked for; what is not permitted says so."""
    home = Path(shutil.copytree(night_home, tmp_path / "home", symlinks=True))
    context, now = context_of(home), datetime.now(UTC)
    assert isinstance(context.engine, Engine)
    add_first_administrator(context.engine, "Quản trị viên", now)
    viewer = User("mai", "Lê Thị Mai", Role.VIEWER, ("585",))
    password = add_new_user(context.engine, context.catalog, viewer, now)
    with transaction(context.engine) as session:
        set_second_factor(session, "mai", SECRET)
    with running(home) as (_, _, office, _):
        page = browser.new_context(base_url=office, viewport={"width": 390, "height": 844}).new_page()
        page.goto(REPORT)
        assert serious_violations(page) == []
        page.screenshot(path=tmp_path / "log-in.png")
        log_in(page, password, "000000")
        assert "is not right" in page.get_by_role("alert").inner_text()
        assert serious_violations(page) == []
        page.screenshot(path=tmp_path / "wrong.png")
        log_in(page, password, pyotp.TOTP(SECRET).now())
        page.wait_for_url(f"**{REPORT}")
        assert "Lê Thị Mai" in page.locator(".bar-top").inner_text()
        assert page.locator("textarea").count() == 0
        page.get_by_role("link", name="Lê Thị Mai").click()
        assert "You log in with codes" in page.locator("main").inner_text()
        assert serious_violations(page) == []
        page.screenshot(path=tmp_path / "account-phone.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=tmp_path / "account.png", full_page=True)
        page.goto("/burden")
        assert "Not permitted" in page.locator("h1").inner_text()
        assert serious_violations(page) == []
        page.screenshot(path=tmp_path / "not-permitted.png")
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url("**/log-in")
        page.goto(REPORT)
        assert "Log in" in page.locator("h1").inner_text()


def test_a_user_logs_in_through_a_provider(browser: Browser, night_home: Path, tmp_path: Path) -> None:
    """By one button, to the page that was asked for; who is no user is shown the identity."""
    home = Path(shutil.copytree(night_home, tmp_path / "home", symlinks=True))
    context, now = context_of(home), datetime.now(UTC)
    assert isinstance(context.engine, Engine)
    add_first_administrator(context.engine, "Quản trị viên", now)
    add_new_user(context.engine, context.catalog, User("mai", "Lê Thị Mai", Role.VIEWER, ("585",)), now)
    with running_provider() as provider:
        oidc = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT}
        bind(context.engine, settings_of(home, **oidc), "mai", PERSON, now)
        variables = {f"TONGHOP_{name.upper()}": value for name, value in oidc.items()}
        variables |= {"TONGHOP_OIDC_CLIENT_SECRET": CLIENT_SECRET, "TONGHOP_OIDC_LABEL": "the province"}
        with running(home, **variables) as (_, _, office, _):
            page = browser.new_context(base_url=office, viewport={"width": 390, "height": 844}).new_page()
            page.goto(REPORT)
            assert serious_violations(page) == []
            page.screenshot(path=tmp_path / "provider.png", full_page=True)
            provider.claims = {"sub": "another-person"}
            page.get_by_role("link", name="Log in through the province").click()
            assert "another-person" in page.get_by_role("alert").inner_text()
            assert serious_violations(page) == []
            page.screenshot(path=tmp_path / "unknown.png", full_page=True)
            provider.forget()
            page.goto(REPORT)
            page.get_by_role("link", name="Log in through the province").click()
            page.wait_for_url(f"**{REPORT}")
            page.get_by_role("link", name="Lê Thị Mai").click()
            page.get_by_label("New password, of at least 12").fill("con đường đất đỏ")
            page.get_by_label("New password, once more").fill("con đường đất đỏ")
            page.get_by_label("Current password").first.fill("wrong")
            page.get_by_role("button", name="Change the password").click()
            assert "nothing was changed" in page.get_by_role("alert").inner_text()
            assert serious_violations(page) == []

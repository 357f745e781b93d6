"""A user's own account at the desk: password and second factor."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx2
import pyotp
import pytest
from starlette.testclient import TestClient

from domain.officers.users import Role, User
from flows.actions.users.accounts import add_first_administrator, add_new_user
from flows.actions.users.log_in import log_in
from tests.flows.pipeline.nightly_runs import NOW, context_of, prepare_home
from tests.publishing.page.strict_page import StrictPage
from warehouse.store.engine import Engine

pytestmark = pytest.mark.usefixtures("cheap_hashes")

OWN = {"Sec-Fetch-Site": "same-origin"}
NEW = "con đường đất đỏ"


@pytest.fixture
def engine(tmp_path: Path, mirrored_warehouse: Path) -> Engine:
    """Return the warehouse of a home whose desk has an administrator."""
    engine = context_of(prepare_home(tmp_path / "home", mirrored_warehouse)).engine
    assert isinstance(engine, Engine)
    add_first_administrator(engine, "Quản trị viên", NOW)
    return engine


@pytest.fixture
def password(tmp_path: Path, engine: Engine) -> str:
    """Return the password of a viewer of the desk."""
    viewer = User("lan", "Nguyễn Thị Lan", Role.VIEWER, ("585",))
    return add_new_user(engine, context_of(tmp_path / "home").catalog, viewer, NOW)


@pytest.fixture
def open_browser(tmp_path: Path, password: str, open_desk: Callable[..., TestClient]) -> Callable[[], TestClient]:
    """Return a function that opens a browser in which the viewer is logged in."""

    def open_logged_in() -> TestClient:
        client = open_desk(tmp_path / "home")
        client.headers.pop("Authorization")
        sent = {"name": "lan", "password": password}
        assert client.post("/log-in", data=sent, headers=OWN, follow_redirects=False).status_code == 303
        return client

    return open_logged_in


def change(browser: TestClient, current: str, new: str, repeated: str | None = None) -> httpx2.Response:
    """Send the form of a new password."""
    sent = {"current": current, "password": new, "repeated": new if repeated is None else repeated}
    return browser.post("/account/password", data=sent, headers=OWN)


def test_a_user_changes_the_own_password(open_browser: Callable[[], TestClient], engine: Engine, password: str) -> None:
    """The browser stays logged in, others do not, and the old password admits no more."""
    browser, other = open_browser(), open_browser()
    answer = change(browser, password, NEW)
    assert "Đã đổi mật khẩu" in answer.text
    assert StrictPage(answer.text).problems == []
    assert other.get("/account", follow_redirects=False).status_code == 303
    assert log_in(engine, "lan", password, "", NOW) is None
    assert log_in(engine, "lan", NEW, "", NOW)


@pytest.mark.parametrize(
    ("new", "repeated", "problem"),
    [
        ("ngắn quá", None, "ít nhất 12 ký tự"),
        ("aaaaaaaaaaaaaaaa", None, "ít nhất 12 ký tự"),
        ("lan-lan-1234567890", None, "ít nhất 12 ký tự"),
        (NEW, "con đường", "không giống nhau"),
    ],
    ids=["short", "one letter", "the name", "not repeated"],
)
def test_a_password_that_is_guessed_is_not_taken(
    open_browser: Callable[[], TestClient], password: str, new: str, repeated: str | None, problem: str
) -> None:
    """The page says why."""
    answer = change(open_browser(), password, new, repeated)
    assert answer.status_code == 400
    assert problem in answer.text


def test_wrong_current_passwords_wait(open_browser: Callable[[], TestClient], engine: Engine) -> None:
    """Who sits down at an open browser guesses slowly; nothing is changed."""
    browser = open_browser()
    answers = [change(browser, f"wrong {number}", NEW).status_code for number in range(7)]
    assert answers[:5] == [400] * 5
    assert answers[-1] == 429
    assert log_in(engine, "lan", NEW, "", NOW) is None


def test_a_user_sets_a_second_factor_up(open_browser: Callable[[], TestClient], engine: Engine, password: str) -> None:
    """By a picture and the secret in letters; it counts once a code of it was entered, and can be taken away again."""
    browser = open_browser()
    page = browser.get("/account").text
    (secret,) = re.findall(r'name="secret" value="([A-Z2-7]{32})"', page)
    assert 'src="data:image/svg+xml' in page
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in page
    sent = {"secret": secret, "current": password, "code": "000000"}
    wrong = browser.post("/account/second-factor", data=sent, headers=OWN)
    assert (wrong.status_code, secret in wrong.text, "chưa có gì thay đổi" in wrong.text) == (400, True, True)
    assert log_in(engine, "lan", password, "", NOW)
    code = pyotp.TOTP(secret).at(NOW)
    assert (
        "Từ nay bạn đăng nhập với mã"
        in browser.post("/account/second-factor", data=sent | {"code": code}, headers=OWN).text
    )
    assert log_in(engine, "lan", password, "", NOW) is None
    assert log_in(engine, "lan", password, code, NOW) is None  # it was used
    assert log_in(engine, "lan", password, pyotp.TOTP(secret).at(NOW + timedelta(seconds=30)), NOW)
    page = browser.get("/account").text
    assert "Chỉ dùng mật khẩu" in page
    done = browser.post("/account/second-factor", data={"current": password}, headers=OWN)
    assert "chỉ bằng mật khẩu" in done.text
    assert log_in(engine, "lan", password, "", NOW)


def test_a_form_of_another_page_changes_nothing(open_browser: Callable[[], TestClient], password: str) -> None:
    """Nor does one with a secret that no app could have made."""
    browser, foreign = open_browser(), {"Sec-Fetch-Site": "cross-site"}
    sent = {"current": password, "password": NEW, "repeated": NEW}
    assert browser.post("/account/password", data=sent, headers=foreign).status_code == 403
    sent = {"current": password, "secret": "x", "code": "1"}
    assert browser.post("/account/second-factor", data=sent, headers=OWN).status_code == 400


def test_the_offices_password_has_no_account(night_home: Path, open_desk: Callable[..., TestClient]) -> None:
    """Before there are users it stands in the settings."""
    assert open_desk(night_home).get("/account").status_code == 404

"""Logging in at the desk, and what each role may open and do there, in which areas."""

import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from starlette.testclient import TestClient

from domain.officers.users import Role, User
from domain.periods import parse_period
from flows.actions.users import accounts, passwords
from flows.actions.users.accounts import add_new_user
from tests.flows.pipeline.nightly_runs import NOW, context_of
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.site.sites import links_of
from tests.web.desk.acts.conftest import Officer
from warehouse.officers.users import disable_user
from warehouse.store.engine import Engine, transaction
from web.desk.acts.act import SubjectKind
from web.desk.acts.table import ACTS

OWN = {"Sec-Fetch-Site": "same-origin"}
OPEN = {"Authorization": ""}
"""No password of the office."""
INSIDE, OUTSIDE = "585", "56"
"""District of the home's reports; a province of the time without any of them."""
REPORT = "/reports/cds_x_t/22813/2025-05"
USERS = {
    "administrator": User("quan.tri", "Trần Quản Trị", Role.ADMINISTRATOR),
    "officer": User("lan", "Nguyễn Thị Lan", Role.OFFICER),
    "officer of the district": User("mai", "Lê Thị Mai", Role.OFFICER, (INSIDE,)),
    "officer elsewhere": User("hoa", "Đỗ Thị Hoa", Role.OFFICER, (OUTSIDE,)),
    "viewer": User("an", "Phan Văn An", Role.VIEWER),
    "viewer of the district": User("binh", "Võ Văn Bình", Role.VIEWER, (INSIDE,)),
    "viewer elsewhere": User("chi", "Bùi Thị Chi", Role.VIEWER, (OUTSIDE,)),
}
Browser = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def staffed_home(night_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home after a nightly run whose desk has users; the password of each is the name, three times."""
    home = Path(shutil.copytree(night_home, tmp_path_factory.mktemp("staffed") / "home", symlinks=True))
    with pytest.MonkeyPatch.context() as patch:
        hasher = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", lambda: hasher)
        for user in USERS.values():
            patch.setattr(accounts, "new_password", lambda name=user.name: name * 3)
            add_new_user(engine_of(home), context_of(home).catalog, user, NOW)
    return home


def engine_of(home: Path) -> Engine:
    """Open the warehouse of a home."""
    engine = context_of(home).engine
    assert isinstance(engine, Engine)
    return engine


@pytest.fixture
def browser(staffed_home: Path, open_desk: Callable[..., TestClient]) -> Browser:
    """Return a function that opens a browser in which a user is logged in."""

    def open_for(who: str) -> TestClient:
        client = open_desk(staffed_home)
        client.headers.pop("Authorization")
        name = USERS[who].name
        answer = log_in(client, name, name * 3)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        return client

    return open_for


def log_in(client: TestClient, name: str, password: str, to: str = "") -> httpx.Response:
    """Send the form of log-in."""
    address = f"/log-in?to={quote(to)}" if to else "/log-in"
    return client.post(address, data={"name": name, "password": password}, headers=OWN, follow_redirects=False)


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


def test_logging_out_ends_the_session(browser: Browser) -> None:
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


SUBJECTS = {
    SubjectKind.REPORT: {"form": "cds_x_t", "unit": "22813", "period": "2025-05"},
    SubjectKind.FIGURES: {"form": "cds_x_t", "area": INSIDE, "period": "2025-05"},
    SubjectKind.UNIT: {"unit": "22813"},
    SubjectKind.OFFICE: {},
}
READ = {
    "/": 200,
    REPORT: 200,
    f"{REPORT}/1/original": 200,
    "/outbox/22828/2025-05/": 200,
    f"/figures/{INSIDE}/2025-05/hddt_dn": 200,
    "/inventory": 200,
    "/submissions": 200,
    "/acts": 200,
    "/account": 200,
    "/units/22813": 200,
    "/acts/withdraw?form=cds_x_t&unit=22813&period=2025-05": 200,
}
OF_THE_WHOLE = {"/inventory", "/submissions"}


@pytest.mark.parametrize("who", list(USERS))
def test_pages_by_role_and_area(browser: Browser, who: str) -> None:
    """Users of all areas see all; those of the district its reports and figures; those of elsewhere neither."""
    client = browser(who)
    answers = {address: client.get(address).status_code for address in READ}
    areas = USERS[who].areas
    hidden = set() if not areas else OF_THE_WHOLE if areas == (INSIDE,) else set(READ) - {"/", "/acts", "/account"}
    assert answers == {address: 403 if address in hidden else status for address, status in READ.items()}


@pytest.mark.parametrize("who", list(USERS))
def test_acts_by_role_and_area(browser: Browser, who: str) -> None:
    """Officers decide in their areas, viewers nowhere, and about the whole office who is limited to no area."""
    client, user = browser(who), USERS[who]
    may = user.role is not Role.VIEWER and user.areas in {(), (INSIDE,)}
    answers = {}
    for act in ACTS.values():
        sent = SUBJECTS[act.subject] | {"reason": "Đã gọi xã", "step": "edit"}
        answers[act.id] = client.post(f"/acts/{act.id}", data=sent, headers=OWN).status_code
    assert len(ACTS) > 10
    assert answers == {
        act.id: 200 if may and not (user.areas and act.subject is SubjectKind.OFFICE) else 403 for act in ACTS.values()
    }
    if not may:
        assert (
            "Không thuộc quyền của bạn"
            in client.post("/acts/withdraw", data=SUBJECTS[SubjectKind.REPORT], headers=OWN).text
        )
    note = client.post(f"{REPORT}/notes", data={"text": ""}, headers=OWN)
    assert note.status_code == (400 if may else 403)
    assert ('action="/reports/' in client.get(REPORT).text) is may


def test_the_matrix_lists_the_users_areas(browser: Browser) -> None:
    """A viewer of one province sees no unit of another, whatever the address asks for."""
    assert "22813" in browser("viewer of the district").get("/").text
    for address in ("/", f"/?area={INSIDE}", "/?q=22813"):
        assert "reports/cds_x_t/22813" not in browser("viewer elsewhere").get(address).text


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("officer", {"/acts/close", "/acts/remind", "/acts/done"}),
        ("officer of the district", {"/acts/close"}),
        ("officer elsewhere", set()),
        ("viewer", {"/acts/done"}),
    ],
)
def test_the_list_of_acts_offers_what_is_permitted(browser: Browser, who: str, offered: set[str]) -> None:
    """Figures of the user's areas, and for users of all areas the office's acts and what was done."""
    page = StrictPage(browser(who).get("/acts").text)
    links = {link.partition("?")[0] for link in links_of(page)} & {"/acts/close", "/acts/remind"}
    assert links | ({"/acts/done"} if "Đã làm gần đây" in page.words else set()) == offered


def test_records_have_the_users_name(browser: Browser) -> None:
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


@pytest.mark.long
def test_records_of_other_areas_stay_closed(
    staffed_home: Path, tmp_path: Path, open_desk: Callable[..., TestClient]
) -> None:
    """Naming a unit of one's own in the address opens no record of another area's run."""
    home = Path(shutil.copytree(staffed_home, tmp_path / "home", symlinks=True))

    def logged_in(who: str) -> TestClient:
        client = open_desk(home)
        client.headers.pop("Authorization")
        log_in(client, USERS[who].name, USERS[who].name * 3)
        return client

    done = Officer(logged_in("officer of the district")).carry_out("withdraw", **SUBJECTS[SubjectKind.REPORT])
    assert (done.status_code, "Lê Thị Mai" in done.text) == (200, True)
    other = logged_in("viewer elsewhere")
    unit = next(unit.code for unit in context_of(home).catalog.owing_units("cds_x_t", OUTSIDE, parse_period("2025-05")))
    named = {"form": "cds_x_t", "unit": unit, "period": "2025-05"}
    assert other.get(f"/reports/cds_x_t/{unit}/2025-05").status_code == 200
    assert other.get(done.url.path, params=named).status_code == 403
    assert other.get(done.url.path).status_code == 403

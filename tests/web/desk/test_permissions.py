"""What each role may open and do at the desk, in which areas: tables role × page and role × act, on every engine."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from domain.officers.users import Role
from domain.periods import parse_period
from tests.flows.pipeline.nightly_runs import context_of
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.site.sites import links_of
from tests.warehouse_fixtures import create_database, drop_database, new_name
from tests.web.desk.acts.conftest import Officer
from tests.web.desk.staff import INSIDE, OUTSIDE, OWN, REPORT, USERS, engine_of, logged_in
from warehouse.store.copying import copy_warehouse
from web.desk.acts.act import SubjectKind
from web.desk.acts.table import ACTS

Browser = Callable[[str], TestClient]
SUBJECTS = {
    SubjectKind.REPORT: {"form": "cds_x_t", "unit": "22813", "period": "2025-05"},
    SubjectKind.FIGURES: {"form": "cds_x_t", "area": INSIDE, "period": "2025-05"},
    SubjectKind.UNIT: {"unit": "22813"},
    SubjectKind.OFFICE: {"units": "22813", "period": "2025-05"},
}
READ = {
    "/": 200,
    REPORT: 200,
    f"{REPORT}/1/original": 200,
    f"{REPORT}/1/sheet": 200,
    "/units/22813": 200,
    "/outbox/22828/2025-05/": 200,
    f"/figures/{INSIDE}/2025-05/hddt_dn": 200,
    f"/consultations/cds_x_t/{INSIDE}/2025-05": 200,
    "/reporting-quality": 200,
    "/burden": 200,
    "/inventory": 200,
    "/submissions": 200,
    "/warnings": 200,
    "/acts": 200,
    "/acts/withdraw?form=cds_x_t&unit=22813&period=2025-05": 200,
    "/acts/contact?unit=22813": 200,
    "/account": 200,
}
OF_THE_WHOLE = {"/burden"}
OF_EVERYBODY = {"/", "/warnings", "/reporting-quality", "/inventory", "/submissions", "/acts", "/account"}
ON_ENGINES = [
    *(("sqlite", who) for who in USERS),
    *(("postgresql", who) for who, user in USERS.items() if user.areas),
]
"""Engines and users: what is chosen by area is chosen by the database, roles are not."""
OF_OWN_AREA = {"remind"}
"""Acts of the office that do in the user's areas alone what they do, whatever they are about."""


@pytest.fixture(scope="module")
def staffed_postgres(staffed_home: Path, postgres_uri: str, migrated_postgres: str) -> Iterator[str]:
    """URL of a copy of the home's warehouse in PostgreSQL."""
    name = new_name()
    url = create_database(postgres_uri, name, migrated_postgres)
    copied = engine_of(staffed_home, warehouse_url=url)
    copy_warehouse(engine_of(staffed_home), copied)
    copied.dispose()
    yield url
    drop_database(postgres_uri, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def browser(request: pytest.FixtureRequest, staffed_home: Path, open_desk: Callable[..., TestClient]) -> Browser:
    """Return a function that opens a browser in which a user is logged in, at a desk on either engine."""
    url = request.getfixturevalue("staffed_postgres") if request.param == "postgresql" else ""
    return lambda who: logged_in(open_desk(staffed_home, warehouse_url=url), who)


@pytest.mark.parametrize(("browser", "who"), ON_ENGINES, indirect=["browser"])
def test_pages_by_role_and_area(browser: Browser, who: str) -> None:
    """Users of all areas see all; those of the district its reports and figures; those of elsewhere neither."""
    client = browser(who)
    answers = {address: client.get(address).status_code for address in READ}
    areas = USERS[who].areas
    hidden = set() if not areas else OF_THE_WHOLE if areas == (INSIDE,) else set(READ) - OF_EVERYBODY
    assert answers == {address: 403 if address in hidden else status for address, status in READ.items()}


@pytest.mark.parametrize(("browser", "who"), ON_ENGINES, indirect=["browser"])
def test_acts_by_role_and_area(browser: Browser, who: str) -> None:
    """Officers decide in their areas, viewers nowhere, and about the whole office who is limited to no area."""
    client, user = browser(who), USERS[who]
    may = user.role is not Role.VIEWER and user.areas in {(), (INSIDE,)}
    answers = {}
    for act in ACTS.values():
        sent = SUBJECTS[act.subject] | {"reason": "Đã gọi xã", "step": "edit"}
        answers[act.id] = client.post(f"/acts/{act.id}", data=sent, headers=OWN).status_code
    assert len(ACTS) > 15
    decides = user.role is not Role.VIEWER
    assert answers == {act.id: 200 if may or (decides and act.id in OF_OWN_AREA) else 403 for act in ACTS.values()}
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
        ("officer", {"/acts/close", "/acts/remind", "/acts/rerun"}),
        ("officer of the district", {"/acts/close", "/acts/remind", "/acts/rerun"}),
        ("officer elsewhere", {"/acts/remind", "/acts/rerun"}),
        ("viewer", set()),
    ],
)
def test_the_list_of_acts_offers_what_is_permitted(browser: Browser, who: str, offered: set[str]) -> None:
    """Figures of the user's areas, and for officers the office's acts, which stay within them."""
    page = StrictPage(browser(who).get("/acts").text)
    links = {link.partition("?")[0] for link in links_of(page)}
    assert links & {"/acts/close", "/acts/remind", "/acts/rerun"} == offered


@pytest.mark.parametrize(
    "wider",
    [
        {"units": "22813 25747"},
        {"units": "", "area": "58"},
        {"units": "", "area": ""},
        {"units": "22813", "period_to": "1900-01"},
    ],
    ids=["another unit", "the province", "all", "another time"],
)
def test_a_limited_officer_reruns_nothing_else(browser: Browser, wider: dict[str, str]) -> None:
    """Each unit, the area and both periods have to lie in the officer's areas."""
    sent = SUBJECTS[SubjectKind.OFFICE] | {"reason": "Đã gọi xã", "step": "edit"} | wider
    assert browser("officer of the district").post("/acts/rerun", data=sent, headers=OWN).status_code == 403


@pytest.mark.long
def test_records_of_other_areas_stay_closed(
    staffed_home: Path, tmp_path: Path, open_desk: Callable[..., TestClient]
) -> None:
    """Naming a unit of one's own in the address opens no record of another area's run."""
    home = Path(shutil.copytree(staffed_home, tmp_path / "home", symlinks=True))

    done = Officer(logged_in(open_desk(home), "officer of the district")).carry_out(
        "withdraw", **SUBJECTS[SubjectKind.REPORT]
    )
    assert (done.status_code, "Lê Thị Mai" in done.text) == (200, True)
    other = logged_in(open_desk(home), "viewer elsewhere")
    unit = next(unit.code for unit in context_of(home).catalog.owing_units("cds_x_t", OUTSIDE, parse_period("2025-05")))
    named = {"form": "cds_x_t", "unit": unit, "period": "2025-05"}
    assert other.get(f"/reports/cds_x_t/{unit}/2025-05").status_code == 200
    assert other.get(done.url.path, params=named).status_code == 403
    assert other.get(done.url.path).status_code == 403

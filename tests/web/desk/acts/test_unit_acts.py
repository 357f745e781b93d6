"""Acts about a unit: contacts are added, changed and ended; ways are authorised and removed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from domain.officers.users import Role, User
from domain.vietnam_time import day_in_vietnam
from flows.actions.users.accounts import add_first_administrator, add_new_user
from tests.flows.pipeline.nightly_runs import NOW, context_of
from tests.publishing.page.strict_page import StrictPage
from tests.web.desk.acts.conftest import OWN, Officer
from warehouse.officers.contacts import contact_mails
from warehouse.store.audit import examine
from warehouse.store.engine import Engine, reading
from warehouse.submissions.authorisations import authorised_senders

UNIT = {"unit": "22813"}
PERSON = {
    "full_name": "Nguyễn Văn Bình",
    "position": "Văn phòng",
    "telephone": "0259 3822 111",
    "mail": "Binh@xa.example.vn",
}
WAY = {"source": "inbox", "folder": "22813"}


@pytest.fixture
def home(tmp_path: Path, night_home: Path) -> Path:
    """A home of the test's own after a nightly run."""
    return Path(shutil.copytree(night_home, tmp_path / "home", symlinks=True))


@pytest.fixture
def officer(home: Path, open_desk: Callable[[Path], TestClient]) -> Officer:
    """An officer at the desk of the home."""
    return Officer(open_desk(home))


def engine_of(home: Path) -> Engine:
    """Open the warehouse of a home."""
    engine = context_of(home).engine
    assert isinstance(engine, Engine)
    return engine


def test_a_contact_is_added_changed_and_ended(officer: Officer, home: Path) -> None:
    """Each previewed, with reason and name in the record; reminders go to the address as long as it holds."""
    previewed = officer.preview("contact", **UNIT, **PERSON)
    assert "binh@xa.example.vn" in previewed.text
    assert "Chưa ghi người liên hệ" in officer.client.get("/units/22813").text
    assert "Đã gọi xã" in officer.confirm("contact", previewed).text
    with reading(engine_of(home)) as session:
        assert [*contact_mails(session, day_in_vietnam(NOW)).values()] == [frozenset({"binh@xa.example.vn"})]
    page = officer.client.get("/units/22813")
    assert StrictPage(page.text).problems == []
    assert 'href="tel:02593822111"' in page.text
    assert "0259 3822 111" in officer.client.get("/reports/cds_x_t/22813/2025-05").text
    form = officer.client.get("/acts/contact", params=UNIT | {"contact": "1"})
    assert 'value="Nguyễn Văn Bình"' in form.text
    assert officer.client.get("/acts/contact", params=UNIT | {"contact": "9"}).status_code == 404
    changed = officer.carry_out("contact", **UNIT, contact="1", **PERSON | {"telephone": "0259 3822 222", "mail": ""})
    assert changed.status_code == 200
    assert "0259 3822 222" in officer.client.get("/units/22813").text
    assert "3822 111" in officer.preview("contact_end", **UNIT, contact="1", last_day="2025-06-30").text
    assert officer.carry_out("contact_end", **UNIT, contact="3", last_day="2025-06-30").status_code == 200
    with reading(engine_of(home)) as session:
        assert examine(session).faults == ()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"mail": "", "telephone": ""}, "cần có thư điện tử hoặc điện thoại"),
        ({"mail": "binh"}, "không phải là địa chỉ thư"),
        ({"telephone": "gọi tôi"}, "không phải là số điện thoại"),
        ({"first_day": "2025-06-30", "last_day": "2025-06-01"}, "trước ngày đầu"),
    ],
    ids=["no way to reach", "mail", "telephone", "days"],
)
def test_an_impossible_contact_is_refused(officer: Officer, fields: dict[str, str], problem: str) -> None:
    """With what to write."""
    answer = officer.preview("contact", **UNIT, **PERSON | fields)
    assert answer.status_code == 400
    assert problem in answer.text


def test_a_way_is_authorised_and_removed(officer: Officer, home: Path) -> None:
    """The preview of the first says that others are held from now on."""
    previewed = officer.preview("authorise", **UNIT, **WAY)
    assert "mọi đơn vị" in previewed.text
    assert officer.confirm("authorise", previewed).status_code == 200
    with reading(engine_of(home)) as session:
        (way,) = authorised_senders(session)
    assert (way.units, way.folder, way.valid_to) == ("22813", "22813", None)
    assert "inbox/22813" in officer.client.get("/units/22813").text
    assert "inbox/22813" in officer.preview("way_removed", **UNIT, way="1").text
    assert officer.preview("way_removed", unit="22816", way="1").status_code == 400
    assert officer.carry_out("way_removed", **UNIT, way="1").status_code == 200
    with reading(engine_of(home)) as session:
        assert authorised_senders(session) == ()
    assert "1 lối gửi đã bỏ" in officer.client.get("/units/22813").text


@pytest.mark.usefixtures("cheap_hashes")
def test_an_officer_of_an_area_changes_no_rule_of_all(home: Path, open_desk: Callable[[Path], TestClient]) -> None:
    """Neither the first way nor the last, which decide about all units; others of the own units, and no others."""
    context = context_of(home)
    add_first_administrator(engine_of(home), "Quản trị viên", NOW)
    user = User("mai", "Lê Thị Mai", Role.OFFICER, ("22813",))
    password = add_new_user(engine_of(home), context.catalog, user, NOW)
    client = open_desk(home)
    client.headers.pop("Authorization")
    client.post("/log-in", data={"name": "mai", "password": password}, headers=OWN)
    limited = Officer(client)
    assert "chưa kiểm tra người gửi nào" in limited.carry_out("authorise", **UNIT, **WAY).text
    assert client.get("/units/22816").status_code == 403
    assert client.get("/acts/contact", params={"unit": "22816"}).status_code == 403
    assert limited.carry_out("contact", **UNIT, **PERSON).status_code == 200

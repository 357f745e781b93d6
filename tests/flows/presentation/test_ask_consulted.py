"""Mails to consulted units by a real mail server: a link to the own figures, once, and a reminder before the end."""

import os
import re
import signal
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from domain.officers.consultations import ConsultationAnswerKind
from flows.pipeline.progress import NoProgress
from flows.presentation import ask_consulted as module
from flows.presentation.ask_consulted import ask_consulted
from flows.presentation.send_reminders import send_reminders
from tests.flows.deployments.notice_sinks import Mailbox, smtp_server
from tests.flows.deployments.prefect_server import free_port
from tests.flows.pipeline.kill_runner import killed_after
from tests.flows.pipeline.nightly_runs import NOW, context_of, rows_of, settings_of
from tests.flows.presentation.test_reminders import DECISION, mail_of, register
from tests.web.consulted_home import FORM, MAY, consult, key_in
from tests.web.desk.acts.conftest import Officer
from tests.web.desk.staff import office_of
from tests.web.test_serve import CREDENTIAL, let_in
from warehouse.queries.reminders import sent_reminders
from warehouse.rollups.consultations import require_consultation, write_answer
from warehouse.store.engine import reading, transaction
from web.desk.app import office_site

pytestmark = pytest.mark.long

UNIT, OTHER = "22813", "22810"
LAST_DAY = date(2025, 6, 12)
NEAR_THE_END = datetime.combine(date(2025, 6, 11), NOW.timetz())
STEPS = "SELECT step, unit_code FROM reminder WHERE step LIKE 'consultation:%' ORDER BY id"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, Mailbox]]:
    """Start a mail server."""
    with smtp_server() as running:
        yield running


@pytest.fixture
def consulted(after_night: Path) -> Path:
    """A home whose district is consulted, with an address of one unit."""
    consult(after_night, LAST_DAY)
    register(context_of(after_night), "lamson@ninhson.vn", UNIT)
    return after_night


def ask(home: Path, port: int, now: datetime = NOW) -> None:
    """Send what is due to consulted units at a moment."""
    more = mail_of(port, "vi")
    ask_consulted(context_of(home, now, **more), settings_of(home, **more), "ask")


def test_a_unit_is_asked_once_with_a_link(consulted: Path, server: tuple[int, Mailbox]) -> None:
    """The link opens the unit's own figures until the last day; it is not sent again."""
    port, box = server
    box.mails.clear()
    for _ in range(2):
        ask(consulted, port)
    more = mail_of(port, "vi")
    (mail,) = box.mails
    assert mail["To"] == "lamson@ninhson.vn"
    assert mail["Subject"] == "[tổng hợp] Đề nghị cho ý kiến về số liệu kỳ 2025-05 đến hết ngày 12/06/2025: Xã Lâm Sơn"
    text = mail.get_content()
    assert "Không trả lời đến hết ngày 12/06/2025 được coi là đồng ý." in text
    assert re.search(r"^http://127\.0\.0\.1:8082/[\w-]{43}/$", text, re.MULTILINE)
    assert rows_of(consulted, "SELECT unit, valid_to FROM upload_link") == [(UNIT, "2025-06-12")]
    assert rows_of(consulted, STEPS) == [("consultation:1", UNIT)]
    context = context_of(consulted, **more)
    send_reminders(context, settings_of(consulted, **more), "run", NoProgress())
    assert rows_of(consulted, STEPS) == [("consultation:1", UNIT)]
    with reading(context.engine) as session:
        assert all(unit.code != UNIT for unit in sent_reminders(session, FORM, MAY))


def test_who_is_silent_is_reminded_once_before_the_end(consulted: Path, server: tuple[int, Mailbox]) -> None:
    """By the reminders of a day near the last one; who answered is not."""
    port, box = server
    register(context_of(consulted), "tanson@ninhson.vn", OTHER)
    ask(consulted, port)
    with transaction(context_of(consulted).engine) as session:
        consultation, unit = require_consultation(session, key_in(consulted)), key_of(consulted, OTHER)
        write_answer(session, consultation, unit, ConsultationAnswerKind.AGREE, DECISION)
    box.mails.clear()
    more = mail_of(port, "vi")
    for _ in range(2):
        context = context_of(consulted, NEAR_THE_END, **more)
        send_reminders(context, settings_of(consulted, **more), "run", NoProgress())
    again = [each for each in box.mails if "cho ý kiến" in each["Subject"]]
    assert [(each["To"], "Nhắc" in each["Subject"]) for each in again] == [("lamson@ninhson.vn", True)]
    assert rows_of(consulted, STEPS)[-1] == ("consultation:1:last", UNIT)


def key_of(home: Path, code: str) -> object:
    """Return the key of a unit of then."""
    return context_of(home).catalog.units.get(code, date(2025, 5, 14)).key


def test_a_silent_server_leaves_it_for_the_next_reminders(consulted: Path, server: tuple[int, Mailbox]) -> None:
    """Nothing is recorded, and the consultation goes on."""
    ask(consulted, free_port())
    assert rows_of(consulted, STEPS) == []
    ask(consulted, server[0])
    assert rows_of(consulted, STEPS) == [("consultation:1", UNIT)]


def test_a_kill_before_the_record_repeats_the_same_mail(consulted: Path, server: tuple[int, Mailbox]) -> None:
    """The repeat has the same Message-ID, so that a mail program shows one."""
    port, box = server
    box.mails.clear()
    child = os.fork()
    if child == 0:
        module.send = killed_after(module.send)  # type: ignore[assignment] # of this process alone
        ask(consulted, port)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    ask(consulted, port)
    ask(consulted, port)
    assert [each["Message-ID"] for each in box.mails] == ["<consult.1.22813.20000101@ninhson.vn>"] * 2


def test_the_desk_asks_and_lists_who_has_no_address(after_night: Path, server: tuple[int, Mailbox]) -> None:
    """The preview counts mails and names units without an address; the page of the consultation says so of each."""
    port, box = server
    box.mails.clear()
    register(context_of(after_night), "lamson@ninhson.vn", UNIT)
    office = office_of(context_of(after_night).catalog, after_night, NOW + timedelta(hours=1), **mail_of(port, "vi"))
    officer = Officer(TestClient(office_site(office, CREDENTIAL), headers=let_in()))
    figures = {"form": FORM, "area": "585", "period": MAY.id, "partial": "1"}
    previewed = officer.preview("consult", **figures)
    assert "gửi ngay tới 1 đơn vị" in previewed.text
    assert "Chưa đăng ký địa chỉ thư: 22810 Thị trấn Tân Sơn" in previewed.text
    assert box.mails == []
    officer.confirm("consult", previewed)
    assert [each["To"] for each in box.mails] == ["lamson@ninhson.vn"]
    page = officer.client.get(f"/consultations/{FORM}/585/{MAY.id}").text
    assert "chưa có địa chỉ thư" in page
    assert page.count("chưa gửi") == 0

"""Reminders by a real mail server: who gets which mail, once, and what a kill or a refusal leaves."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from domain.authorisations import authorisation
from domain.officers.contacts import contact
from flows.pipeline.progress import NoProgress
from flows.presentation import send_reminders as module
from flows.presentation.send_reminders import NotAllRemindedError, send_reminders
from flows.support.context import AppContext
from tests.flows.deployments.notice_sinks import Mailbox, smtp_server
from tests.flows.deployments.prefect_server import free_port
from tests.flows.pipeline.kill_runner import killed_after
from tests.flows.pipeline.nightly_runs import WRONG, context_of, rows_of, settings_of
from warehouse.officers.contacts import add_contact
from warehouse.store.engine import transaction
from warehouse.submissions.authorisations import authorise
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision

DAY_AFTER = datetime(2025, 5, 16, 1, tzinfo=UTC)
DECISION = Decision(DecisionReason(note="list of the district", actor="an"), DAY_AFTER, "")
REFUSED = "gone@ninhson.vn"
IDS = "SELECT step, unit_code, message_id FROM reminder ORDER BY id"


class _ChoosyMailbox(Mailbox):
    """A mailbox that does not know one address."""

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse one address."""
        del server, session, options
        if address == REFUSED:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, Mailbox]]:
    """Start a mail server."""
    with smtp_server(box=_ChoosyMailbox()) as running:
        yield running


def mail_of(port: int, lang: str) -> dict[str, object]:
    """Return the settings of a mail server."""
    return {
        "mail_host": "127.0.0.1",
        "mail_port": port,
        "mail_security": "none",
        "mail_from": "baocao@ninhson.vn",
        "mail_to": ("phong@ninhson.vn",),
        "areas": ("585",),
        "lang": lang,
    }


def register(context: AppContext, address: str, units: str) -> None:
    """Register an address for a unit."""
    each = authorisation(context.catalog, ("mail", "", address), units, date(2025, 1, 1), None)
    with transaction(context.engine) as session:
        authorise(session, [each], DECISION)


def send(home: Path, port: int, now: datetime = DAY_AFTER, lang: str = "vi") -> int:
    """Send what is due at a moment."""
    more = mail_of(port, lang)
    return send_reminders(context_of(home, now, **more), settings_of(home, **more), "run", NoProgress())


def to(mails: list[EmailMessage]) -> list[str]:
    """Return the recipients of mails."""
    return [mail["To"] for mail in mails]


def test_each_unit_and_the_office_get_a_mail_once(home: Path, server: tuple[int, Mailbox]) -> None:
    """The unit is told of its deadline, the office who is silent and who has no address; a second run sends nothing."""
    port, box = server
    box.mails.clear()
    context = context_of(home, DAY_AFTER)
    register(context, "manoi@ninhson.vn", "22828")
    register(context, "manoi@example.com", "22828")
    assert send(home, port) == 2
    unit, office = box.mails
    assert (unit["To"], office["To"]) == ("manoi@example.com, manoi@ninhson.vn", "phong@ninhson.vn")
    assert unit["Subject"] == "[tổng hợp] Nhắc gửi báo cáo kỳ 2025-05, hạn 15/05/2025: Xã Ma Nới"
    assert "quá hạn 1 ngày làm việc" in unit.get_content()
    assert unit["Auto-Submitted"] == "auto-generated"
    assert unit["Message-ID"] == "<remind.cds_x_t.2025-05.day_after.22828.20000101@ninhson.vn>"
    lines = office.get_content().splitlines()
    assert "- 22828 Xã Ma Nới: chưa gửi" in lines
    assert lines[-4].startswith("22810 ")
    assert "22828" not in lines[-4]
    assert send(home, port) == 0
    assert len(box.mails) == 2


def test_a_returned_report_is_asked_for_again(after_night: Path, server: tuple[int, Mailbox]) -> None:
    """The unit is not told that nothing came."""
    port, box = server
    box.mails.clear()
    context = context_of(after_night, DAY_AFTER)
    register(context, "manoi@ninhson.vn", WRONG)
    later = datetime(2025, 6, 3, 1, tzinfo=UTC)
    assert send(after_night, port, later, "en") == 2
    assert "your report arrived, was returned" in box.mails[0].get_content()
    assert f"- {WRONG} Xã Ma Nới: returned, not corrected yet" in box.mails[1].get_content()


def test_an_address_that_is_refused_stops_no_other(home: Path, server: tuple[int, Mailbox]) -> None:
    """The unit is named, the others get their mails, and the next run tries it again."""
    port, box = server
    box.mails.clear()
    context = context_of(home, DAY_AFTER)
    register(context, REFUSED, "22810")
    register(context, "manoi@ninhson.vn", "22828")
    with pytest.raises(NotAllRemindedError, match=r"22810: .*no such mailbox"):
        send(home, port)
    assert to(box.mails) == ["manoi@ninhson.vn", "phong@ninhson.vn"]
    register(context, "tanson@ninhson.vn", "22810")
    assert send(home, port) == 1


def test_a_silent_server_leaves_all_for_the_next_run(home: Path) -> None:
    """Nothing is recorded as sent."""
    register(context_of(home, DAY_AFTER), "manoi@ninhson.vn", "22828")
    with pytest.raises(NotAllRemindedError, match="0 reminders sent"):
        send(home, free_port())
    assert rows_of(home, IDS) == []


def test_a_kill_before_the_record_repeats_the_same_mail(home: Path, server: tuple[int, Mailbox]) -> None:
    """The server has accepted the mail and the process dies: the repeat has the same Message-ID."""
    port, box = server
    box.mails.clear()
    context = context_of(home, DAY_AFTER)
    register(context, "manoi@ninhson.vn", "22828")
    context.engine.dispose()
    child = os.fork()
    if child == 0:
        module.send = killed_after(module.send)  # type: ignore[assignment] # of this process alone
        send(home, port)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert (to(box.mails), rows_of(home, IDS)) == (["manoi@ninhson.vn"], [])
    assert send(home, port) == 2
    assert box.mails[0]["Message-ID"] == box.mails[1]["Message-ID"]
    assert [unit for _, unit, _ in rows_of(home, IDS)] == ["22828", None]


def test_an_area_is_reminded_alone(home: Path, server: tuple[int, Mailbox]) -> None:
    """Of the units there, at their contacts' addresses as well; the office's list is of all, and waits."""
    port, box = server
    more = mail_of(port, "vi")
    context = context_of(home, DAY_AFTER, **more)
    register(context, "manoi@ninhson.vn", "22828")
    unit = context.catalog.units.get("22828", date(2025, 5, 14))
    person = contact(unit, ("Nguyễn Văn Bình", "", "binh@manoi.vn", ""), (date(2025, 1, 1), None))
    with transaction(context.engine) as session:
        add_contact(session, person, DECISION)
    settings = settings_of(home, **more)
    before = len(box.mails)  # of other tests
    assert send_reminders(context, settings, "run", NoProgress(), areas=["22813"]) == 0
    assert send_reminders(context, settings, "run", NoProgress(), areas=["22828"]) == 1
    assert {each.strip() for line in to(box.mails[before:]) for each in line.split(",")} == {
        "binh@manoi.vn",
        "manoi@ninhson.vn",
    }

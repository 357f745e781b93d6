"""A sender answers warnings by mail, through real servers: kept with its mail, shown at the desk, answered."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from domain.authorisations import authorisation
from domain.catalog.catalog import Catalog
from flows.pipeline.stages import warning_answers
from flows.pipeline.stages.collect import Collection, has_arrivals
from flows.pipeline.stages.deliver import deliver_due
from flows.pipeline.stages.warning_answers import take_warning_answers
from flows.support.context import AppContext
from tests.connectors.mail_server import MailServer, imap_server
from tests.flows.deployments.notice_sinks import Mailbox, smtp_server
from tests.flows.mails import AT, XA, opened, reporting, sending
from tests.flows.pipeline.nightly_runs import NOW, context_of, rows_of, run_plainly
from tests.web.desk.acts.conftest import INDICATOR, REPORT, RULE, UNIT, Officer, changed_workbook
from tests.web.desk.staff import office_of
from tests.web.test_serve import CREDENTIAL, let_in
from warehouse.store.engine import transaction
from warehouse.submissions.authorisations import authorise
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision
from web.desk.app import office_site
from workbooks.sample.inbox import SampleFile

KEPT = "SELECT rule, kind, actor, text, mail_sha256 FROM warning_remark"


@dataclass(frozen=True)
class Warned:
    """A home whose mail with a report was accepted with a warning, and the reply that says so."""

    home: Path
    mailbox: MailServer
    context: AppContext
    box: Mailbox
    mail: EmailMessage

    @property
    def code(self) -> str:
        """The code of the warning, as the reply lists it."""
        body = self.mail.get_body(("plain",))
        assert body is not None
        (line,) = (each for each in body.get_content().splitlines() if each.startswith("1.") and "tổ" in each)
        return line.partition(". ")[0]

    def answer(self, text: str, sender: str = XA, **headers: str) -> int:
        """Reply to the mail, and return how many answers are kept."""
        message = EmailMessage()
        message["From"], message["Subject"] = sender, f"Re: {self.mail['Subject']}"
        message["Message-ID"] = f"<{len(self.box.mails)}.{len(text)}@lamson.example.vn>"
        message["References"] = f"{self.mail['References']} {self.mail['Message-ID']}"
        if "Authentication-Results" not in {name.replace("_", "-") for name in headers}:
            message["Authentication-Results"] = f"mx.example.vn; dmarc=pass header.from={sender.rpartition('@')[2]}"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        self.mailbox.send(message, AT)
        kept = take_warning_answers(self.context)
        deliver_due(self.context)
        return kept


@pytest.fixture
def warned(home: Path, tmp_path: Path, first_files: tuple[SampleFile, ...]) -> Iterator[Warned]:
    """Return what there is after the reply went out."""
    first = next(file for file in first_files if UNIT in file.path.name)
    file = replace(first, data=changed_workbook(first.data, "warned"))
    with imap_server(tmp_path) as mailbox, smtp_server() as (port, box):
        assert isinstance(mailbox, MailServer)
        context = sending(replace(context_of(home), connectors=[opened(mailbox, tmp_path)]), port)
        mailbox.send(reporting(file), AT)
        run_plainly(context)
        deliver_due(context)
        (mail,) = box.mails
        yield Warned(home, mailbox, context, box, mail)


def test_an_answer_is_kept_with_its_mail_and_shown_to_the_officer(warned: Warned, catalog: Catalog) -> None:
    """Once, by the address that wrote; the desk shows it beside the warning, and an officer accepts it."""
    text = f"Kính gửi huyện,\n{warned.code}: đúng, vì trong tháng\nlập thêm tổ.\n\n> {warned.code}. tổ"
    assert warned.answer(text) == 1
    assert take_warning_answers(warned.context) == 0
    ((rule, kind, actor, words, digest),) = rows_of(warned.home, KEPT)
    assert (rule, kind, actor, words) == (RULE, "answer", XA, "trong tháng lập thêm tổ.")
    landed = warned.context.landing.path_of(str(digest)).read_bytes()
    assert (sha256(landed).hexdigest(), b"Subject: Re: " in landed) == (digest, True)
    reply = warned.box.mails[-1]
    body = reply.get_body(("plain",))
    assert body is not None
    assert (reply["To"], "đã ghi nhận lý do" in body.get_content()) == (XA, True)
    desk = office_of(catalog, warned.home, NOW + timedelta(days=1))
    officer = Officer(TestClient(office_site(desk, CREDENTIAL), headers=let_in()))
    assert "trong tháng lập thêm tổ." in officer.client.get(f"/reports/cds_x_t/{UNIT}/2025-05").text
    accepted = officer.preview("accept", **REPORT, rule=RULE, indicator=INDICATOR, answer="1")
    assert "trong tháng lập thêm tổ." in officer.confirm("accept", accepted).text
    Collection(warned.context, "last").collect()
    assert not has_arrivals(warned.context)


OTHERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("ubnd@khac.example.vn", {}),
    (XA, {"Authentication_Results": "mx.example.vn; dmarc=fail header.from=lamson.example.vn"}),
    (XA, {"Auto_Submitted": "auto-replied"}),
)


def test_other_mails_change_nothing(warned: Warned) -> None:
    """Of another address, of an address that is not proved, of a program."""
    for sender, headers in OTHERS:
        assert warned.answer(f"{warned.code}: đúng, vì lập thêm tổ", sender, **headers) == 0
    assert warned.answer("Cảm ơn huyện") == 0
    assert rows_of(warned.home, KEPT) == []
    assert [each["To"] for each in warned.box.mails[1:]] in ([], ["ubnd@khac.example.vn"])


def test_what_is_not_kept_is_said(warned: Warned) -> None:
    """Without a reason, of another code, of a warning that was answered: each line says why."""
    code = warned.code
    other = f"{code.partition('.')[0]}.99"
    assert warned.answer(f"{code}: đúng\n{other}: đúng, vì thế") == 0
    body = warned.box.mails[-1].get_body(("plain",))
    assert body is not None
    lines = body.get_content().splitlines()
    assert ("chưa nêu lý do" in lines[0], "không có cảnh báo mang mã đó" in lines[1]) == (True, True)


def test_who_may_report_no_longer_answers_nothing(warned: Warned) -> None:
    """Where senders are registered, and this address is not."""
    way = warned.context.connectors[0].name, "", "ubnd@lamson.example.vn"
    added = authorisation(warned.context.catalog, way, UNIT, date(2025, 1, 1), None)
    with transaction(warned.context.engine) as session:
        authorise(session, [added], Decision(DecisionReason("by letter", "officer"), NOW))
    assert warned.answer(f"{warned.code}: đúng, vì lập thêm tổ") == 0
    assert rows_of(warned.home, KEPT) == []


@pytest.mark.parametrize("place", ["keep_file", "keep_handled", "queue_mail"])
def test_a_run_that_ends_in_between_is_made_good(warned: Warned, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes land first, all else is one transaction: the next run keeps the answer once and answers it once."""

    class Gone(BaseException):
        """The process is gone."""

    def end(*_: object) -> None:
        raise Gone

    with monkeypatch.context() as patch:
        patch.setattr(warning_answers, place, end)
        with pytest.raises(Gone):
            warned.answer(f"{warned.code}: đúng, vì lập thêm tổ")
    assert rows_of(warned.home, KEPT) == []
    assert (take_warning_answers(warned.context), take_warning_answers(warned.context)) == (1, 0)
    deliver_due(warned.context)
    assert len(rows_of(warned.home, KEPT)) == 1
    assert len(warned.box.mails) == 2

"""A registered address confirms by mail that another one may report for its unit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from domain.authorisations import authorisation
from flows.pipeline.stages.collect import Collection, has_arrivals
from flows.pipeline.stages.confirm import ask_for_confirmations, take_confirmations
from flows.pipeline.stages.deliver import deliver_due
from flows.support.context import AppContext
from tests.connectors.mail_server import MailServer, imap_server
from tests.flows.deployments.notice_sinks import Mailbox, smtp_server
from tests.flows.mails import AT, XA, opened, reporting, sending
from tests.flows.pipeline.nightly_runs import context_of, rows_of, run_plainly
from warehouse.store.engine import transaction
from warehouse.submissions.authorisations import authorise
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision
from workbooks.sample.inbox import SampleFile

OFFICIAL = "ubnd@lamson.example.vn"
STATES = "SELECT state FROM submission"


@dataclass(frozen=True)
class Question:
    """A home in which a report is held until the registered address replies to the question in `mail`."""

    home: Path
    mailbox: MailServer
    context: AppContext
    box: Mailbox
    mail: EmailMessage

    def reply(self, text: str, sender: str = OFFICIAL, **headers: str) -> int:
        """Reply to the question from a proved address, and return how many reports were released."""
        message = EmailMessage()
        message["From"], message["Subject"] = sender, f"Re: {self.mail['Subject']}"
        message["In-Reply-To"] = self.mail["Message-ID"]
        message["Authentication-Results"] = f"mx.example.vn; dmarc=pass header.from={sender.rpartition('@')[2]}"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        self.mailbox.send(message, AT)
        return take_confirmations(self.context)


@pytest.fixture(params=["", "cds_x_t"])
def form(request: pytest.FixtureRequest) -> str:
    """The form for which the address is registered that is asked; empty: every form."""
    return str(request.param)


@pytest.fixture
def question(home: Path, tmp_path: Path, first_files: tuple[SampleFile, ...], form: str) -> Iterator[Question]:
    """Return what there is after a report came from an unregistered address and was judged."""
    file = next(file for file in first_files if "22813" in file.path.name)
    with imap_server(tmp_path) as mailbox, smtp_server() as (port, box):
        assert isinstance(mailbox, MailServer)
        context = sending(replace(context_of(home), connectors=[opened(mailbox, tmp_path)]), port)
        way = context.connectors[0].name, "", OFFICIAL
        added = authorisation(context.catalog, way, "22813", date(2025, 1, 1), None, form=form)
        with transaction(context.engine) as session:
            authorise(session, [added], Decision(DecisionReason("by letter", "officer"), context.clock()))
        mailbox.send(reporting(file), AT)
        run_plainly(context)
        ask_for_confirmations(context)
        deliver_due(context)
        (mail,) = (each for each in box.mails if each["To"] == OFFICIAL)
        yield Question(home, mailbox, context, box, mail)


def test_a_confirmed_sender_is_registered_and_its_report_counts(question: Question, form: str) -> None:
    """The question names the address once; the reply counts once, says who confirmed, and is for the same forms."""
    body = question.mail.get_body(("plain",))
    assert body is not None
    assert XA in body.get_content()
    assert rows_of(question.home, STATES) == [("held",)]
    assert question.reply("Đồng ý.\n\n> Hệ thống nhận được báo cáo") == 1
    assert question.reply("đồng ý") == 0
    run_plainly(question.context, "next")
    assert rows_of(question.home, STATES) == [("accepted",)]
    assert rows_of(question.home, "SELECT sender, units, actor, form FROM authorisation ORDER BY id DESC LIMIT 1") == [
        (XA, "22813", OFFICIAL, form)
    ]
    Collection(question.context, "last").collect()
    assert not has_arrivals(question.context)


OTHER_REPLIES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Đồng ý", XA, {}),
    ("Đồng ý", "la@lamson.example.vn", {}),
    ("Đồng ý", OFFICIAL, {"Auto_Submitted": "auto-replied"}),
    ("Không đồng ý", OFFICIAL, {}),
)


@pytest.mark.parametrize("form", [""], indirect=True)
def test_other_replies_do_not_count(question: Question) -> None:
    """The address in question itself, one that was not asked, a program, a refusal."""
    for text, sender, headers in OTHER_REPLIES:
        assert question.reply(text, sender, **headers) == 0, (text, sender, headers)
        assert rows_of(question.home, STATES) == [("held",)]
        assert len(rows_of(question.home, "SELECT 1 FROM authorisation")) == 1

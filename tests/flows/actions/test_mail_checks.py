"""Mails that ask for a check are answered at once, and load nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from domain.authorisations import authorisation
from domain.mail.threads import asks_for_check
from flows.actions.mail_checks import reply_to_checks
from flows.pipeline.stages.collect import Collection, has_arrivals
from flows.pipeline.stages.deliver import deliver_due
from flows.support.context import AppContext
from tests.connectors.mail_server import MailServer, imap_server
from tests.flows.deployments.notice_sinks import Mailbox, smtp_server
from tests.flows.mails import AT, XA, opened, reporting, sending
from tests.flows.pipeline.nightly_runs import NOW, WRONG, context_of, rows_of, settings_of
from warehouse.store.engine import transaction
from warehouse.submissions.authorisations import authorise
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision
from workbooks.sample.inbox import SampleFile


@dataclass(frozen=True)
class Office:
    """A home that collects from a mailbox, and what it sends."""

    home: Path
    mailbox: MailServer
    context: AppContext
    box: Mailbox

    def replies(self) -> list[EmailMessage]:
        """Look at the mailbox twice, as two daytime runs do, and return all that was sent."""
        for _ in range(2):
            reply_to_checks(settings_of(self.home), self.context)
            deliver_due(self.context)
        return self.box.mails


@pytest.fixture
def office(home: Path, tmp_path: Path) -> Iterator[Office]:
    """Start the servers of a mailbox and of mails that go out."""
    with imap_server(tmp_path) as mailbox, smtp_server() as (port, box):
        assert isinstance(mailbox, MailServer)
        source = opened(mailbox, tmp_path)
        yield Office(home, mailbox, sending(replace(context_of(home), connectors=[source]), port), box)


@pytest.fixture
def wrong(first_files: tuple[SampleFile, ...]) -> SampleFile:
    """Return a report that is refused."""
    return next(file for file in first_files if WRONG in file.path.name)


def asking(subject: str, *files: SampleFile) -> EmailMessage:
    """Return a mail with reports that asks for a check."""
    message = reporting(*files)
    message.replace_header("Subject", subject)
    return message


def register(context: AppContext, unit: str) -> None:
    """Register the sender of the mails for a unit."""
    name = context.connectors[0].name
    added = authorisation(context.catalog, (name, "", XA), unit, date(2025, 1, 1), None)
    with transaction(context.engine) as session:
        authorise(session, [added], Decision(DecisionReason("they wrote", "officer"), NOW))


@pytest.mark.parametrize(
    ("subject", "asks"),
    [
        ("Kiểm tra", True),
        ("[kiểm tra] Biểu 01 tháng 5", True),
        ("kiem tra: BC", True),
        ("Re: KIỂM TRA", True),
        ("Báo cáo công tác kiểm tra tháng 5", False),
        ("kiểm tran", False),
    ],
)
def test_the_subject_asks_for_it(subject: str, asks: bool) -> None:
    """At its beginning, with or without accents."""
    assert asks_for_check(subject) is asks


def test_a_check_is_answered_once_and_loads_nothing(office: Office, wrong: SampleFile) -> None:
    """With the marked workbook; the mail is passed over from then on, and its report may come as new bytes do."""
    office.mailbox.send(asking("[Kiểm tra] Biểu tháng 5", wrong), AT)
    assert not has_arrivals(office.context)
    Collection(office.context, "before").collect()
    (reply,) = office.replies()
    assert (reply["Subject"], reply["In-Reply-To"]) == ("Re: [Kiểm tra] Biểu tháng 5", f"<1.{XA}>")
    (copy,) = reply.iter_attachments()
    assert str(copy.get_filename()).startswith("BC_22828_2025-05.da-kiem-tra")
    text = reply.get_body(("plain",))
    assert text is not None
    assert "sẽ bị trả lại để sửa" in text.get_content()
    assert "chưa có số liệu nào được nạp" in text.get_content()
    assert not has_arrivals(office.context)
    Collection(office.context, "after").collect()
    assert rows_of(office.home, "SELECT 1 FROM delivery UNION ALL SELECT 1 FROM file") == []
    assert [position.split(":")[1:] for (position,) in rows_of(office.home, "SELECT position FROM source_cursor")] == [
        [office.mailbox.mailbox.uids()[0], ""]
    ]


@pytest.mark.parametrize(
    ("unit", "text", "attached"),
    [(WRONG, "sẽ bị trả lại", 1), ("22813", "báo cáo của đơn vị khác", 0), ("", "chưa được đăng ký", 0)],
)
def test_only_a_registered_sender_sees_findings(
    office: Office, wrong: SampleFile, unit: str, text: str, attached: int
) -> None:
    """For its own unit alone: they may tell figures of earlier reports."""
    register(office.context, unit or "22810")
    if not unit:
        wrong_sender = asking("kiem tra", wrong)
        wrong_sender.replace_header("From", "la@lamson.example.vn")
        office.mailbox.send(wrong_sender, AT)
    else:
        office.mailbox.send(asking("kiem tra", wrong), AT)
    (reply,) = office.replies()
    body = reply.get_body(("plain",))
    assert body is not None
    assert text in body.get_content()
    assert len(list(reply.iter_attachments())) == attached


def test_programs_get_no_check(office: Office, wrong: SampleFile) -> None:
    """Nor does a sender who is not proved; neither is looked at again."""
    automatic, unproved = asking("kiểm tra", wrong), asking("kiểm tra", wrong)
    automatic["Auto-Submitted"] = "auto-replied"
    del unproved["Authentication-Results"]
    unproved.replace_header("Message-ID", "<2@x>")
    for message in (automatic, unproved):
        office.mailbox.send(message, AT)
    assert office.replies() == []
    assert len(rows_of(office.home, "SELECT 1 FROM handled_mail")) == 2

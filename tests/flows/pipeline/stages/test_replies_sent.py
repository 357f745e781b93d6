"""Replies go back the way that reports came, through real servers, whatever happens on the way."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.base import Connector
from domain.catalog.sources import RepliesGo, SourceLimits
from domain.mail.outgoing import LEASE, interval_after
from domain.mail.threads import is_own_message
from flows.pipeline.stages import deliver
from flows.pipeline.stages.collect import Collection
from flows.pipeline.stages.deliver import deliver_due
from flows.support.context import AppContext
from tests.connectors.mail_server import MailServer, imap_server, mail_with
from tests.connectors.source_servers import FolderServer, folder_server
from tests.flows.deployments.notice_sinks import Mailbox, smtp_server
from tests.flows.deployments.prefect_server import free_port
from tests.flows.mails import AT, OURS, XA, opened, reporting, sending
from tests.flows.pipeline.nightly_runs import NOW, WRONG, context_of, prepare_home, rows_of, run_plainly
from warehouse.store.engine import transaction
from warehouse.submissions.outgoing import try_again
from workbooks.sample.inbox import SampleFile


@pytest.fixture
def post() -> Iterator[tuple[int, Mailbox]]:
    """Start a server that takes mail."""
    with smtp_server() as started:
        yield started


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[MailServer]:
    """Start the server of a mailbox that reports are sent to."""
    with imap_server(tmp_path) as started:
        assert isinstance(started, MailServer)
        yield started


@pytest.fixture(scope="module")
def judged_mail(
    tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path, first_files: tuple[SampleFile, ...]
) -> tuple[Path, Connector]:
    """Return a home in which a mail with two reports, one of them wrong, was judged and no reply was sent."""
    folder = tmp_path_factory.mktemp("judged")
    home = prepare_home(folder / "home", mirrored_warehouse)
    wrong = next(file for file in first_files if WRONG in file.path.name)
    with imap_server(folder) as server:
        assert isinstance(server, MailServer)
        server.send(reporting(first_files[0], wrong), AT)
        source = opened(server, folder)
        run_plainly(replace(context_of(home), connectors=[source], settles_sources=False))
    return home, source


@pytest.fixture
def due(judged_mail: tuple[Path, Connector], tmp_path: Path) -> AppContext:
    """Return a context of a home of the test's own in which a reply by mail is due."""
    home, source = judged_mail
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    return replace(context_of(tmp_path / "home"), connectors=[source])


def outbox_of(context: AppContext) -> Path:
    """Return the folder of the outbox."""
    return context.landing.root.parent / "outbox"


def states(context: AppContext) -> set[tuple[object, ...]]:
    """Return state and attempts of all that goes out."""
    return set(rows_of(context.landing.root.parent, "SELECT state, attempts FROM outgoing"))


def test_a_mail_is_answered_in_its_thread(due: AppContext, post: tuple[int, Mailbox]) -> None:
    """To its proved sender, by one mail about all its reports, with receipts and the marked workbook attached."""
    port, box = post
    for _ in range(2):
        deliver_due(sending(due, port))
    (reply,) = box.mails
    assert (reply["To"], reply["From"], reply["Subject"]) == (XA, OURS, "Re: Báo cáo tháng 5")
    assert (reply["In-Reply-To"], reply["References"]) == (f"<1.{XA}>", f"<0@lamson.example.vn> <1.{XA}>")
    assert (reply["Auto-Submitted"], is_own_message(reply["Message-ID"])) == ("auto-replied", True)
    sent = {str(part.get_filename()): part.get_payload(decode=True) for part in reply.iter_attachments()}
    assert sent == {path.name: path.read_bytes() for path in outbox_of(due).rglob("*.*")}
    assert sum(name.endswith(".xlsx") for name in sent) == 1
    text = reply.get_body(("plain",))
    assert text is not None
    assert "Phiếu trả lại báo cáo để sửa" in text.get_content()
    assert states(due) == {("sent", 1)}


def test_a_kill_after_the_server_accepted(
    due: AppContext, post: tuple[int, Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail goes out once more, not before its process is known to be gone, and with the same Message-ID."""
    port, box = post

    def end(*_parts: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(deliver, "record_sent", end)
        with pytest.raises(SystemExit):
            deliver_due(sending(due, port))
    deliver_due(sending(due, port, LEASE / 2))
    assert len(box.mails) == 1
    deliver_due(sending(due, port, LEASE))
    first, second = box.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert states(due) == {("sent", 2)}


def test_a_server_that_is_down_is_tried_again(due: AppContext, post: tuple[int, Mailbox]) -> None:
    """After growing intervals, with the reason kept; then the mail arrives."""
    port, box = post
    deliver_due(sending(due, free_port()))
    later = interval_after(1)
    for time in (later / 2, later, later * 2):
        deliver_due(sending(due, free_port(), time))
    assert states(due) == {("due", 2)}
    (((reason,)), *_) = rows_of(due.landing.root.parent, "SELECT last_error FROM outgoing")
    assert "no mail could be sent" in str(reason)
    deliver_due(sending(due, port, later + interval_after(2)))
    assert (len(box.mails), states(due)) == (1, {("sent", 3)})


def test_a_refused_recipient_is_given_up(due: AppContext, post: tuple[int, Mailbox]) -> None:
    """At once, until a person has it tried again."""
    port, box = post
    box.refused.add(XA)
    for time in (timedelta(), timedelta(days=9)):
        deliver_due(sending(due, port, time))
    assert (box.mails, states(due)) == ([], {("failed", 1)})
    box.refused.clear()
    with transaction(due.engine) as session:
        assert try_again(session, (1,), NOW) == 2  # the rows of one mail
    deliver_due(sending(due, port))
    assert (len(box.mails), states(due)) == (1, {("sent", 1)})


def test_a_reply_whose_file_is_gone_is_given_up(due: AppContext, post: tuple[int, Mailbox]) -> None:
    """A person sends it by hand."""
    port, box = post
    next(outbox_of(due).rglob("*.xlsx")).unlink()
    deliver_due(sending(due, port))
    assert (box.mails, states(due)) == ([], {("failed", 1)})


def test_an_address_gets_so_many_mails_in_a_day(due: AppContext, post: tuple[int, Mailbox]) -> None:
    """The rest wait for the next day."""
    port, box = post
    deliver_due(sending(due, port))
    with transaction(due.engine) as session:
        session.connection().exec_driver_sql(
            "INSERT INTO outgoing (connector, way, folder, files, recipient, message_id, thread, subject, body, state,"
            " attempts, queued_at, next_at) SELECT connector, way, folder, files, recipient, '<2@x>', thread, subject,"
            " body, 'due', 0, queued_at, queued_at FROM outgoing WHERE id = 1"
        )
    (source,) = due.connectors
    source.source = replace(source.source, limits=SourceLimits(mails_per_day=1))
    deliver_due(sending(due, port))
    assert len(box.mails) == 1
    deliver_due(sending(due, port, timedelta(days=1)))
    assert (len(box.mails), states(due)) == (2, {("sent", 1)})


def test_some_mails_get_no_reply(mailbox: MailServer, home: Path, tmp_path: Path) -> None:
    """Those that programs sent, whose sender is not proved, or that come from ourselves."""
    automatic, unproved = (mail_with((f"{name}.xlsx", name.encode())) for name in ("a", "b"))
    automatic["Authentication-Results"] = "mx.example.vn; dmarc=pass header.from=lamson.example.vn"
    automatic["Auto-Submitted"] = "auto-generated"
    own = mail_with(("c.xlsx", b"c"), sender=OURS)
    own["Authentication-Results"] = "mx.example.vn; dmarc=pass header.from=huyen.example.vn"
    for message in (automatic, unproved, own):
        mailbox.send(message, AT)
    context = sending(replace(context_of(home), connectors=[opened(mailbox, tmp_path)]), free_port())
    run_plainly(context)
    assert (len(rows_of(home, "SELECT 1 FROM reply")), states(context)) == (2, set())


def test_replies_lie_where_the_reports_were_laid(
    home: Path, tmp_path: Path, first_files: tuple[SampleFile, ...]
) -> None:
    """In the share's outbox as in the home's, once it can be written to; none of it is collected."""
    with folder_server(tmp_path) as share:
        assert isinstance(share, FolderServer)
        for file in first_files[:2]:
            share.put(str(file.path), file.data, AT)
        (share.root / "outbox").write_text("in the way")
        context = replace(context_of(home), connectors=[opened(share, tmp_path)])
        run_plainly(context)
        assert states(context) == {("due", 1)}
        (share.root / "outbox").unlink()
        later = replace(context, clock=lambda: NOW + interval_after(1))
        deliver_due(later)
        replies = {path.relative_to(share.root / "outbox"): path for path in (share.root / "outbox").rglob("*.*")}
        assert replies.keys() == {path.relative_to(outbox_of(context)) for path in outbox_of(context).rglob("*.*")}
        assert states(context) == {("sent", 2)}
        collected = rows_of(home, "SELECT id FROM delivery")
        Collection(later, "next").collect()
        assert rows_of(home, "SELECT id FROM delivery") == collected


def test_replies_of_a_source_may_be_kept(home: Path, tmp_path: Path) -> None:
    """A share that may only be read gets none."""
    with folder_server(tmp_path) as share:
        assert isinstance(share, FolderServer)
        share.put("a.xlsx", b"no workbook", AT)
        context = replace(context_of(home), connectors=[opened(share, tmp_path, replies=RepliesGo.KEPT)])
        run_plainly(context)
        assert (share.paths(), states(context)) == (["a.xlsx"], set())

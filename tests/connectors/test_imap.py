"""A mailbox beyond what every kind keeps to: what becomes of mails, what is looked at again, and whom to trust."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.base import Connector, SourceRefusedError
from connectors.registry import open_source
from domain.catalog.sources import After, SourceLimits
from flows.pipeline.stages.collect import Collection, has_arrivals
from tests.connectors.mail_server import MailServer, imap_server, mail_with
from tests.connectors.source_servers import access_to
from tests.flows.pipeline.nightly_runs import NOW, context_of, rows_of

AT = NOW - timedelta(days=1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    """A mail server."""
    with imap_server(tmp_path) as started:
        assert isinstance(started, MailServer)
        yield started


def opened(server: MailServer, tmp_path: Path, **changes: object) -> Connector:
    """Return the connector of the mailbox; `changes` are keys of its entry."""
    return open_source(access_to(server, tmp_path, **changes))


def flagged(server: MailServer) -> list[str]:
    """Return the numbers of the flagged mails."""
    return server.mailbox.uids("FLAGGED")


def test_a_mail_is_flagged_once_all_its_files_have_landed(server: MailServer, home: Path, tmp_path: Path) -> None:
    """One with a file over the limit waits, is named by each run, and its other file lands."""
    server.send(mail_with(("a.xlsx", b"first"), ("b.xlsx", b"too large" * 200)), AT)
    server.put("c.xlsx", b"third", AT)
    server.send(mail_with(("letter.pdf", b"no report")), AT)
    source = opened(server, tmp_path, after=After.FLAGGED, limits=SourceLimits(bytes_per_file=1000))
    context = replace(context_of(home), connectors=[source])
    for run in ("first", "second"):
        (left,) = Collection(context, run).collect()
        assert "b.xlsx was not fetched" in left
        assert flagged(server) == [server.mailbox.uids()[1]]
    assert not has_arrivals(context)
    assert rows_of(home, "SELECT file_name FROM delivery ORDER BY 1") == [("a.xlsx",), ("c.xlsx",)]


def test_mails_are_looked_at_once(server: MailServer, home: Path, tmp_path: Path) -> None:
    """Those without workbooks too, also by a look between two runs."""
    server.send(mail_with(("letter.pdf", b"no report" * 2000)), AT)
    context = replace(context_of(home), connectors=[opened(server, tmp_path)])
    assert server.proxy is not None
    received = []
    for _ in range(3):
        begun = server.proxy.received
        assert not has_arrivals(context)
        received.append(server.proxy.received - begun)
    assert (received[0] > 18_000, received[2] < 1_000) == (True, True)


def test_a_mailbox_that_is_numbered_anew_changes_nothing(server: MailServer, home: Path, tmp_path: Path) -> None:
    """As after a move to another server: mails are read again, and known; a mail that lies there twice is one."""
    for _ in range(2):
        message = mail_with(("a.xlsx", b"first"))
        message["Message-ID"] = "<1@lamson.example.vn>"
        server.send(message, AT)
    source = opened(server, tmp_path)
    context = replace(context_of(home), connectors=[source])
    Collection(context, "run").collect()
    assert len(rows_of(home, "SELECT 1 FROM delivery")) == 1
    (file,) = source.list("1:99:")
    assert b"".join(source.fetch(file)) == b"first"
    Collection(context, "next").collect()
    assert len(rows_of(home, "SELECT 1 FROM delivery")) == 1


def test_a_certificate_of_an_unknown_authority_is_refused(server: MailServer, tmp_path: Path) -> None:
    """The account is not sent to a server that anybody may be."""
    with pytest.raises(SourceRefusedError, match="not to be trusted"):
        list(opened(server, tmp_path, authority=None).list())


def test_a_large_mail_is_not_downloaded(server: MailServer, tmp_path: Path) -> None:
    """It is listed as one file that is too large."""
    server.put("a.xlsx", b"x" * 100_000, AT)
    assert server.proxy is not None
    begun = server.proxy.received
    (file,) = opened(server, tmp_path, limits=SourceLimits(bytes_per_file=1000)).list()
    assert (file.path.endswith("/thu.eml"), file.size > 4 * 1000) == (True, True)
    assert server.proxy.received - begun < 10_000


def test_mails_are_moved(server: MailServer, tmp_path: Path) -> None:
    """Into a folder that is made if it is missing; what a person marked for deletion stays."""
    server.put("a.xlsx", b"first", AT)
    server.put("b.xlsx", b"second", AT)
    server.mailbox.client.uid("STORE", server.mailbox.uids()[1], "+FLAGS", r"(\Deleted)")
    source = opened(server, tmp_path, after=After.MOVED, moved_to="Đã nhận")
    first, _ = source.list()
    source.settle(first)
    assert [server.mailbox.folder.status(folder)["MESSAGES"] for folder in ("INBOX", "Đã nhận")] == [1, 1]


def test_who_sent_a_mail_is_kept(server: MailServer, home: Path, tmp_path: Path) -> None:
    """A proved address, and whether a program sent it; times are those at which the server received mails."""
    proved, automatic = mail_with(("a.xlsx", b"first")), mail_with(("b.xlsx", b"second"))
    proved["Authentication-Results"] = "mx.example.vn; dmarc=pass header.from=lamson.example.vn"
    automatic["Auto-Submitted"] = "auto-generated"
    server.send(proved, AT)
    server.send(automatic, AT)
    context = replace(context_of(home), connectors=[opened(server, tmp_path, trusted_server="mx.example.vn")])
    Collection(context, "run").collect()
    kept = rows_of(home, "SELECT file_name, sender, automatic, delivered_at FROM delivery ORDER BY id")
    moment = f"{AT:%Y-%m-%d %H:%M:%S.%f}"
    assert kept == [("a.xlsx", "xa@lamson.example.vn", 0, moment), ("b.xlsx", None, 1, moment)]


def test_a_mail_that_cannot_be_parsed_is_taken_as_it_is(
    server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops no run and is not lost: a person sees it among the refused files."""

    def fail(*_parts: object) -> None:
        raise LookupError("unknown encoding: x-vni")

    server.put("a.xlsx", b"first", AT)
    monkeypatch.setattr("connectors.sources.imap.mailed_files", fail)
    source = opened(server, tmp_path)
    (file,) = source.list()
    assert (file.path.partition("/")[2], file.sender, file.automatic) == ("thu.eml", None, True)
    assert b"Subject: " in b"".join(source.fetch(file))

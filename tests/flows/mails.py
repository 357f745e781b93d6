"""Mails with reports as communes send them, and contexts that collect and answer them."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from connectors.base import Connector
from connectors.registry import open_source
from connectors.replies.smtp import MailAccount, SmtpServer
from domain.catalog.sources import RepliesGo
from flows.support.context import AppContext
from tests.connectors.mail_server import MailServer, mail_with
from tests.connectors.source_servers import FolderServer, access_to
from tests.flows.pipeline.nightly_runs import NOW
from workbooks.sample.inbox import SampleFile

AT = NOW - timedelta(days=1)
XA = "xa@lamson.example.vn"
OURS = "baocao@huyen.example.vn"


def opened(server: MailServer | FolderServer, folder: Path, **changes: object) -> Connector:
    """Return a connector to whose source replies return."""
    trusted = {"trusted_server": "mx.example.vn"} if isinstance(server, MailServer) else {}
    return open_source(access_to(server, folder, **({"replies": RepliesGo.RETURNED} | trusted | changes)))


def reporting(*files: SampleFile, sender: str = XA) -> EmailMessage:
    """Return a mail with reports, from a sender who is proved."""
    message = mail_with(*((file.path.name, file.data) for file in files), sender=sender)
    message["Message-ID"] = f"<1.{sender}>"
    message["References"] = "<0@lamson.example.vn>"
    message["Authentication-Results"] = f"mx.example.vn; dmarc=pass header.from={sender.rpartition('@')[2]}"
    return message


def sending(context: AppContext, port: int, later: timedelta = timedelta()) -> AppContext:
    """Return the context some time later, with a server on a port of this machine that takes mail."""
    account = MailAccount(SmtpServer("127.0.0.1", port, "none"), OURS)
    return replace(context, mail=account, clock=lambda: NOW + later)

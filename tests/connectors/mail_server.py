"""A mailbox of pymap as a source of the tests."""

import asyncio
import itertools
import socket
import ssl
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import trustme
from imap_tools import MailBox
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

from domain.catalog.sources import SecretName, Source
from tests.connectors.cutting_proxy import CuttingProxy

USER, PASSWORD = "thu", "mật khẩu"
"""The account of every server."""


class MailServer:
    """A mailbox; a file is put there as the attachment of a mail of its own."""

    def __init__(self, proxy: CuttingProxy, entry: Source, mailbox: MailBox) -> None:
        """Put mails by this connection, which passes by the proxy."""
        self.proxy: CuttingProxy | None = proxy
        self._mailbox = mailbox
        self._entry = entry
        self._numbers = itertools.count(1)

    @property
    def mailbox(self) -> MailBox:
        """The connection of the test, which was told what others did meanwhile."""
        self._mailbox.client.noop()
        return self._mailbox

    def source(self) -> Source:
        """Return the entry of connectors.yaml for it."""
        return self._entry

    def put(self, path: str, data: bytes, at: datetime) -> None:
        """Deliver a file, as if then."""
        self.send(mail_with((path, data)), at)

    def send(self, message: EmailMessage, at: datetime) -> None:
        """Deliver a mail, as if then; it gets a Message-ID if it has none."""
        if "Message-ID" not in message:
            message["Message-ID"] = f"<{next(self._numbers)}@xa.example.vn>"
        self.mailbox.append(bytes(message), "INBOX", dt=at)

    def paths(self) -> list[str]:
        """Return the subjects of all mails there."""
        return sorted(message.subject for message in self.mailbox.fetch(mark_seen=False, headers_only=True))

    def given_path(self, listed: str) -> str:
        """Return the path of `put` of a file that is listed as this one: without the folder of its mail."""
        return listed.partition("/")[2]


def mail_with(*files: tuple[str, bytes], sender: str = "Xã Lâm Sơn <xa@lamson.example.vn>") -> EmailMessage:
    """Return a mail with these attachments."""
    message = EmailMessage()
    message["From"], message["Subject"] = sender, "Báo cáo tháng 5"
    message.set_content("Kính gửi huyện.")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


@contextmanager
def mailbox_at(port: int, authority: Path) -> Iterator[MailServer]:
    """Log in to the mail server of a port, and yield its mailbox as a source that is reached through a proxy."""
    proxy = CuttingProxy(port)
    mailbox = MailBox("127.0.0.1", port, ssl_context=ssl.create_default_context(cafile=authority))
    mailbox.client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    mailbox.login_utf8(USER, PASSWORD)
    address = f"imaps://127.0.0.1:{proxy.port}/INBOX"
    entry = Source("thư", "imap", address, user=USER, password=SecretName("MAIL_PW"), authority=authority.name)
    try:
        yield MailServer(proxy, entry, mailbox)
    finally:
        proxy.close()
        mailbox.client.shutdown()


@contextmanager
def imap_server(folder: Path) -> Iterator[MailServer]:
    """A mail server with one account; the authority of its certificate is in `ca.pem`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    conversations: list[object] = []

    async def listen() -> asyncio.Server:
        """Start the server."""
        backend, config = await DictBackend.init(
            Namespace(
                host=None,
                port=0,
                debug=False,
                cert=None,
                key=None,
                tls=False,
                proxy_protocol=None,
                passlib_cfg=None,
                demo_data=False,
                demo_user=USER,
                demo_password=PASSWORD,
            )
        )
        config.apply_context()
        talk = IMAPServer(backend.login, config)

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            """Talk to a client, in a task that is referred to: pymap's own is not, and Python 3.13 drops it."""
            conversations.append(asyncio.current_task())
            await talk(reader, writer, SocketInfo.get(writer, None, unique_id=b"test"))

        return await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)

    async def stop() -> None:
        """Close the server and its connections."""
        started.close()
        await cancel_rest()

    started = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    port = started.sockets[0].getsockname()[1]
    try:
        with mailbox_at(port, folder / "ca.pem") as server:
            yield server
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)


async def cancel_rest() -> None:
    """Cancel what else runs in the loop, and wait for its end."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)

"""Servers of every kind of source, started within the test's own process, each behind a proxy that counts and cuts."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import asyncssh
from cheroot.wsgi import Server as WsgiServer
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer
from wsgidav.wsgidav_app import WsgiDAVApp

from connectors.base import SourceAccess
from domain.catalog.sources import SecretName, Source
from flows.support.named_files import WORKBOOKS
from tests.connectors.cutting_proxy import CuttingProxy
from tests.connectors.mail_server import PASSWORD, USER, cancel_rest, imap_server

KEY = asyncssh.generate_private_key("ssh-ed25519")
"""The private key of the account."""
_ACCOUNT = "123456789012"


class SourceServer(Protocol):
    """A place of one kind of source, and what a test does there."""

    proxy: CuttingProxy | None

    def source(self) -> Source:
        """Return the entry of connectors.yaml for it."""

    def put(self, path: str, data: bytes, at: datetime) -> None:
        """Deliver a file, as if then."""

    def paths(self) -> list[str]:
        """Return the paths of all files there."""

    def given_path(self, listed: str) -> str:
        """Return the path of `put` of a file that is listed as this one."""


@dataclass
class FolderServer:
    """A folder of this machine."""

    root: Path
    entry: Source
    proxy: CuttingProxy | None = None
    passwords: list[str] = field(default_factory=list)
    """Passwords that the server was sent, where it notes them."""

    def source(self) -> Source:
        """Return the entry of connectors.yaml for it."""
        return self.entry

    def put(self, path: str, data: bytes, at: datetime) -> None:
        """Deliver a file, as if then."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        os.utime(target, (at.timestamp(), at.timestamp()))

    def paths(self) -> list[str]:
        """Return the paths of all files there."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())

    def given_path(self, listed: str) -> str:
        """Return the path of `put` of a file that is listed as this one."""
        return listed


class BucketServer:
    """A bucket of an object store; objects are put there at the present time."""

    def __init__(self, proxy: CuttingProxy, entry: Source) -> None:
        """Use the bucket `thu`."""
        self.proxy: CuttingProxy | None = proxy
        self._entry = entry
        self._backend = s3_backends[_ACCOUNT]["aws"]

    def source(self) -> Source:
        """Return the entry of connectors.yaml for it."""
        return self._entry

    def put(self, path: str, data: bytes, at: datetime) -> None:
        """Deliver a file, as if then."""
        self._backend.put_object("thu", f"nhan/{path}", data).last_modified = at.replace(tzinfo=None)

    def paths(self) -> list[str]:
        """Return the paths of all files there."""
        return sorted(key.removeprefix("nhan/") for key in self._backend.get_bucket("thu").keys)

    def given_path(self, listed: str) -> str:
        """Return the path of `put` of a file that is listed as this one."""
        return listed


def access_to(server: SourceServer, home: Path, **changes: object) -> SourceAccess:
    """Return what a connector needs of a server; `changes` are keys of its entry."""
    entry = server.source()
    values = {name: getattr(entry, name) for name in entry.__dataclass_fields__} | changes
    return SourceAccess(Source(**values), home, lambda _name: PASSWORD, WORKBOOKS)


@contextmanager
def folder_server(folder: Path) -> Iterator[SourceServer]:
    """A folder of this machine."""
    root = folder / "share"
    root.mkdir()
    yield FolderServer(root, Source("share", "folder", str(root)))


class _PasswordServer(asyncssh.SSHServer):
    """Knows one account; notes connections, and passwords that it was sent."""

    def __init__(self, notes: "_Notes") -> None:
        """Note there."""
        self._notes = notes

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Note a connection."""
        self._notes.connections.append(conn)

    def password_auth_supported(self) -> bool:
        """Return that passwords are accepted."""
        return True

    def public_key_auth_supported(self) -> bool:
        """Return that keys are accepted."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Return whether it is the account's."""
        return username == USER and key.public_data == KEY.public_data

    def validate_password(self, username: str, password: str) -> bool:
        """Return whether it is the account's."""
        self._notes.passwords.append(password)
        return (username, password) == (USER, PASSWORD)


@dataclass
class _Notes:
    connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)


@contextmanager
def sftp_server(folder: Path) -> Iterator[SourceServer]:
    """An SFTP server; its host key is in `known_hosts`."""
    root = folder / "served" / "nhan"
    root.mkdir(parents=True)
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    notes = _Notes()

    async def listen() -> asyncssh.SSHAcceptor:
        """Start the server."""
        return await asyncssh.create_server(
            lambda: _PasswordServer(notes),
            "127.0.0.1",
            0,
            server_host_keys=[host_key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder / "served").encode()),
        )

    async def stop() -> None:
        """Close the server and its connections."""
        acceptor.close()
        for connection in notes.connections:
            connection.abort()
        await acceptor.wait_closed()
        await cancel_rest()

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    proxy = CuttingProxy(acceptor.get_port())
    line = f"[127.0.0.1]:{proxy.port} {host_key.export_public_key().decode()}"
    (folder / "known_hosts").write_text(line, "ascii")
    try:
        yield FolderServer(
            root,
            Source(
                "so",
                "sftp",
                f"sftp://127.0.0.1:{proxy.port}/nhan",
                user=USER,
                password=SecretName("SFTP_PW"),
                known_hosts="known_hosts",
            ),
            proxy,
            notes.passwords,
        )
    finally:
        proxy.close()
        asyncio.run_coroutine_threadsafe(stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)


@contextmanager
def webdav_server(folder: Path) -> Iterator[SourceServer]:
    """A WebDAV server with one account."""
    root = folder / "served" / "nhan"
    root.mkdir(parents=True)
    accounts = {USER: {"password": PASSWORD}}
    application = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder / "served")},
            "simple_dc": {"user_mapping": {"*": accounts}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = WsgiServer(("127.0.0.1", 0), application, numthreads=2)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    proxy = CuttingProxy(server.bind_addr[1])
    entry = Source("mây", "webdav", f"http://127.0.0.1:{proxy.port}/nhan", user=USER, password=SecretName("DAV_PW"))
    try:
        yield FolderServer(root, entry, proxy)
    finally:
        proxy.close()
        server.stop()


@contextmanager
def s3_server(folder: Path) -> Iterator[SourceServer]:  # noqa: ARG001 -- it keeps objects in memory
    """An object store with an empty bucket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    proxy = CuttingProxy(server.get_host_and_port()[1])
    s3_backends[_ACCOUNT]["aws"].create_bucket("thu", "us-east-1")
    endpoint = f"http://127.0.0.1:{proxy.port}"
    entry = Source("kho", "s3", "s3://thu/nhan", user=USER, password=SecretName("S3_KEY"), endpoint=endpoint)
    try:
        yield BucketServer(proxy, entry)
    finally:
        proxy.close()
        server.stop()
        s3_backends[_ACCOUNT]["aws"].reset()


SERVERS = {"folder": folder_server, "sftp": sftp_server, "webdav": webdav_server, "s3": s3_server, "imap": imap_server}
"""Servers by the kind of source that they are for."""

"""Connector for a folder of an SFTP server whose host key is known."""

from contextlib import suppress
from typing import ClassVar
from urllib.parse import unquote, urlsplit

import asyncssh
from fsspec import AbstractFileSystem
from fsspec.asyn import sync
from sshfs import SSHFileSystem

from connectors.base import SourceRefusedError
from connectors.sources.file_tree import RemoteTreeConnector

_SECONDS = 60
_SSH_PORT = 22


class SftpConnector(RemoteTreeConnector):
    """A folder of an SFTP server, opened with the account, the secrets and the host key that the source names."""

    library_errors: ClassVar[tuple[type[Exception], ...]] = (asyncssh.Error,)

    def connect(self) -> tuple[AbstractFileSystem, str]:
        """Log in, unless the server has another host key than the named file says."""
        source, address = self.source, urlsplit(self.source.address)
        known_hosts = self.access.path(source.known_hosts or "")
        if not known_hosts.is_file():
            raise SourceRefusedError(
                self.name,
                f"there is no file of host keys {known_hosts}",
                "Write the line of ssh-keyscan into it, once the server's administrator has confirmed the key.",
            )
        fs = SSHFileSystem(
            address.hostname,
            port=address.port or _SSH_PORT,
            username=source.user,
            password=self.access.password(),
            client_keys=self._keys(),
            known_hosts=str(known_hosts),
            # Nothing of the account that runs us: neither its keys nor its agent nor its settings.
            agent_path=None,
            config=None,
            # A name in an old Vietnamese code page does not stop the listing.
            sftp_client_kwargs={"path_errors": "surrogateescape"},
            timeout=_SECONDS,
            login_timeout=_SECONDS,
            keepalive_interval=_SECONDS / 4,
            skip_instance_cache=True,
        )
        return fs, unquote(address.path) or "."

    def move(self, fs: AbstractFileSystem, address: str, target: str) -> None:
        """Rename a file, by SFTP's own request, which replaces nothing."""
        # Not fs.mv: where the server lacks an extension, it copies by a shell and removes even what it could not copy.
        sync(fs.loop, _rename, fs.client, address, target)

    def write(self, fs: AbstractFileSystem, draft: str, address: str, data: bytes) -> None:
        """Write a file under a temporary name, and rename it."""
        fs.pipe_file(draft, data)
        sync(fs.loop, _replace, fs.client, draft, address)

    def refuses(self, error: Exception) -> bool:
        """Return whether the account or the host key is wrong."""
        return isinstance(error, (PermissionError, asyncssh.HostKeyNotVerifiable))

    def _keys(self) -> list[asyncssh.SSHKey] | None:
        if self.source.key is None:
            return None
        try:
            return [asyncssh.import_private_key(self.access.read_secret(self.source.key))]
        except asyncssh.KeyImportError as error:
            raise SourceRefusedError(
                self.name, f"{self.source.key} is no private key ({error})", "Name one without a passphrase."
            ) from error


async def _rename(client: asyncssh.SSHClientConnection, address: str, target: str) -> None:
    """Rename a file of the server."""
    async with client.start_sftp_client() as sftp:
        await sftp.rename(address, target)


async def _replace(client: asyncssh.SSHClientConnection, draft: str, address: str) -> None:
    """Rename a file of the server over what has its name; where the server cannot, that is removed first."""
    async with client.start_sftp_client() as sftp:
        try:
            await sftp.posix_rename(draft, address)
        except asyncssh.SFTPOpUnsupported:
            with suppress(asyncssh.SFTPNoSuchFile):
                await sftp.remove(address)
            await sftp.rename(draft, address)


CONNECTOR = SftpConnector

"""Connector for a WebDAV folder, as Nextcloud and ownCloud have them."""

import ssl
from http import HTTPStatus
from typing import ClassVar
from urllib.parse import quote, urlsplit

import httpx
from fsspec import AbstractFileSystem
from webdav4.client import Client, ClientError, ForbiddenOperation, HTTPError
from webdav4.fsspec import WebdavFileSystem

from connectors.sources.file_tree import RemoteTreeConnector

_SECONDS = 60
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class _Client(Client):  # type: ignore[misc] # webdav4 has no types
    """Sends any name: webdav4 leaves `%`, `?` and `#` as they are, which mean something else in an address."""

    def join_url(self, path: str, add_trailing_slash: bool = False) -> httpx.URL:  # noqa: FBT001, FBT002 -- webdav4's
        """Return the address of a path."""
        result: httpx.URL = super().join_url(quote(path), add_trailing_slash)
        return result


class WebdavConnector(RemoteTreeConnector):
    """A folder of a WebDAV server; its certificate is checked."""

    library_errors: ClassVar[tuple[type[Exception], ...]] = (ClientError, httpx.HTTPError)

    def connect(self) -> tuple[AbstractFileSystem, str]:
        """Return the file system; each request makes or takes a connection."""
        source = self.source
        authority = self.access.path(source.authority) if source.authority else None
        is_encrypted = urlsplit(source.address).scheme == "https"
        client = _Client(
            source.address,
            auth=(source.user or "", self.access.password() or ""),
            verify=ssl.create_default_context(cafile=authority) if is_encrypted else True,
            timeout=_SECONDS,
            trust_env=False,
        )
        fs = WebdavFileSystem(source.address, client=client, skip_instance_cache=True)
        return fs, ""

    def move(self, fs: AbstractFileSystem, address: str, target: str) -> None:
        """Move a file by one request, which replaces nothing."""
        # Not fs.mv, which copies and removes.
        fs.client.move(address, target, overwrite=False)

    def write(self, fs: AbstractFileSystem, draft: str, address: str, data: bytes) -> None:
        """Write a file under a temporary name, and move it by one request over what has its name."""
        fs.pipe_file(draft, data)
        fs.client.move(draft, address, overwrite=True)

    def refuses(self, error: Exception) -> bool:
        """Return whether the account is wrong or may not do this."""
        status = error.status_code if isinstance(error, HTTPError) else None
        return isinstance(error, (PermissionError, ForbiddenOperation)) or status in _REFUSED


CONNECTOR = WebdavConnector

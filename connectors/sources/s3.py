"""Connector for a bucket of an object store: Amazon S3 or one that speaks its protocol, such as MinIO."""

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlsplit

import aiohttp
from botocore.exceptions import BotoCoreError
from fsspec import AbstractFileSystem
from s3fs import S3FileSystem

from connectors.sources.file_tree import RemoteTreeConnector

_SECONDS = 60
_TRIES = 2
"""Of a request; collecting is tried again as a whole."""
_LIMITS = {"connect_timeout": _SECONDS, "read_timeout": _SECONDS, "retries": {"total_max_attempts": _TRIES}}


class S3Connector(RemoteTreeConnector):
    """The objects of a bucket below a prefix.

    They are never moved: a store copies and removes, and what replaced an object in between would be removed unread.
    """

    library_errors: ClassVar[tuple[type[Exception], ...]] = (BotoCoreError, aiohttp.ClientError)

    def connect(self) -> tuple[AbstractFileSystem, str]:
        """Return the file system; each request makes or takes a connection."""
        source, address = self.source, urlsplit(self.source.address)
        fs = S3FileSystem(
            key=source.user,
            secret=self.access.password(),
            endpoint_url=source.endpoint,
            client_kwargs={"verify": str(self.access.path(source.authority))} if source.authority else {},
            config_kwargs={
                "connect_timeout": _SECONDS,
                "read_timeout": _SECONDS,
                "retries": {"total_max_attempts": _TRIES},
            },
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        fs.retries = _TRIES
        return fs, f"{address.netloc}{address.path}"

    def exists(self, fs: AbstractFileSystem, root: str) -> bool:
        """Return whether the bucket exists; a prefix without objects is an empty folder."""
        bucket = root.partition("/")[0]
        try:
            fs.call_s3("head_bucket", Bucket=bucket)
        except FileNotFoundError:
            return False
        return True

    def entries(self, fs: AbstractFileSystem, folder: str) -> Iterable[dict[str, Any]]:
        """Return all objects below a prefix: a thousand a request, however many folders their keys look like."""
        objects = fs.find(folder, detail=True).values()
        own = tuple(f"{folder}/{name}/" for name in self._own_folders)
        return (_rounded(info) for info in objects if info["type"] == "file" and not info["name"].startswith(own))

    def write(self, fs: AbstractFileSystem, draft: str, address: str, data: bytes) -> None:  # noqa: ARG002 -- needs none
        """Put an object, which appears whole."""
        fs.pipe_file(address, data)


def _rounded(info: dict[str, Any]) -> dict[str, Any]:
    """Return facts of an object without fractions of a second, which a listing may have and the object itself not."""
    return {**info, "LastModified": info["LastModified"].replace(microsecond=0)}


CONNECTOR = S3Connector

"""Connector for what communes sent by the upload page: files in folders of their unit, link and receipt."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from connectors.base import RemoteFile, SourceAccess
from connectors.sources.filesystem import FilesystemConnector
from domain.authorisations import UPLOAD, sender_of
from domain.catalog.sources import After, Source

# A number of eight digits is not read as a commune's code, which has five; a receipt has no digits at all.
_PATH: Final = re.compile(r"\w+/link-(?P<link>\d{8,})/(?P<receipt>[A-Z-]+)/[^/]+")


def upload_source(folder: str) -> Source:
    """Return the source of uploads in a folder; a file is whole as soon as it has its name."""
    return Source(name=UPLOAD, kind=UPLOAD, address=folder, after=After.MOVED, quiet_seconds=0)


def upload_path(unit: str, link: int, receipt: str, file_name: str) -> PurePosixPath:
    """Return the path of a file in the source: the unit's folder states the unit, as folders of an inbox do."""
    return PurePosixPath(unit, f"link-{link:08d}", receipt, file_name)


def receipt_of(path: str) -> str | None:
    """Return the receipt's number of a file at a path of the source; None: the upload page did not lay it there."""
    match = _PATH.fullmatch(path)
    return match["receipt"] if match else None


class UploadConnector(FilesystemConnector):
    """The folder of uploads; the sender of a file is the link by which it was sent."""

    def list(self, cursor: str | None = None) -> Iterator[RemoteFile]:
        """List the files, each with its link; one that a person laid there has none."""
        for file in super().list(cursor):
            match = _PATH.fullmatch(file.path)
            yield replace(file, sender=sender_of(int(match["link"])) if match else None)

    def settle(self, file: RemoteFile) -> None:
        """Move the file, and remove its receipt's folder, which no other file comes into; see `Connector.settle`."""
        super().settle(file)
        with suppress(OSError):  # a person laid something there
            (Path(self.url) / file.path).parent.rmdir()


def _open(access: SourceAccess) -> UploadConnector:
    return UploadConnector(access.source.name, access.source.address, access.source)


CONNECTOR = _open

"""Registry of connectors: what each kind of source needs, and the module whose `CONNECTOR` opens it."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from connectors.base import Connector, ExtraMissingError, SourceAccess
from domain.authorisations import UPLOAD
from domain.catalog.sources import After, ReplyWay, SourceKind

FOLDER: Final = "folder"
KINDS: Final[Mapping[str, SourceKind]] = {
    FOLDER: SourceKind(
        module="connectors.sources.filesystem",
        example="/srv/share/reports",
        after=(After.LEFT, After.MOVED),
        replied_by=ReplyWay.FILES,
    ),
    "sftp": SourceKind(
        module="connectors.sources.sftp",
        example="sftp://sftp.example.vn/reports",
        extra="sftp",
        schemes=("sftp",),
        needs=("user", "known_hosts"),
        needs_any=("key", "password"),
        after=(After.LEFT, After.MOVED),
        replied_by=ReplyWay.FILES,
    ),
    "webdav": SourceKind(
        module="connectors.sources.webdav",
        example="https://cloud.example.vn/remote.php/dav/files/reports",
        extra="webdav",
        schemes=("https", "http"),
        needs=("user", "password"),
        takes=("authority",),
        after=(After.LEFT, After.MOVED),
        replied_by=ReplyWay.FILES,
    ),
    "s3": SourceKind(
        module="connectors.sources.s3",
        example="s3://bucket/reports",
        extra="s3",
        schemes=("s3",),
        needs=("user", "password"),
        takes=("endpoint", "authority"),
        replied_by=ReplyWay.FILES,
    ),
    "imap": SourceKind(
        module="connectors.sources.imap",
        example="imaps://mail.example.vn/INBOX",
        extra="mail",
        schemes=("imaps",),
        needs=("user", "password"),
        takes=("authority", "trusted_server"),
        after=(After.LEFT, After.FLAGGED, After.MOVED),
        replied_by=ReplyWay.MAIL,
    ),
}
"""Kinds of sources, by the word that `kind:` of connectors.yaml has."""

_OWN: Final = {UPLOAD: SourceKind(module="connectors.sources.upload", example="uploads", after=(After.MOVED,))}
"""Kinds of sources that an installation has by itself and connectors.yaml does not describe."""


def open_source(access: SourceAccess) -> Connector:
    """Return the connector of a source; it is not accessed yet.

    Raises:
        ExtraMissingError: the libraries of its kind are not installed.
    """
    source, kind = access.source, {**KINDS, **_OWN}[access.source.kind]
    try:
        connect: Callable[[SourceAccess], Connector] = import_module(kind.module).CONNECTOR
    except ModuleNotFoundError as error:
        if kind.extra is None:
            raise
        raise ExtraMissingError(source.name, source.kind, kind.extra) from error
    return connect(access)

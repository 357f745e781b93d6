"""Collect: land and record every new file."""

import logging
from collections.abc import Iterator
from pathlib import PurePosixPath

from connectors.base import (
    Connector,
    FileChangedError,
    FileUnreadableError,
    RemoteFile,
    SourceUnavailableError,
    UnsafePathError,
)
from domain.errors import TransientError
from flows.support.context import AppContext
from warehouse.store.engine import reading, transaction
from warehouse.submissions.submissions import Arrival, known_fingerprints, receive

_LOG = logging.getLogger(__name__)


class NotAllCollectedError(TransientError):
    """Some files or sources could not be read now; everything else was collected."""

    def __init__(self, left: tuple[str, ...]) -> None:
        """Keep what was not collected and why."""
        self.left = left
        super().__init__("not everything was collected: " + " ".join(left))


def collect(context: AppContext, run_id: str) -> tuple[str, ...]:
    """Fetch, land and record every file that was not collected before.

    Returns:
        What could not be fetched and why, where a retry would not help.

    Raises:
        NotAllCollectedError: something could not be fetched now (a file still being written, a silent source).
        SourceMissingError: a source does not exist.
    """
    try_later: list[str] = []
    hopeless: list[str] = []
    for connector in context.connectors:
        for file in _new_files(context, connector, try_later):
            try:
                digest = context.landing.land_chunks(connector.fetch(file))
            except FileChangedError as error:
                try_later.append(str(error))
            except (FileUnreadableError, UnsafePathError) as error:
                hopeless.append(str(error))
            else:
                # Landed before it is received: the bytes of whatever the warehouse names exist.
                _take(context, file, digest, run_id)
    if try_later:
        raise NotAllCollectedError((*try_later, *hopeless))
    return tuple(hopeless)


def has_arrivals(context: AppContext) -> bool:
    """Whether any source has a new file, or does not answer now.

    Raises:
        SourceMissingError: a source does not exist.
    """
    silent: list[str] = []
    result = any(True for connector in context.connectors for _ in _new_files(context, connector, silent))
    return result or bool(silent)


def _new_files(context: AppContext, connector: Connector, try_later: list[str]) -> Iterator[RemoteFile]:
    with reading(context.engine) as session:
        known = known_fingerprints(session, connector.name)
    try:
        for file in connector.list():
            if file.fingerprint not in known:
                yield file
    except SourceUnavailableError as error:
        try_later.append(str(error))


def _take(context: AppContext, file: RemoteFile, digest: str, run_id: str) -> None:
    path = _checked_name(file.path)
    arrival = Arrival(
        connector=file.connector,
        path=path,
        fingerprint=file.fingerprint,
        file_name=PurePosixPath(path).name,
        sha256=digest,
        size=file.size,
        delivered_at=file.delivered_at,
        landed_at=context.clock(),
        sender=file.sender,
    )
    with transaction(context.engine) as session:
        submission = receive(session, arrival, run_id)
    # File names and senders are only in the warehouse, under this id: more people may read a log.
    _LOG.info("received %s by way of %s", digest, file.connector, extra={"submission": submission})


def _checked_name(path: str) -> str:
    """The path as text that any database keeps: bytes that are no UTF-8 (old code pages) are written as escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "")

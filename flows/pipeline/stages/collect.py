"""Collect: land and record every new file."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath

from connectors.base import (
    Connector,
    FileChangedError,
    FileCutShortError,
    FileTooLargeError,
    FileUnreadableError,
    RemoteFile,
    SourceMissingError,
    SourceRefusedError,
    SourceUnavailableError,
    UnsafePathError,
)
from domain.batches import batched
from domain.catalog.sources import After
from domain.errors import TransientError
from flows.support.context import AppContext
from warehouse.store.engine import reading, transaction
from warehouse.submissions.submissions import (
    Arrival,
    cursor_of,
    keep_cursor,
    known_files,
    known_fingerprints,
    receive,
    receive_new,
    requeue_unrivalled,
)
from workbooks.container.completeness import is_cut_short
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile, Reader

_LOG = logging.getLogger(__name__)

_FIRST_FILES = 100
"""Most files that are landed at first: few, so that reading begins soon."""


class NotAllCollectedError(TransientError):
    """Some files or sources could not be read now; everything else was collected."""

    def __init__(self, left: tuple[str, ...]) -> None:
        """Keep what was not collected and why."""
        self.left = left
        super().__init__("not everything was collected: " + " ".join(left))


@dataclass(frozen=True, slots=True)
class _Landed:
    """A file whose bytes are landed, and their sha256."""

    file: RemoteFile
    digest: str


class Collection:
    """The collection of one run, which may take several tries: what is left for the next run stays left."""

    def __init__(self, context: AppContext, run_id: str, reader: Reader | None = None) -> None:
        """Collect from the sources of the context; the reader may begin with files while others land."""
        self._context, self._run_id, self._reader = context, run_id, reader
        self._cut_short: set[str] = set()
        self._try_later: list[str] = []
        self._hopeless: list[str] = []
        self._taken = Counter[str]()

    def collect(self) -> tuple[str, ...]:
        """Fetch, land and record every file that was not collected before.

        Where more files of known bytes arrive than are delivered at once, these are a restored share: they are
        recorded, and no submission is made of them. Files refused for want of an order are queued once they are alone.

        Returns:
            What is left and why, where a retry would not help.

        Raises:
            NotAllCollectedError: something could not be fetched now (a file still being written, a silent source).
            SourceMissingError: the only source does not exist.
        """
        self._try_later, self._hopeless = [], []
        repeated: list[_Landed] = []
        present: dict[str, frozenset[str]] = {}
        listed: list[tuple[Connector, list[RemoteFile]]] = []
        for connector in self._context.connectors:
            files, is_whole = self._list(connector)
            if is_whole:
                listed.append((connector, files))
            new = self._within_limit(connector, list(_new_files(self._context, connector, files)))
            if self._reader is not None:
                self._reader.expect(len(new))
            first = new[: min(_FIRST_FILES, self._context.batch_size)]
            for batch in (*batched(first, _FIRST_FILES), *batched(new[len(first) :], self._context.batch_size)):
                # Landed before it is received: what the warehouse knows of is always there.
                landed = self._land(connector, batch)
                again = self._receive_unknown_files(landed)
                repeated += again
                self._read_ahead([each for each in landed if each not in again])
            if is_whole and connector.cursor(()) is None:
                present[connector.name] = frozenset(_checked_name(file.path) for file in files)
        restored = len(repeated) > self._context.known_files_at_once
        self._receive(repeated, restored=restored)
        with transaction(self._context.engine) as session:
            requeue_unrivalled(session, present)
        for connector, files in listed:
            self._settle(connector, files)
        if self._try_later:
            raise NotAllCollectedError((*self._try_later, *self._hopeless))
        return tuple(self._hopeless)

    def _list(self, connector: Connector) -> tuple[list[RemoteFile], bool]:
        """Return the files of a source, and whether these are all of them."""
        files: list[RemoteFile] = []
        try:
            files.extend(connector.list(cursor_position(self._context, connector)))
        except SourceUnavailableError as error:
            self._try_later.append(str(error))
            return files, False
        except (SourceMissingError, SourceRefusedError) as error:
            _raise_alone(self._context, error)
            self._hopeless.append(str(error))
            return files, False
        return files, True

    def _within_limit(self, connector: Connector, files: list[RemoteFile]) -> list[RemoteFile]:
        """Return the files that a run takes of a source."""
        limit = connector.source.limits.files_per_run
        if limit is not None and self._taken[connector.name] + len(files) > limit:
            taken = files[: limit - self._taken[connector.name]]
            waiting = len(files) - len(taken)
            self._hopeless.append(
                f"{waiting} files of {connector.name} wait for the next run (files_per_run: {limit})."
            )
            files = taken
        self._taken[connector.name] += len(files)
        return files

    def _settle(self, connector: Connector, files: Sequence[RemoteFile]) -> None:
        """Do at the source what becomes of landed files, a killed run's too, and keep where the next listing begins.

        That listing has the files which did not land, and those whose source did not answer now.
        """
        settles = connector.source.after is not After.LEFT and self._context.settles_sources
        if not settles and connector.cursor(()) is None:
            return
        with reading(self._context.engine) as session:
            known = known_fingerprints(session, connector.name)
        landed = [file for file in files if file.fingerprint in known]
        left = [file for file in files if file.fingerprint not in known]
        for file in landed if settles else ():
            try:
                connector.settle(file)
            except (FileChangedError, SourceUnavailableError) as error:
                self._try_later.append(str(error))
                left.append(file)
            except SourceRefusedError as error:
                self._hopeless.append(str(error))
                left.append(file)
        _keep_cursor(self._context, connector, left)

    def _land(self, connector: Connector, files: Sequence[RemoteFile]) -> list[_Landed]:
        fetched: list[_Landed] = []
        with self._context.landing.batch() as batch:
            for file in files:
                if _is_restless(self._context, connector, file):
                    self._try_later.append(str(FileChangedError(file.path)))
                    continue
                try:
                    _require_size(connector, file)
                    fetched.append(_Landed(file, batch.add(connector.fetch(file))))
                except (FileChangedError, SourceUnavailableError) as error:
                    self._try_later.append(str(error))
                except (FileTooLargeError, FileUnreadableError, SourceRefusedError, UnsafePathError) as error:
                    self._hopeless.append(str(error))
        waiting = [each for each in fetched if self._waits(each.digest, is_new=each.digest in batch.new)]
        self._hopeless += [str(FileCutShortError(each.file.path)) for each in waiting]
        return [each for each in fetched if each not in waiting]

    def _waits(self, digest: str, *, is_new: bool) -> bool:
        """Whether a file looks as if the rest of it were still to come, and was never seen by an earlier run."""
        if is_new and self._context.quiet_seconds and is_cut_short(self._context.landing.path_of(digest)):
            self._cut_short.add(digest)
        return digest in self._cut_short

    def _receive_unknown_files(self, landed: Sequence[_Landed]) -> list[_Landed]:
        """Receive the files of bytes that never arrived before, and return the others."""
        with transaction(self._context.engine) as session:
            known = known_files(session, {each.digest for each in landed})
            unknown = [each for each in landed if each.digest not in known]
            received = receive_new(session, [self._arrival(each) for each in unknown], self._run_id)
        self._log(unknown, received)
        return [each for each in landed if each.digest in known]

    def _read_ahead(self, landed: Sequence[_Landed]) -> None:
        """Have files read from now on."""
        if self._reader is not None and landed:
            named = [(each.digest, PurePosixPath(_checked_name(each.file.path))) for each in landed]
            path_of = self._context.landing.path_of
            self._reader.read_ahead(
                [LandedFile(path_of(digest), Hints(path.name, path.parts[:-1])) for digest, path in named]
            )

    def _receive(self, files: Sequence[_Landed], *, restored: bool) -> None:
        with transaction(self._context.engine) as session:
            received = [receive(session, self._arrival(landed), self._run_id, restored=restored) for landed in files]
        self._log(files, received)

    def _log(self, files: Sequence[_Landed], submissions: Sequence[int]) -> None:
        # File names and senders are only in the warehouse, under these ids: more people may read a log.
        for connector in sorted({each.file.connector for each in files}):
            pairs = [pair for pair in zip(files, submissions, strict=True) if pair[0].file.connector == connector]
            facts = {"submissions": {number: landed.digest for landed, number in pairs}}
            _LOG.info("received %s files by way of %s", len(pairs), connector, extra=facts)

    def _arrival(self, landed: _Landed) -> Arrival:
        file, path = landed.file, _checked_name(landed.file.path)
        return Arrival(
            connector=file.connector,
            path=path,
            fingerprint=file.fingerprint,
            file_name=PurePosixPath(path).name,
            sha256=landed.digest,
            size=file.size,
            delivered_at=file.delivered_at,
            landed_at=self._context.clock(),
            sender=file.sender,
            automatic=file.automatic,
            mail=file.mail,
        )


def has_arrivals(context: AppContext) -> bool:
    """Whether any source has a new file that is no longer being copied, or does not answer now.

    Raises:
        SourceMissingError: the only source does not exist.
    """
    for connector in context.connectors:
        try:
            listed = list(connector.list(cursor_position(context, connector)))
        except SourceUnavailableError:
            return True
        except (SourceMissingError, SourceRefusedError) as error:
            _raise_alone(context, error)
            continue  # the nightly run names it
        if any(_may_be_fetched(context, connector, file) for file in _new_files(context, connector, listed)):
            return True
        if not unknown_files(context, connector, listed):
            _keep_cursor(context, connector, ())  # mails without workbooks are not looked at each time
    return False


def _raise_alone(context: AppContext, error: SourceMissingError | SourceRefusedError) -> None:
    """Raise that a source is missing where there is no other: a run without any would report all units as silent."""
    if isinstance(error, SourceMissingError) and len(context.connectors) == 1:
        raise error


def cursor_position(context: AppContext, connector: Connector) -> str | None:
    """Return where the listing of a source begins; None: at its beginning."""
    with reading(context.engine) as session:
        return cursor_of(session, connector.name)


def _keep_cursor(context: AppContext, connector: Connector, left: Sequence[RemoteFile]) -> None:
    """Keep where the next listing of a source begins that keeps a cursor."""
    position = connector.cursor(left)
    if position is not None:
        with transaction(context.engine) as session:
            keep_cursor(session, connector.name, position, context.clock())


def _new_files(context: AppContext, connector: Connector, files: Iterable[RemoteFile]) -> Iterator[RemoteFile]:
    """Return the deliveries among files that did not land before."""
    return (file for file in unknown_files(context, connector, files) if file.is_delivery)


def unknown_files(context: AppContext, connector: Connector, files: Iterable[RemoteFile]) -> Sequence[RemoteFile]:
    """Return those of a source's files that neither landed nor were handled before."""
    with reading(context.engine) as session:
        known = known_fingerprints(session, connector.name)
    return [file for file in files if file.fingerprint not in known]


def _is_restless(context: AppContext, connector: Connector, file: RemoteFile) -> bool:
    """Whether a file was touched so lately that it may still be copied; a time yet to come says nothing."""
    stated = connector.source.quiet_seconds
    quiet = timedelta(seconds=context.quiet_seconds if stated is None else stated)
    return timedelta() <= context.clock() - file.delivered_at < quiet


def _may_be_fetched(context: AppContext, connector: Connector, file: RemoteFile) -> bool:
    limit = connector.source.limits.bytes_per_file
    return not _is_restless(context, connector, file) and (limit is None or file.size <= limit)


def _require_size(connector: Connector, file: RemoteFile) -> None:
    limit = connector.source.limits.bytes_per_file
    if limit is not None and file.size > limit:
        raise FileTooLargeError(file.path, file.size, limit)


def _checked_name(path: str) -> str:
    """The path as text that any database keeps: bytes that are no UTF-8 (old code pages) are written as escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "")

"""Base of connectors for files in folders behind any fsspec file system."""

import logging
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, ClassVar, cast

from fsspec import AbstractFileSystem

from connectors.base import (
    Connector,
    FileChangedError,
    FileUnreadableError,
    RemoteFile,
    ReplyNotWrittenError,
    SourceAccess,
    SourceMissingError,
    SourceRefusedError,
    SourceUnavailableError,
    UnsafePathError,
)
from domain.catalog.sources import REPLIES_FOLDER, After, RepliesGo, Source

_LOG = logging.getLogger(__name__)
_CHUNK_BYTES = 1 << 20
_TIME_KEYS = ("mtime", "LastModified", "last_modified", "modified", "created")
_LEFT_BY_PROGRAMS = frozenset({"thumbs.db", "desktop.ini"})


class FileTreeConnector(Connector):
    """A folder with all its subfolders. Links, hidden files and Excel's `~$` lock files are skipped."""

    is_remote: ClassVar[bool] = False
    """Whether another machine has the files, so that a failure is one of the connection unless it says otherwise."""
    library_errors: ClassVar[tuple[type[Exception], ...]] = ()
    """What the library of a kind raises beyond `OSError`."""

    def __init__(self, source: Source) -> None:
        """Use the source; it is not accessed yet."""
        self.source = source
        self._connected: tuple[AbstractFileSystem, str] | None = None

    @property
    def _failures(self) -> tuple[type[Exception], ...]:
        return (OSError, *self.library_errors)

    @property
    def _own_folders(self) -> frozenset[str]:
        """Folders at the top that hold no deliveries."""
        moved = {self.source.moved_to} if self.source.after is After.MOVED else set()
        replies = {REPLIES_FOLDER} if self.source.replies is RepliesGo.RETURNED else set()
        return frozenset(moved | replies)

    @abstractmethod
    def connect(self) -> tuple[AbstractFileSystem, str]:
        """Return the file system and the folder's path in it; a connection may be made later.

        Raises:
            SourceRefusedError: it cannot be used.
        """

    def list(self, cursor: str | None = None) -> Iterator[RemoteFile]:  # noqa: ARG002 -- all files, each time
        """List the files below the folder, by path; see `Connector.list`."""
        failed: dict[str, str] = {}
        try:
            fs, root = self._connection()
            fs.invalidate_cache()
            exists = self.exists(fs, root)
        except self._failures as error:
            raise self._failure(error) from error
        if not exists:
            raise SourceMissingError(self.source.address)
        for info in self._walk(fs, root, failed):
            file = self._as_file(root, info)
            if file is not None:
                yield file
        if failed:
            self._connected = None
            reasons = "; ".join(f"{folder}: {why}" for folder, why in failed.items())
            raise SourceUnavailableError(self.source.address, reasons)

    def fetch(self, file: RemoteFile) -> Iterator[bytes]:
        """Yield the file's bytes in chunks; see `Connector.fetch`."""
        size = 0
        try:
            fs, root = self._connection()
            address = self.checked_address(fs, root, file.path)
            with fs.open(address, "rb") as opened:
                while size <= file.size and (chunk := opened.read(_CHUNK_BYTES)):
                    size += len(chunk)
                    yield chunk
            after = self._info(fs, root, address)
        except FileNotFoundError as error:
            raise FileChangedError(file.path) from error
        except self._failures as error:
            if self._is_cut(error):
                raise self._failure(error) from error
            raise FileUnreadableError(file.path, _reason(error)) from error
        if after is None or after.fingerprint != file.fingerprint or size != file.size:
            raise FileChangedError(file.path)

    def settle(self, file: RemoteFile) -> None:
        """Move the file into the folder of those that have landed; see `Connector.settle`.

        What took its place since it was fetched goes back to where it was and is fetched as a new file.
        """
        target = f"{self.source.moved_to}/{file.path}"
        try:
            fs, root = self._connection()
            address = self.checked_address(fs, root, file.path)
            present = self._info(fs, root, address)
            if present is None or present.fingerprint != file.fingerprint:
                raise FileChangedError(file.path)
            moved = f"{root}/{target}"
            if fs.exists(moved):
                stem, dot, suffix = moved.rpartition(".")
                moved = f"{stem}.{file.fingerprint[:12]}{dot}{suffix}"
            fs.makedirs(moved.rpartition("/")[0], exist_ok=True)
            self.move(fs, address, moved)
            after = self._info(fs, root, moved)
            if after is None or (after.size, after.delivered_at) != (file.size, file.delivered_at):
                self.move(fs, moved, address)
                raise FileChangedError(file.path)
        except FileNotFoundError:
            return  # a person took it away: it has landed
        except self._failures as error:
            raise self._failure(error) from error

    def give(self, path: str, data: bytes) -> None:
        """Write a file of a reply; see `Connector.give`."""
        failures: tuple[type[Exception], ...] = (SourceRefusedError, *self._failures)
        try:
            fs, root = self._connection()
            address = self.checked_address(fs, root, f"{REPLIES_FOLDER}/{path}")
            folder, _, name = address.rpartition("/")
            draft = self.checked_address(fs, root, f"{REPLIES_FOLDER}/{path.removesuffix(name)}.{name}.new")
            fs.makedirs(folder, exist_ok=True)
            self.write(fs, draft, address, data)
        except failures as error:
            self._connected = None
            raise ReplyNotWrittenError(self.name, _reason(error)) from error

    def write(self, fs: AbstractFileSystem, draft: str, address: str, data: bytes) -> None:
        """Write a file under a temporary name, and give it its own, in one step, whatever has that."""
        fs.pipe_file(draft, data)
        fs.mv(draft, address)

    def exists(self, fs: AbstractFileSystem, root: str) -> bool:
        """Return whether the folder exists."""
        # Not fs.exists, to which whatever fails is missing.
        try:
            fs.info(root)
        except FileNotFoundError:
            return False
        return True

    def entries(self, fs: AbstractFileSystem, folder: str) -> Iterable[dict[str, Any]]:
        """Return what lies in a folder."""
        return cast("list[dict[str, Any]]", fs.ls(folder, detail=True))

    def move(self, fs: AbstractFileSystem, address: str, target: str) -> None:
        """Move a file within the file system, in one step, to where nothing is."""
        fs.mv(address, target)

    def refuses(self, error: Exception) -> bool:
        """Return whether an error says that the other side refuses the account or is not what it should be."""
        return self.is_remote and isinstance(error, PermissionError)

    def checked_address(self, fs: AbstractFileSystem, root: str, path: str) -> str:  # noqa: ARG002 -- of local files
        """Return a file's address in the file system.

        Raises:
            UnsafePathError: it leads out of the folder.
        """
        if not path or path.startswith("/") or ".." in PurePosixPath(path).parts or "\0" in path:
            raise UnsafePathError(path)
        return f"{root}/{path}"

    def _connection(self) -> tuple[AbstractFileSystem, str]:
        if self._connected is None:
            fs, root = self.connect()
            self._connected = fs, root.rstrip("/")
        return self._connected

    def _is_cut(self, error: Exception) -> bool:
        """Return whether an error says that the connection was cut, not that this one file cannot be read."""
        if self.is_remote:
            return not self.refuses(error)
        return isinstance(error, (ConnectionError, TimeoutError))

    def _failure(self, error: Exception) -> SourceRefusedError | SourceUnavailableError:
        """Return our error for a connection that failed; the next use makes a new one."""
        self._connected = None
        if self.refuses(error):
            remedy = "Check its address, account and secrets in connectors.yaml with whoever runs it."
            return SourceRefusedError(self.name, _reason(error), remedy)
        return SourceUnavailableError(self.source.address, _reason(error))

    def _info(self, fs: AbstractFileSystem, root: str, address: str) -> RemoteFile | None:
        fs.invalidate_cache()
        return self._as_file(root, fs.info(address))

    def _walk(self, fs: AbstractFileSystem, folder: str, failed: dict[str, str]) -> Iterator[dict[str, Any]]:
        # Not fs.walk, which silently skips folders that it cannot list.
        try:
            entries = sorted(self.entries(fs, folder), key=lambda info: str(info["name"]))
        except FileNotFoundError:
            return  # moved away since its parent was listed
        except self._failures as error:
            failed[folder] = _reason(error)
            return
        for info in entries:
            if info["type"] != "directory":
                yield info
            elif not self._is_skipped_folder(folder, PurePosixPath(info["name"]).name):
                yield from self._walk(fs, info["name"].rstrip("/"), failed)

    def _is_skipped_folder(self, parent: str, name: str) -> bool:
        """Return whether a folder is hidden, or holds what was moved after it had landed, or replies."""
        is_top = self._connected is not None and parent == self._connected[1]
        return name.startswith(".") or (is_top and name in self._own_folders)

    def _as_file(self, root: str, info: dict[str, Any]) -> RemoteFile | None:
        path = str(info["name"]).removeprefix(root).lstrip("/")
        reason = _reason_to_skip(path, info)
        if reason:
            _LOG.info("not a delivery: %s/%s (%s)", self.source.address, path, reason)
            return None
        delivered_at = _delivered_at(info)
        return RemoteFile(
            connector=self.name,
            path=path,
            size=int(info["size"] or 0),
            delivered_at=delivered_at,
            sender=None,
            fingerprint=_fingerprint(path, info, delivered_at),
        )


class RemoteTreeConnector(FileTreeConnector):
    """A folder on another machine, opened with the address, the account and the secrets of its source."""

    is_remote: ClassVar[bool] = True

    def __init__(self, access: SourceAccess) -> None:
        """Use the source; it is not accessed yet."""
        super().__init__(access.source)
        self.access = access


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _reason_to_skip(path: str, info: dict[str, Any]) -> str | None:
    name = PurePosixPath(path).name
    if info["type"] != "file" or info.get("islink"):
        return "a link or a device, not a file"
    if ".." in PurePosixPath(path).parts:
        return "its name leads out of the folder"
    if name.startswith("~$"):
        return "the lock file of a workbook that is open in Excel"
    if any(part.startswith(".") for part in PurePosixPath(path).parts) or name.casefold() in _LEFT_BY_PROGRAMS:
        return "hidden, or left by a program"
    return None


def _delivered_at(info: dict[str, Any]) -> datetime:
    moment = next((info[key] for key in _TIME_KEYS if info.get(key) is not None), 0)
    if isinstance(moment, datetime):
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(moment, str):
        return datetime.fromisoformat(moment).astimezone(UTC)
    return datetime.fromtimestamp(moment, UTC)


def _fingerprint(path: str, info: dict[str, Any], delivered_at: datetime) -> str:
    facts = (path, str(info["size"]), delivered_at.isoformat(), _version(info))
    return sha256("\0".join(facts).encode("utf-8", "surrogateescape")).hexdigest()


def _version(info: dict[str, Any]) -> str:
    return str(next((info[key] for key in ("ETag", "checksum", "etag") if info.get(key)), ""))

"""Connector for the files of a folder, local or behind any fsspec URL."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from connectors.base import (
    FileChangedError,
    FileUnreadableError,
    RemoteFile,
    SourceMissingError,
    SourceUnavailableError,
    UnsafePathError,
)

_LOG = logging.getLogger(__name__)
_CHUNK_BYTES = 1 << 20
_TIME_KEYS = ("mtime", "LastModified", "last_modified", "modified", "created")
_LEFT_BY_PROGRAMS = frozenset({"thumbs.db", "desktop.ini"})


class FilesystemConnector:
    """A folder with all its subfolders. Links, hidden files and Excel's `~$` lock files are skipped."""

    def __init__(self, name: str, url: str) -> None:
        """Use `url`, a local path or an fsspec URL (`sftp://…`, `s3://…`); it is not accessed yet."""
        self.name = name
        self.url = url
        if "://" in url:
            self._fs, self._root = url_to_fs(url)
        else:
            self._fs, self._root = LocalFileSystem(), str(Path(url).absolute())
        self._root = self._root.rstrip("/")

    def list(self) -> Iterator[RemoteFile]:
        """List the files below the folder, by path; see `Connector.list`."""
        self._fs.invalidate_cache()
        if not self._fs.exists(self._root):
            raise SourceMissingError(self.url)
        failed: dict[str, str] = {}
        for info in _walk(self._fs, self._root, failed):
            file = self._as_file(info)
            if file is not None:
                yield file
        if failed:
            raise SourceUnavailableError(self.url, "; ".join(f"{folder}: {why}" for folder, why in failed.items()))

    def fetch(self, file: RemoteFile) -> Iterator[bytes]:
        """Yield the file's bytes in chunks; see `Connector.fetch`."""
        address = self._address(file.path)
        size = 0
        try:
            with self._fs.open(address, "rb") as opened:
                while size <= file.size and (chunk := opened.read(_CHUNK_BYTES)):
                    size += len(chunk)
                    yield chunk
            self._fs.invalidate_cache()
            after = self._as_file(self._fs.info(address))
        except FileNotFoundError as error:
            raise FileChangedError(file.path) from error
        except OSError as error:
            raise FileUnreadableError(file.path, error.strerror or str(error)) from error
        if after is None or after.fingerprint != file.fingerprint or size != file.size:
            raise FileChangedError(file.path)

    def _as_file(self, info: dict[str, Any]) -> RemoteFile | None:
        path = str(info["name"]).removeprefix(self._root).lstrip("/")
        reason = _reason_to_skip(path, info)
        if reason:
            _LOG.info("not a delivery: %s/%s (%s)", self.url, path, reason)
            return None
        delivered_at = _delivered_at(info)
        return RemoteFile(
            connector=self.name,
            path=path,
            size=int(info["size"]),
            delivered_at=delivered_at,
            sender=None,
            fingerprint=_fingerprint(path, info, delivered_at),
        )

    def _address(self, path: str) -> str:
        if not path or path.startswith("/") or ".." in PurePosixPath(path).parts or "\0" in path:
            raise UnsafePathError(path)
        address = f"{self._root}/{path}"
        # A folder of the path may have been replaced by a link since it was listed.
        if isinstance(self._fs, LocalFileSystem):
            root = Path(self._root).resolve()
            if Path(address).resolve() != root / path:
                raise UnsafePathError(path)
        return address


def _walk(fs: AbstractFileSystem, folder: str, failed: dict[str, str]) -> Iterator[dict[str, Any]]:
    # Not fs.walk, which silently skips folders that it cannot list.
    try:
        entries = sorted(fs.ls(folder, detail=True), key=lambda info: str(info["name"]))
    except FileNotFoundError:
        return  # moved away since its parent was listed
    except OSError as error:
        failed[folder] = error.strerror or str(error)
        return
    for info in entries:
        if info["type"] != "directory":
            yield info
        elif not PurePosixPath(info["name"]).name.startswith("."):
            yield from _walk(fs, info["name"].rstrip("/"), failed)


def _reason_to_skip(path: str, info: dict[str, Any]) -> str | None:
    name = PurePosixPath(path).name
    if info["type"] != "file" or info.get("islink"):
        return "a link or a device, not a file"
    if ".." in PurePosixPath(path).parts:
        return "its name leads out of the folder"
    if name.startswith("~$"):
        return "the lock file of a workbook that is open in Excel"
    if name.startswith(".") or name.casefold() in _LEFT_BY_PROGRAMS:
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
    facts = (path, str(info["size"]), delivered_at.isoformat(), str(info.get("ETag") or info.get("checksum") or ""))
    return sha256("\0".join(facts).encode("utf-8", "surrogateescape")).hexdigest()


CONNECTOR = FilesystemConnector

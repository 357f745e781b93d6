"""Connector for the files of a folder: on this machine, on a mounted share or in a synchronised drive."""

from dataclasses import replace
from pathlib import Path, PurePosixPath

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from connectors.base import SourceAccess, SourceRefusedError, UnsafePathError
from connectors.sources.file_tree import FileTreeConnector
from connectors.syncing import write_through
from domain.catalog.sources import Source

_NEVER_THROUGH_FSSPEC = frozenset({"sftp", "ssh"})


class FilesystemConnector(FileTreeConnector):
    """A folder with all its subfolders. Links, hidden files and Excel's `~$` lock files are skipped."""

    def __init__(self, name: str, url: str, source: Source | None = None) -> None:
        """Use `url`, a local path or the URL of a file system that fsspec knows; it is not accessed yet."""
        super().__init__(source or Source(name=name, kind="folder", address=url))
        self.url = url

    def connect(self) -> tuple[AbstractFileSystem, str]:
        """Return the file system and the folder's path in it.

        Raises:
            SourceRefusedError: the URL's kind of place has to be described in connectors.yaml.
        """
        scheme, mark, _ = self.url.partition("://")
        if not mark:
            return LocalFileSystem(), str(Path(self.url).absolute())
        remedy = "TONGHOP_INBOX is for folders: describe other places in connectors.yaml (tonghop connectors add)."
        if scheme in _NEVER_THROUGH_FSSPEC:
            raise SourceRefusedError(self.name, f"{scheme}:// would accept any host key", remedy)
        try:
            fs, root = url_to_fs(self.url)
        except (ImportError, TypeError, ValueError) as error:  # TypeError: it takes more than a URL
            raise SourceRefusedError(self.name, f"{scheme}:// cannot be opened ({error})", remedy) from error
        return fs, root

    def checked_address(self, fs: AbstractFileSystem, root: str, path: str) -> str:
        """Return a file's address, unless a folder of its path was replaced by a link since it was listed."""
        address = super().checked_address(fs, root, path)
        if isinstance(fs, LocalFileSystem):
            parts = PurePosixPath(path).parts
            if any(Path(root, *parts[:count]).is_symlink() for count in range(1, len(parts) + 1)):
                raise UnsafePathError(path)
        return address

    def write(self, fs: AbstractFileSystem, draft: str, address: str, data: bytes) -> None:
        """Write a file under a temporary name, bring it to disk, and rename it over what has its name."""
        if not isinstance(fs, LocalFileSystem):
            super().write(fs, draft, address, data)
            return
        write_through(Path(draft), data)
        Path(draft).replace(address)


def _open(access: SourceAccess) -> FilesystemConnector:
    source = access.source
    address = source.address if "://" in source.address else str(access.path(source.address))
    return FilesystemConnector(source.name, address, replace(source, address=address))


CONNECTOR = _open

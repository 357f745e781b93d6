"""Published files as readers address them, in stores whose links the system does not follow by itself."""

from pathlib import PurePosixPath
from typing import Final

from domain.stores.store import Store, StoredFolder
from publishing.storage.site_folder import SHOWN, SiteFolder

_DATA: Final = "data"
_MOST_FOLDERS: Final = 2_000


class PublishedFiles:
    """The files of a store of published reports, by the addresses that they have in a published folder.

    Folders never change, so they are remembered.
    """

    def __init__(self, store: Store) -> None:
        """Read from this store."""
        self._store = store
        self._folders: dict[str, StoredFolder] = {}

    def read(self, path: str) -> bytes:
        """Return a file.

        Raises:
            FileNotFoundError: there is none.
            OSError: the storage failed.
        """
        folder, rest = self._place(path)
        try:
            return self._read(folder, rest)
        except FileNotFoundError:
            self._folders.clear()  # what is remembered may have been replaced, and made again with other files
            return self._read(folder, rest)

    def _place(self, path: str) -> tuple[str, str]:
        """Return the folder that readers of a path see now, and what of the path is within it."""
        first, _, rest = path.partition("/")
        if first in SHOWN:
            link, rest = SiteFolder.LINK, path
        elif first == _DATA:
            link = _DATA
        else:
            second, _, rest = rest.partition("/")
            link = f"{first}/{second}"
        target = self._store.target(link)
        if target is None or not rest:
            raise FileNotFoundError(path)
        return target, rest

    def _read(self, folder: str, name: str) -> bytes:
        """Return a file of a folder, or of those that its links lead to."""
        files = self._folder(folder)
        for above in reversed(PurePosixPath(name).parents[:-1]):
            if target := files.linked(str(above)):
                return self._read(target, str(PurePosixPath(name).relative_to(above)))
        return files.read(name)

    def _folder(self, path: str) -> StoredFolder:
        if path not in self._folders:
            folder = self._store.folder(path)
            if folder is None:
                raise FileNotFoundError(path)
            if len(self._folders) == _MOST_FOLDERS:
                self._folders.clear()
            self._folders[path] = folder
        return self._folders[path]

"""A copy of the catalogue for each test that breaks something in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalogs import copy_small


class RestoredFolder:
    """A folder whose files are put back as they were; writing them all for each test takes ten times as long."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for path in self._files:
            os.utime(path, (0, 0))

    def restore(self) -> None:
        """Write again what was changed or removed, and remove what was added."""
        unchanged: set[Path] = set()
        for path in [path for path in self.folder.rglob("*") if path.is_symlink() or path.is_file()]:
            if path in self._files and not path.is_symlink() and path.stat().st_mtime_ns == 0:
                unchanged.add(path)
            else:
                path.unlink()
        for path in self._files.keys() - unchanged:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._files[path])
            os.utime(path, (0, 0))


@pytest.fixture(scope="session")
def restored_catalog(tmp_path_factory: pytest.TempPathFactory) -> RestoredFolder:
    """A catalogue with the units of few provinces that is restored after each test."""
    return RestoredFolder(copy_small(tmp_path_factory.mktemp("restored") / "catalog"))


@pytest.fixture
def root(restored_catalog: RestoredFolder) -> Iterator[Path]:
    """A catalogue with the units of few provinces, free to be broken."""
    yield restored_catalog.folder
    restored_catalog.restore()

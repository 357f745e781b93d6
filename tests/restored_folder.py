"""Folders that tests change and that are put back as they were, where a copy for each test takes ten times as long."""

import os
from pathlib import Path


class RestoredFolder:
    """A folder with the content of all its files; a changed file is known by the time of its change."""

    def __init__(self, folder: Path) -> None:
        """Read all files."""
        self.path = folder
        files = [path for path in folder.rglob("*") if path.is_file()]
        self._files = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}

    def restore(self) -> None:
        """Write again what was changed or removed, and remove files that were added."""
        unchanged: set[Path] = set()
        for path in [path for path in self.path.rglob("*") if path.is_symlink() or path.is_file()]:
            known = self._files.get(path)
            if known is not None and not path.is_symlink() and path.stat().st_mtime_ns == known[0]:
                unchanged.add(path)
            else:
                path.unlink()
        for path in self._files.keys() - unchanged:
            moment, content = self._files[path]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, ns=(moment, moment))

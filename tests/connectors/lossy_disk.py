"""A disk that forgets at a power cut what was not brought to it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch


class PowerCutError(BaseException):
    """The power is cut: nothing of the program runs any more."""


class LossyDisk:
    """Records what is synced; `cut_after` syncs and renames the power is cut, None: it is not."""

    def __init__(self, cut_after: int | None = None) -> None:
        """Nothing is on disk yet."""
        self.steps = 0
        self._cut_after = cut_after
        self._contents: set[int] = set()
        self._names: set[Path] = set()
        self._fsync, self._replace = os.fsync, Path.replace

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Watch the syncs and renames of this process within the block, to the power cut if there is one."""

        def replace(old: Path, new: Path) -> Path:
            self._step()
            return self._replace(old, new)

        with suppress(PowerCutError), patch.object(os, "fsync", self._record), patch.object(Path, "replace", replace):
            yield

    def forget(self, root: Path) -> None:
        """Lose below `root` each name whose folder was not synced, and each content that was not."""
        for path in sorted(root.rglob("*"), reverse=True):
            if path.is_dir():
                continue
            way = [path, *(each for each in path.parents if root in each.parents)]
            if not self._names.issuperset(way):
                path.unlink()
            elif path.stat().st_ino not in self._contents:
                path.write_bytes(b"")

    def _record(self, handle: int) -> None:
        self._step()
        self._fsync(handle)
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            self._names.update(Path(f"/proc/self/fd/{handle}").resolve().iterdir())
        else:
            self._contents.add(status.st_ino)

    def _step(self) -> None:
        self.steps += 1
        if self._cut_after is not None and self.steps > self._cut_after:
            raise PowerCutError

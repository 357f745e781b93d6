"""Bytes and names brought to disk, so that they survive a power cut; the one place for all that land or publish."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path
from typing import Final, TypeVar

_AT_ONCE: Final = 8
_MANY: Final = 1_000
"""Paths from which on a whole file system is synced: the site of a country has tens of thousands."""

StrPath = str | PathLike[str]
T = TypeVar("T")


def sync(path: StrPath) -> None:
    """Wait until a file's bytes, or the names in a folder, are on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(paths: Iterable[StrPath]) -> None:
    """Wait until many files' bytes, or names in many folders of one file system, are on disk.

    A disk takes several at once, and very many by a single call.
    """
    waiting = list(paths)
    if len(waiting) >= _MANY and _sync_file_system(waiting[0]):
        return
    several_at_once(sync, waiting)


def several_at_once(wait: Callable[[T], object], items: Sequence[T]) -> None:
    """Wait for the disk once for each item, in a few threads that have their shares from the beginning."""
    if len(items) == 1:
        wait(items[0])  # starting a thread would take longer than all else
        return
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        shares = (items[first::_AT_ONCE] for first in range(min(_AT_ONCE, len(items))))
        list(threads.map(lambda share: list(map(wait, share)), shares))


def _sync_file_system(path: StrPath) -> bool:
    """Wait until all that was written to the file system of a path is on disk; False: that cannot be relied on.

    Linux does so for its own file systems on disks, and reports what it could not write. Those without a device (of a
    network, in memory) may not pass the wish on to where the bytes are.
    """
    import ctypes  # noqa: PLC0415 # few runs need it

    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)  # Python has no function for it
    if call is None or not os.major(Path(path).stat().st_dev):
        return False
    handle = os.open(path, os.O_RDONLY)
    try:
        if call(handle):
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error), str(path))
    finally:
        os.close(handle)
    return True


def write_file(path: str, data: bytes) -> None:
    """Write a file, as `Path.write_bytes` does in twice the time."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        written = os.write(handle, data)
        while written < len(data):  # the disk is full, or a signal came
            written += os.write(handle, data[written:])
    finally:
        os.close(handle)


def write_through(path: Path, data: bytes) -> None:
    """Write a file and wait until its bytes are on disk; its name is once its folder is synced."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())

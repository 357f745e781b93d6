"""Damage a SQLite file as a failing disk does."""

from pathlib import Path
from typing import Final

_PAGE: Final = 4096


def damage(file: Path, begin: float = 0.5, end: float = 1.0) -> None:
    """Overwrite whole pages between two places of the file (0: its begin, 1: its end), which keeps its length."""
    content = bytearray(file.read_bytes())
    pages = len(content) // _PAGE
    first, last = int(pages * begin) * _PAGE, int(pages * end) * _PAGE
    content[first:last] = b"\xa5" * (last - first)
    file.write_bytes(content)

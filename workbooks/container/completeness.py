"""Whether a file is whole: copying it to a share may have been interrupted."""

import struct
import zipfile
from pathlib import Path
from typing import BinaryIO, Final

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_HEADER_BYTES: Final = 512
_LISTED_SECTORS: Final = 109
"""Sectors of the allocation table that the header of a compound file lists itself."""
_FREE: Final = 0xFFFFFFFA
"""Sector numbers from here on are marks, not sectors."""


def is_cut_short(path: Path) -> bool:
    """Return whether a file is empty or its end is missing: a workbook of today or of old Excel names its own parts."""
    with path.open("rb") as file:
        start = file.read(_OLE_HEADER_BYTES)
        if not start:
            return True
        if start.startswith(_ZIP):
            # The directory of the archive is written last.
            return not zipfile.is_zipfile(file)
        return start.startswith(_OLE) and _lacks_sectors(start, file)


def _lacks_sectors(header: bytes, file: BinaryIO) -> bool:
    if len(header) < _OLE_HEADER_BYTES:
        return True
    (shift,) = struct.unpack_from("<H", header, 30)
    named = struct.unpack_from(f"<{_LISTED_SECTORS}I", header, 76)
    directory = struct.unpack_from("<I", header, 48)
    last = max((int(sector) for sector in (*named, *directory) if sector < _FREE), default=0)
    return file.seek(0, 2) < (last + 1) << int(shift)

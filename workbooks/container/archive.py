"""Zip archive of a workbook, opened under limits and read part by part."""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from workbooks.cells.guards import Limits, refusal

_END_RECORD = b"PK\x05\x06"
_END_RECORD_SIZE = 22
_LOCAL_HEADER_SIZE = 30
_LONGEST_COMMENT = 0xFFFF
_CHUNK = 1 << 16
_CHECK_RATIO_FROM = 1 << 20
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,  # no stub, an exception that zipfile raises for compression methods that it does not know
    ValueError,
    OSError,
)
"""Exceptions that zipfile raises on damaged archives."""

PackedPart = tuple[str, int, int, int, bytes, bytes, bytes]
"""What decides how a part unpacks: its entry in the directory, its own header, its compressed bytes."""


class Archive:
    """An archive whose directory passed the limits; part names are matched regardless of case.

    Sizes and ratios are judged of the parts that are opened: pictures and attachments never are.
    """

    def __init__(self, archive: zipfile.ZipFile, data: bytes, limits: Limits) -> None:
        """Index the parts."""
        self.limits = limits
        self.file = archive
        self._data = data
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._repeated: set[str] = set()
        self._opened: dict[str, int] = {}
        for info in archive.infolist():
            key = _key(info.filename)
            if key in self._parts:
                self._repeated.add(key)
            self._parts[key] = info

    def __contains__(self, part: str) -> bool:
        return _key(part) in self._parts

    def admit(self, part: str) -> zipfile.ZipInfo:
        """Return the entry of a part that is to be opened, after checking it against the limits.

        Raises:
            RefusedError: the part is missing, is listed twice, is locked or beyond the limits.
        """
        key = _key(part)
        info = self._parts.get(key)
        if info is None:
            raise refusal("part_missing", part=part)
        if key in self._repeated:
            raise refusal("zip_duplicate_part", part=info.filename)
        _check_part(info, self.limits)
        self._opened[key] = info.file_size
        total = sum(self._opened.values())
        if total > self.limits.total_size:
            raise refusal("zip_too_large", size=total >> 20, limit=self.limits.total_size >> 20)
        return info

    def packed(self, part: str) -> PackedPart:
        """Return a part as it lies in the archive, without the times of its header: equal ones unpack to equal bytes.

        Raises:
            RefusedError: as `admit`.
        """
        info = self.admit(part)
        header = self._data[info.header_offset : info.header_offset + _LOCAL_HEADER_SIZE]
        begin = info.header_offset + _LOCAL_HEADER_SIZE
        name_and_extra = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        content = self._data[begin : begin + name_and_extra + info.compress_size]
        return info.orig_filename, info.CRC, info.file_size, info.flag_bits, header[:10], header[14:], content

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the bytes of a part, 64 KiB at a time; the checksum is verified at the end.

        Raises:
            RefusedError: the part is missing, damaged or beyond the limits.
        """
        info = self.admit(part)
        try:
            stream = self.file.open(info)
        except BROKEN as error:
            raise refusal("zip_damaged", part=part) from error
        with stream:
            while chunk := _read(stream, part):
                yield chunk


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").casefold()


def _read(stream: IO[bytes], part: str) -> bytes:
    try:
        return stream.read(_CHUNK)
    except BROKEN as error:
        raise refusal("zip_damaged", part=part) from error


def open_archive(data: bytes, limits: Limits) -> Archive:
    """Open an archive after checking its directory against the limits; nothing is unpacked yet.

    Raises:
        RefusedError: truncated, damaged, or with more parts than the limits allow.
    """
    _check_end_record(data, limits)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as error:
        raise refusal("zip_damaged", part="zip") from error
    infos = archive.infolist()
    if len(infos) > limits.parts:
        raise refusal("zip_too_many_parts", count=len(infos), limit=limits.parts)
    _check_apart(infos, archive.start_dir)
    return Archive(archive, data, limits)


def _check_end_record(data: bytes, limits: Limits) -> None:
    """Check the end record first: reading a directory of 200,000 entries alone takes two seconds."""
    position = data.rfind(_END_RECORD, max(0, len(data) - _LONGEST_COMMENT - _END_RECORD_SIZE))
    if position < 0 or position + _END_RECORD_SIZE > len(data):
        raise refusal("zip_truncated")
    count, directory_size = struct.unpack("<HL", data[position + 10 : position + 16])
    # Part names have a few dozen letters; a directory above 1 KiB per part holds more parts than the record states.
    if count > limits.parts or directory_size > limits.parts << 10:
        raise refusal("zip_too_many_parts", count=count, limit=limits.parts)


def _check_apart(infos: list[zipfile.ZipInfo], directory: int) -> None:
    """Refuse overlapping parts: no program writes them, and they let a small file hold thousands of large parts."""
    begins = sorted((info.header_offset, info.compress_size, info.filename) for info in infos)
    ends = [offset for offset, _, _ in begins[1:]] + [directory]
    for (offset, size, name), end in zip(begins, ends, strict=True):
        if offset + _LOCAL_HEADER_SIZE + size > end:
            raise refusal("zip_damaged", part=name)


def _check_part(info: zipfile.ZipInfo, limits: Limits) -> None:
    if info.flag_bits & 1:
        raise refusal("zip_password")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise refusal("zip_damaged", part=info.filename)
    if info.file_size > limits.part_size:
        raise refusal("zip_part_too_large", part=info.filename, size=info.file_size >> 20, limit=limits.part_size >> 20)
    if info.file_size > _CHECK_RATIO_FROM and info.file_size > limits.pack_ratio * max(1, info.compress_size):
        raise refusal("zip_bomb", part=info.filename, ratio=info.file_size // max(1, info.compress_size))


def resolve(part: str, target: str) -> str:
    """Return the part that a relation of `part` targets: absolute from the root, or relative to the part's folder."""
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))

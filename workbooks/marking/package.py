"""Package of a workbook, edited part by part: untouched parts are copied with their compressed bytes."""

import io
import struct
import zipfile
from collections.abc import Iterator
from copy import copy

from lxml import etree

from domain.errors import TerminalError
from workbooks.cells.guards import Limits, RefusedError
from workbooks.container.archive import BROKEN, Archive, open_archive

_LOCAL_HEADER = struct.Struct("<26xHH")
_LOCAL_HEADER_SIZE = 30
_HAS_DESCRIPTOR = 0x08
_QUICK = 1  # compression took a tenth of the marking time, and the recompressed parts are small
_EARLIEST = (1980, 1, 1, 0, 0, 0)

Xml = etree._Element  # noqa: SLF001 - lxml has no public name for the element type


class CannotAnnotateError(TerminalError):
    """A file cannot carry marks; `result_workbook` reports its issues instead."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(f"the file cannot carry marks: {reason}")


class Package:
    """The parts of a workbook; names are matched regardless of case, as spreadsheet programs do."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Open a package that has passed the guards before.

        Raises:
            RefusedError: it does not pass them.
        """
        self.archive: Archive = open_archive(data, limits)
        self.limits = limits
        self._data = data
        self._zip = self.archive.file
        self._infos = {_key(info.filename): info for info in self._zip.infolist()}
        self._written: dict[str, tuple[str, bytes]] = {}
        self._trees: dict[str, Xml] = {}
        self._edited: set[str] = set()
        self._removed: set[str] = set()

    def __contains__(self, part: str) -> bool:
        """Return whether the part exists now."""
        key = _key(part)
        return key in self._written or (key in self._infos and key not in self._removed)

    @property
    def names(self) -> Iterator[str]:
        """Yield the names of the existing parts."""
        yield from (info.filename for key, info in self._infos.items() if key not in self._removed)
        yield from (name for key, (name, _) in self._written.items() if key not in self._infos)

    def read(self, part: str) -> bytes:
        """Return the current bytes of a part.

        Raises:
            CannotAnnotateError: the part is missing or damaged.
        """
        key = _key(part)
        if key in self._edited:
            return _serialised(self._trees[key])
        if key in self._written:
            return self._written[key][1]
        if key not in self._infos or key in self._removed:
            raise CannotAnnotateError(f"{part} is missing")
        try:
            return self._zip.read(self.archive.admit(part))
        except RefusedError as refused:
            raise CannotAnnotateError(f"{part}: {refused.issue.code}") from refused
        except BROKEN as error:
            raise CannotAnnotateError(f"{part} is damaged") from error

    def write(self, part: str, content: bytes) -> None:
        """Set the bytes of a part; a new part is appended."""
        key = _key(part)
        self._trees.pop(key, None)
        self._edited.discard(key)
        self._removed.discard(key)
        self._written[key] = self._infos[key].filename if key in self._infos else part, content

    def remove(self, part: str) -> None:
        """Remove a part, if it exists."""
        key = _key(part)
        self._written.pop(key, None)
        self._trees.pop(key, None)
        self._edited.discard(key)
        self._removed.add(key)

    def tree(self, part: str) -> Xml:
        """Return the markup of a part, for reading.

        Raises:
            CannotAnnotateError: it is no markup, or declares a document type.
        """
        key = _key(part)
        if key not in self._trees:
            self._trees[key] = parse_markup(self.read(part), part)
        return self._trees[key]

    def edit(self, part: str) -> Xml:
        """Return the markup of a part, for editing: the part is serialised from it."""
        root = self.tree(part)
        key = _key(part)
        self._written.setdefault(key, (self._infos[key].filename if key in self._infos else part, b""))
        self._edited.add(key)
        return root

    def unused(self, pattern: str) -> str:
        """Return the first unused part name of a pattern ("xl/commentsTH{}.xml"): without a number, then with one.

        Patterns differ from the names programs use, since dangling relations must not resolve to a part added here.
        """
        numbers = ("", *range(1, self.limits.parts + 2))
        return next(name for number in numbers if (name := pattern.format(number)) not in self)

    def save(self) -> bytes:
        """Return the package: untouched parts in order and as compressed, new parts appended."""
        kept = [key for key in self._infos if key not in self._removed]
        added = [key for key in self._written if key not in self._infos]
        if len(kept) + len(added) > self.limits.parts:
            raise CannotAnnotateError("it has too many parts")
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
            for key in kept:
                info = self._infos[key]
                if key in self._written:
                    self._pack(target, info.filename, info.date_time)
                else:
                    self._copy(target, info)
            for key in added:
                self._pack(target, self._written[key][0], _EARLIEST)
        if buffer.tell() > self.limits.file_size:
            raise CannotAnnotateError("it would be too large")
        return buffer.getvalue()

    def _pack(self, target: zipfile.ZipFile, name: str, moment: tuple[int, int, int, int, int, int]) -> None:
        # The current time would make equal returns differ.
        target.writestr(zipfile.ZipInfo(name, moment), self.read(name), zipfile.ZIP_DEFLATED, compresslevel=_QUICK)

    def _copy(self, target: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        """Copy a part without decompressing it: zipfile writes the records, the compressed bytes are copied."""
        start = info.header_offset
        name_size, extra_size = _LOCAL_HEADER.unpack_from(self._data, start)
        begin = start + _LOCAL_HEADER_SIZE + name_size + extra_size
        twin = copy(info)
        twin.flag_bits &= ~_HAS_DESCRIPTOR  # sizes and checksum are in the header now
        twin.extra = b""
        stream = target.fp
        if stream is None:
            raise TypeError("the archive is closed")
        stream.seek(target.start_dir)
        twin.header_offset = stream.tell()
        stream.write(twin.FileHeader(zip64=False))
        stream.write(self._data[begin : begin + info.compress_size])
        target.filelist.append(twin)
        target.NameToInfo[twin.filename] = twin
        target.start_dir = stream.tell()
        target._didModify = True  # type: ignore[attr-defined] # noqa: SLF001 - otherwise the directory is not written


def parse_markup(content: bytes, part: str) -> Xml:
    """Return the root of a part's markup; no entities are resolved and nothing is fetched.

    Raises:
        CannotAnnotateError: it is no markup, or declares a document type.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise CannotAnnotateError(f"{part} is damaged") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise CannotAnnotateError(f"{part} declares a document type")
    return root


def _serialised(root: Xml) -> bytes:
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").casefold()

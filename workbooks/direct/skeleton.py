"""Skeleton of a workbook: everything that is read of its parts but the contents of cells and property values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from xml.parsers import expat

from workbooks.cells.stamp import CHECKS_SHEET
from workbooks.container.archive import Archive, PackedPart

TEXT, NUMBER, FORMULA_TEXT, EMPTY = b"text", b"n", b"str", b""
"""Types of contents; texts written into the cell and shared ones are not told apart."""

Content = tuple[bytes, bytes]
"""Type of a cell's content, and its text or number as it stands in the markup."""

BLANK: Content = (EMPTY, b"")
"""Content of a cell without any."""

PRESERVED = b"\0"
"""Begins the content of a shared text whose spaces are kept; no text of XML has this character."""

_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_CHECKS_SHEET = re.compile(rb'<sheet [^<>]*\bname="%s"[^<>]*>' % CHECKS_SHEET.encode())
_RELATION = re.compile(rb' r:id="([^"<>]+)"')
_TARGET = re.compile(rb"<Relationship [^<>]*>")
_PART = re.compile(rb' Target="(?:/xl/)?(worksheets/sheet[0-9]{1,2}\.xml)"')
_UNREAD_CHECKS = b"\0checks"
"""Stands for the part of the sheet of checks, which no other content can be taken for."""
_PROPERTIES = "docProps/custom.xml"
_STRINGS = "xl/sharedStrings.xml"
_SHEET = re.compile(r"xl/worksheets/sheet[0-9]{1,2}\.xml")
_READ = re.compile(r"xl/(?:workbook|styles)\.xml|\[Content_Types\]\.xml|.*\.rels")
_UNREAD = re.compile(
    r"docProps/(?:core|app)\.xml|xl/theme/theme[0-9]\.xml|xl/calcChain\.xml|xl/printerSettings/[^/]*\.bin"
)
_CELL = re.compile(
    rb'<c r="([A-Z]{1,2}[1-9][0-9]{0,3})"(?: s="([0-9]{1,4})")?(?: t="(n|s|str|inlineStr)")?'
    rb'(?:/>|>(?:<f(?: aca="false")?>([^<]*)</f>)?(?:(<v>)</v>|(<is><t><v>)</t></is>)?</c>)'
)
"""A cell whose value was taken out, with `<v>` before where it stood."""
_GROUPS = 7
_SHARED = b"s"
_END_OF_ROW = b"</row>"
_VALUE = re.compile(rb"<v>([^<]*)")
_STRING = re.compile(rb'<si><t( xml:space="preserve")?>([^<]*)</t></si>')
_PROPERTY_VALUE = re.compile(rb"(<vt:lpwstr(?: [^<>]*)?>)([^<]*)(?=</vt:lpwstr>)")
_ATTRIBUTES = rb'(?: [A-Za-z0-9:]+="[^"<&]*")*'
# What was selected last, where the windows were, and random identities of the copy: nothing of it is read.
# Each pattern begins with a word, which is sought first: that takes a tenth of the time.
_VIEWS = tuple(
    (word, re.compile(word + rest.replace(b"%", _ATTRIBUTES)))
    for word, rest in (
        (b"<sheetViews>", rb"<sheetView%(?:/>|>(?:<(?:pane|selection)%/>)*</sheetView>)</sheetViews>"),
        (b"<workbookView", rb"%/>"),
        (b"<xr:revisionPtr", rb"%/>"),
    )
)
_IDENTITY = re.compile(rb' xr:uid="\{[0-9A-Fa-f-]{36}\}"')
_DECLARATION = re.compile(
    rb"""(?:<\?xml version=["']1\.0["'] encoding=["'](?:utf|UTF)-8["'](?: standalone=["']yes["'])?\s*\?>)?"""
)

_ROWS_KEPT = 4096
_PARTS_KEPT = 64
"""Parts remembered in a process: styles, relations and guides are the same in file after file."""


class NotDirectError(Exception):
    """The file is not one that can be parsed directly; the reason is for benchmarks and tests."""


@dataclass(frozen=True, slots=True)
class SheetShape:
    """Markup of a sheet beside values: its digest, and its cells in file order.

    Of cells there are addresses, indices of styles and formulas. `valued` are the numbers of those with values, and the
    types of these.
    """

    part: str
    digest: bytes
    addresses: Sequence[bytes]
    styles: Sequence[bytes]
    formulas: Sequence[bytes]
    valued: Sequence[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class SheetCells:
    """Cells of a sheet: their shape and contents."""

    shape: SheetShape
    contents: Sequence[Content]


@dataclass(slots=True)
class SplitWorkbook:
    """A workbook taken apart; `skeleton` is the digest of all that is read of it beside contents and `properties`."""

    skeleton: bytes
    sheets: list[SheetCells]
    properties: list[bytes]


def split_workbook(archive: Archive) -> SplitWorkbook:
    """Take a workbook apart.

    Raises:
        NotDirectError: a part is unusual, or its markup is not what programs write for plain forms.
        RefusedError: the archive is damaged or beyond the limits.
    """
    names = sorted(info.filename for info in archive.file.infolist())
    read: list[bytes] = []
    strings: tuple[bytes, ...] = ()
    if _STRINGS in names:
        rest, strings = _split_strings(_content(archive, _STRINGS))
        read.append(rest)
    sheets: list[SheetCells] = []
    properties: list[bytes] = []
    checks = _checks_part(*(_content(archive, part) if part in archive else b"" for part in (_BOOK, _RELATIONS)))
    for name in names:
        read.append(name.encode())
        if name == checks:
            read.append(_UNREAD_CHECKS)
        elif _SHEET.fullmatch(name):
            sheets.append(_split_sheet(name, _content(archive, name), strings))
            read.append(sheets[-1].shape.digest)
        elif name == _PROPERTIES:
            chunks = _PROPERTY_VALUE.split(_content(archive, name))
            properties = chunks[2::3]
            read += (b"\0".join(chunks[0::3]), b"\0".join(chunks[1::3]))
        elif _READ.fullmatch(name):
            read.append(_digest_of(_content(archive, name)))
        elif name != _STRINGS and not _UNREAD.fullmatch(name):
            raise NotDirectError(name)
    return SplitWorkbook(_digest(read), sheets, properties)


@lru_cache(maxsize=_PARTS_KEPT)
def _checks_part(book: bytes, relations: bytes) -> str | None:
    """Return the part of the sheet by which a form judges itself, None of workbooks without it.

    It is not read, so it may hold anything. Which part it is follows from parts of the skeleton; a plan makes sure that
    the careful reader leaves out the same part.
    """
    sheet = _CHECKS_SHEET.search(book)
    relation = _RELATION.search(sheet[0]) if sheet is not None else None
    if relation is None:
        return None
    own = b' Id="%s"' % relation[1]
    targets = (match[0] for match in _TARGET.finditer(relations))
    part = next((_PART.search(target) for target in targets if own in target), None)
    return f"xl/{part[1].decode()}" if part is not None else None


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an archive; equal ones have equal content."""

    packed: PackedPart
    name: str = field(compare=False)
    archive: Archive = field(compare=False, repr=False)


def _content(archive: Archive, part: str) -> bytes:
    return _unpacked(_Part(archive.packed(part), part, archive))


@lru_cache(maxsize=_PARTS_KEPT)
def _unpacked(part: _Part) -> bytes:
    content = b"".join(part.archive.chunks(part.name))
    declaration = _DECLARATION.match(content)
    if declaration is None or content.find(b"<?", declaration.end()) >= 0 or b"<!" in content:
        raise NotDirectError(f"declarations or comments in {part.name}")
    return _without_views(content)


@lru_cache(maxsize=_PARTS_KEPT)
def _split_sheet(part: str, content: bytes, strings: tuple[bytes, ...]) -> SheetCells:
    """Return the cells of a sheet.

    Its values are taken out first: what is left is the same in file after file, so that its cells are known.
    """
    chunks = _VALUE.split(content.replace(b"<v/>", b"<v></v>").replace(b"<t>", b"<t><v>"))
    shape = _shape_of(part, b"<v>".join(chunks[0::2]))
    contents = [BLANK] * len(shape.addresses)
    for (number, kind), value in zip(shape.valued, chunks[1::2], strict=True):
        contents[number] = (TEXT, _shared(strings, value)) if kind == _SHARED else (kind, value)
    return SheetCells(shape, contents)


@lru_cache(maxsize=_PARTS_KEPT)
def _shape_of(part: str, markup: bytes) -> SheetShape:
    # Row by row: which cells are blank differs from file to file, but in few ways in each row.
    rows = zip(*map(_split_row, markup.split(_END_OF_ROW)), strict=True)
    rests, addresses, styles, formulas, kinds = ([*chain.from_iterable(row)] for row in rows)
    if len(set(addresses)) != len(addresses):
        raise NotDirectError(f"an address twice in {part}")
    valued = [(number, kind) for number, kind in enumerate(kinds) if kind]
    digest = _digest((_END_OF_ROW.join(rests), b" ".join(addresses), b" ".join(styles), b"\0".join(formulas)))
    return SheetShape(part, digest, addresses, styles, formulas, valued)


@lru_cache(maxsize=_ROWS_KEPT)
def _split_row(markup: bytes) -> tuple[list[bytes], ...]:
    """Return what is around the cells of a row, and their addresses, styles, formulas and types of values."""
    chunks = _CELL.split(markup)
    rest = b"\0".join(chunks[0::_GROUPS])
    if b"<c " in rest or b"<c>" in rest or b"<v>" in rest or b"AlternateContent" in rest:
        raise NotDirectError("unusual cells")
    kinds = [
        # Of two groups that exclude each other only None is the same: most cells are blank.
        b"" if value is inline else _kind_of(kind, is_inline=value is None)
        for kind, value, inline in zip(chunks[3::_GROUPS], chunks[5::_GROUPS], chunks[6::_GROUPS], strict=True)
    ]
    styles = [style or b"" for style in chunks[2::_GROUPS]]
    formulas = [b"" if formula is None else b"=" + formula for formula in chunks[4::_GROUPS]]
    return [rest], chunks[1::_GROUPS], styles, formulas, kinds


@lru_cache(maxsize=_PARTS_KEPT)
def _digest_of(content: bytes) -> bytes:
    return sha256(content).digest()


def _digest(contents: Sequence[bytes]) -> bytes:
    # Lengths keep two sequences of contents from giving one digest.
    lengths = b" ".join(b"%d" % len(content) for content in contents)
    return sha256(lengths + b"\0" + b"".join(contents)).digest()


def _kind_of(kind: bytes | None, *, is_inline: bool) -> bytes:
    if not is_inline:
        return kind or NUMBER
    if kind != b"inlineStr":
        raise NotDirectError("a text in a cell of another type")
    return TEXT


def _shared(strings: Sequence[bytes], number: bytes) -> bytes:
    if not number.isdigit() or len(number) > 6 or int(number) >= len(strings):
        raise NotDirectError("no such text")
    return strings[int(number)]


def _split_strings(content: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the markup around the shared texts, and these; how many there are is no part of the skeleton."""
    chunks = _STRING.split(content)
    if any(chunks[3:-1:3]) or b"<si" in chunks[0] + chunks[-1]:
        raise NotDirectError("formatted texts")
    texts = tuple(
        PRESERVED + text if preserved else text for preserved, text in zip(chunks[1::3], chunks[2::3], strict=True)
    )
    return _COUNTS.sub(b"", chunks[0]) + chunks[-1], texts


_COUNTS = re.compile(rb' (?:count|uniqueCount)="[0-9]{1,6}"')


def _without_views(content: bytes) -> bytes:
    for word, pattern in _VIEWS:
        if word in content:
            content = pattern.sub(_view_removed, content, count=1)
    return _IDENTITY.sub(b' xr:uid=""', content) if b" xr:uid=" in content else content


def _view_removed(match: re.Match[bytes]) -> bytes:
    if not _is_well_formed(match[0]):
        raise NotDirectError("damaged views")
    return b"<view/>"


@lru_cache(maxsize=256)
def _is_well_formed(fragment: bytes) -> bool:
    try:
        expat.ParserCreate().Parse(fragment, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError:
        return False
    return True

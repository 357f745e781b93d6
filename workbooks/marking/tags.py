"""Tag-level view of a worksheet's markup, without building a tree: unchanged markup keeps its bytes.

In markup without comments, CDATA and processing instructions every `<` starts a tag, so a search for `<row` matches
rows only. Markup that has any of these is first rewritten without them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from workbooks.cells.addresses import split_address
from workbooks.container.markup import MAIN_NAMESPACES
from workbooks.marking.package import CannotAnnotateError, parse_markup

_ATTRIBUTES = rb"""([^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*)"""
_TAG = re.compile(rb"<(/?)([^\s/>?!][^\s/>]*)" + _ATTRIBUTES + rb">")
_IDENTITY = re.compile(rb"""\s[\w.-]+:id\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_UNUSUAL = (b"<!", b"<?")
_HEADER = re.compile(rb"""(?:\xef\xbb\xbf)?\s*(?:<\?xml(?:[^>]*\sencoding\s*=\s*["']([^"']+)["'])?[^>]*>)?""")
_REDECLARED = re.compile(rb"<[^<>]*\sxmlns")
_DECLARATION = b"xmlns"


@dataclass(frozen=True, slots=True)
class Tag:
    """An opening tag: start, end, attributes, and whether it is self-closing."""

    start: int
    end: int
    attributes: bytes
    is_closed: bool

    def get(self, name: str) -> str:
        """Return an attribute's value, "" if missing. The attributes read here contain no escapes."""
        match = _attribute(name).search(self.attributes)
        return (match[1] or match[2] or b"").decode("utf-8", "replace") if match else ""


@dataclass(frozen=True, slots=True)
class Child:
    """A direct child of the root: its local name, start and end."""

    name: str
    start: int
    end: int


@dataclass
class SheetMarkup:
    """A worksheet's bytes, the positions of its cells, and pending changes."""

    data: bytes
    prefix: bytes
    cells_begin: int
    cells_end: int
    _changes: list[tuple[int, int, bytes]] = field(default_factory=list)

    def tags(self, name: str, start: int, end: int) -> Iterator[Tag]:
        """Yield the opening tags of an element between two positions."""
        for match in _opening(self.prefix, name).finditer(self.data, start, end):
            yield _tag(match)

    def children(self) -> Iterator[Child]:
        """Yield the root's children after the cells; an alternative has the name of its first choice."""
        depth, name, begin = 0, b"", 0
        for match in _TAG.finditer(self.data, self.data.index(b">", self.cells_end) + 1):
            closing, label, attributes = match.groups()
            if closing:
                depth -= 1
                if depth < 0:
                    return
            elif not depth or (depth == 2 and name.endswith(b"AlternateContent")):
                begin, name = (begin if depth else match.start()), label
            if not closing and not attributes.endswith(b"/"):
                depth += 1
            elif not depth:
                yield Child(name.rpartition(b":")[2].decode(), begin, match.end())

    @property
    def end(self) -> int:
        """Return the position of the root's closing tag."""
        return self.data.rindex(b"</")

    def identity(self, child: Child) -> str:
        """Return the relation id of an element."""
        match = _IDENTITY.search(self.data, child.start, child.end)
        return (match[1] or match[2]).decode() if match else ""

    def change(self, start: int, end: int, content: bytes) -> None:
        """Replace the bytes between two positions."""
        self._changes.append((start, end, content))

    def changed(self) -> bytes:
        """Return the bytes with all changes applied, those at one position in the order they were made."""
        chunks, position = [], 0
        for start, end, content in sorted(self._changes, key=lambda change: change[:2]):
            chunks += [self.data[position:start], content]
            position = end
        return b"".join([*chunks, self.data[position:]])


def open_sheet(content: bytes, part: str) -> SheetMarkup:
    """Parse a worksheet's markup into positions of tags.

    Raises:
        CannotAnnotateError: the markup is unlike any that programs write.
    """
    data = _plain(content, part)
    root = _TAG.search(data)
    prefix = _main_prefix(root) if root is not None else None
    if root is None or prefix is None:
        raise CannotAnnotateError(f"{part} is no worksheet")
    begin = next(_opening(prefix, "sheetData").finditer(data, root.end()), None)
    if begin is None:
        raise CannotAnnotateError(f"{part} has no cells")
    if _tag(begin).is_closed:
        opened = data[begin.start() : begin.end() - 1].rstrip(b"/ ") + b"></" + prefix + b"sheetData>"
        data = data[: begin.start()] + opened + data[begin.end() :]
        begin = next(_opening(prefix, "sheetData").finditer(data, root.end()))
    end = data.find(b"</" + prefix + b"sheetData", begin.end())
    # Few sheets contain the word at all; matching it in every tag took longer than decompressing the sheet.
    has_declaration = data.find(_DECLARATION, begin.end(), end) >= 0
    if end < 0 or (has_declaration and _REDECLARED.search(data, begin.end(), end)):
        raise CannotAnnotateError(f"{part} changes its vocabulary on the way")
    return SheetMarkup(data, prefix, begin.end(), end)


def _plain(content: bytes, part: str) -> bytes:
    """Return the markup as UTF-8 without comments, CDATA and instructions; unchanged if it has none."""
    header = _HEADER.match(content)
    body, encoding = (header.end(), (header[1] or b"utf-8").lower()) if header else (0, b"utf-8")
    is_utf8 = encoding in {b"utf-8", b"utf8"} and b"\0" not in content[:4]
    if is_utf8 and all(content.find(mark, body) < 0 for mark in _UNUSUAL):
        return content
    root = parse_markup(content, part)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _main_prefix(root: re.Match[bytes]) -> bytes | None:
    """Return the prefix of the format's namespace at a worksheet's root, with colon; None for another root."""
    prefix, _, local = root[2].rpartition(b":")
    declared = _tag(root).get("xmlns:" + prefix.decode() if prefix else "xmlns")
    if local != b"worksheet" or declared not in MAIN_NAMESPACES:
        return None
    return prefix + b":" if prefix else b""


@lru_cache(maxsize=64)
def _attribute(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"\s" + re.escape(name.encode()) + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@lru_cache(maxsize=64)
def _opening(prefix: bytes, name: str) -> re.Pattern[bytes]:
    return re.compile(rb"<()(" + re.escape(prefix + name.encode()) + rb")(?=[\s/>])" + _ATTRIBUTES + rb">")


def _tag(match: re.Match[bytes]) -> Tag:
    attributes = match[3]
    is_closed = attributes.endswith(b"/")
    return Tag(match.start(), match.end(), attributes.removesuffix(b"/"), is_closed)


def place_of(tag: Tag, before: tuple[int, int]) -> tuple[int, int]:
    """Return row and column of a cell's tag; a cell without an address follows the one before it."""
    address = tag.get("r")
    place = split_address(address) if address else None
    return place or (before[0], before[1] + 1)

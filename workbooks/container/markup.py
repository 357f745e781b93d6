"""Streaming of XML parts: no document type, no entities, bounded depth; damaged markup is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from xml.parsers import expat

from workbooks.cells.guards import refusal
from workbooks.container.archive import Archive, resolve

MAIN_NAMESPACES = frozenset(
    {"http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"}
)
_ENCODINGS = frozenset({None, "utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1"})
_WIDE = tuple(start.encode(encoding) for encoding in ("utf-32-le", "utf-32-be") for start in ("\ufeff", "<"))
"""How a part in UTF-32 begins, which expat does not read."""
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006 "
_ALTERNATIVES = tuple("AlternateContent".encode(encoding) for encoding in ("utf-8", "utf-16-le"))
"""How the element of alternatives shows in the bytes of a part; the little-endian form fits in the big-endian one."""


@lru_cache(maxsize=256)
def main_name(name: str) -> str:
    """Return the local name of an element of the format's own namespace ("row"), "" for every other."""
    namespace, _, local = name.rpartition(" ")
    return local if namespace in MAIN_NAMESPACES else ""


class Handler(Protocol):
    """Receiver of a part's markup as it streams; names have the form "namespace name"."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def text(self, data: str) -> None:
        """Handle text content."""


def stream_part(archive: Archive, part: str, handler: Handler) -> None:
    """Stream a part's markup to a handler.

    Raises:
        RefusedError: the part is missing, damaged, or declares a document type (used by entity bombs).
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse_doctype(*_: object) -> None:
        raise refusal("xml_doctype", part=part)

    def check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding.lower() if encoding else None) not in _ENCODINGS:
            raise refusal("part_encoding", part=part, encoding=encoding)

    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.XmlDeclHandler = check_encoding
    _hand_on(parser, handler)
    tail, is_plain = b"", True
    try:
        for chunk in archive.chunks(part):
            if not tail and chunk.startswith(_WIDE):
                raise refusal("part_encoding", part=part, encoding="utf-32")
            if is_plain and any(name in tail + chunk for name in _ALTERNATIVES):
                _hand_on(parser, _Fallbacks(handler))
                is_plain = False
            tail = chunk[-64:]
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keywords
        parser.Parse(b"", True)  # noqa: FBT003 - as above
    except expat.ExpatError as error:
        raise refusal("xml_damaged", part=part) from error


def _hand_on(parser: expat.XMLParserType, handler: Handler) -> None:
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text


class _Fallbacks:
    """Handler that hands on, of markup with alternatives, what is for readers of the plain format (ECMA-376 part 3).

    Choices are for programs that know an extension; a part without alternatives is not slowed down by this.
    """

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._skipped = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped or name == _COMPATIBILITY + "Choice":
            self._skipped += 1
        elif not name.startswith(_COMPATIBILITY):
            self._handler.start(name, attributes)

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif not name.startswith(_COMPATIBILITY):
            self._handler.end(name)

    def text(self, data: str) -> None:
        if not self._skipped:
            self._handler.text(data)


@dataclass(slots=True)
class Element:
    """An element of a small part: name, attributes by local name, and its own text."""

    name: str
    is_main: bool
    attributes: Mapping[str, str]
    text: str = ""


class _Collector:
    """Handler that collects the elements of a small part in order, up to the limits."""

    def __init__(self, archive: Archive, part: str) -> None:
        self.found: list[Element] = []
        self._open: list[Element] = []
        self._limits = archive.limits
        self._part = part

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(local, namespace in MAIN_NAMESPACES, plain)
        self.found.append(element)
        self._open.append(element)
        if len(self.found) > self._limits.elements or len(self._open) > self._limits.depth:
            raise refusal("part_too_complex", part=self._part)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data


def read_elements(archive: Archive, part: str) -> list[Element]:
    """Return all elements of a small part, in document order.

    Raises:
        RefusedError: the part is missing, damaged or has more elements than the limits allow.
    """
    collector = _Collector(archive, part)
    stream_part(archive, part, collector)
    return collector.found


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation from one part to another; `kind` is the last segment of its type ("worksheet", "comments")."""

    id: str
    kind: str
    part: str


def read_relations(archive: Archive, part: str) -> tuple[Relation, ...]:
    """Return the relations of `part` ("" for the package itself); external targets are left out."""
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels".lstrip("/")
    if relations not in archive:
        return ()
    return tuple(
        Relation(
            element.attributes.get("Id", ""),
            element.attributes.get("Type", "").rpartition("/")[2],
            resolve(part, element.attributes.get("Target", "")),
        )
        for element in read_elements(archive, relations)
        if element.name == "Relationship" and element.attributes.get("TargetMode") != "External"
    )

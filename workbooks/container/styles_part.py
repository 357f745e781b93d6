"""Styles of a workbook: number format, font and colours of each cell style."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbooks.cells.formats import BUILT_IN, GENERAL, is_date_format
from workbooks.cells.guards import refusal
from workbooks.container.archive import Archive
from workbooks.container.markup import MAIN_NAMESPACES, stream_part

BLACK, WHITE = "000000", "FFFFFF"
_INDEXED = {0: BLACK, 1: WHITE, 8: BLACK, 9: WHITE, 64: BLACK, 65: WHITE}
_THEME = {"0": WHITE, "1": BLACK}


class Style(NamedTuple):
    """Display properties of the cells of one style."""

    number_format: str
    font: str
    is_date: bool
    is_struck: bool = False
    is_blended: bool = False


class _Font(NamedTuple):
    """A font: name, strikethrough, colour."""

    name: str = ""
    is_struck: bool = False
    colour: str = BLACK


class _Fill(NamedTuple):
    """The fill of a cell. Patterns other than a solid fill never equal a font's colour."""

    pattern: str = "none"
    colour: str = BLACK

    @property
    def background(self) -> str:
        """Return the colour behind the text."""
        return {"none": WHITE, "solid": self.colour}.get(self.pattern, "")


DEFAULT_STYLE = Style(GENERAL, "", is_date=False)


@dataclass(frozen=True, slots=True)
class BookStyles:
    """Cell styles and the number formats of conditional formats ("" for none), in the order of their indices."""

    cells: tuple[Style, ...]
    conditional_formats: tuple[str, ...]


def read_styles(archive: Archive, part: str | None) -> BookStyles:
    """Return the styles of a workbook; one plain style if there is no styles part.

    Raises:
        RefusedError: the part is damaged, or refers to a format or font by something other than a number.
    """
    if part is None or part not in archive:
        return BookStyles((DEFAULT_STYLE,), ())
    handler = _StylesHandler(archive.limits.elements, part)
    stream_part(archive, part, handler)
    cells = tuple(handler.style(*style) for style in handler.styles) or (DEFAULT_STYLE,)
    return BookStyles(cells, tuple(handler.conditional_formats))


class _StylesHandler:
    """Handler that collects number formats, fonts, fills, and the cell styles that combine them."""

    def __init__(self, limit: int, part: str) -> None:
        self.styles: list[tuple[int, int, int]] = []
        self.conditional_formats: list[str] = []
        self._formats = dict(BUILT_IN)
        self._fonts: list[_Font] = []
        self._fills: list[_Fill] = []
        self._path: list[str] = []
        self._elements = 0
        self._limit = limit
        self._part = part

    def style(self, format_id: int, font_id: int, fill_id: int) -> Style:
        """Return the style of these indices; unknown ones default to General, no font name, black on white."""
        number_format = self._formats.get(format_id, GENERAL)
        font = self._fonts[font_id] if font_id < len(self._fonts) else _Font()
        fill = self._fills[fill_id] if fill_id < len(self._fills) else _Fill()
        is_blended = font.colour == fill.background
        return Style(number_format, font.name, is_date_format(number_format), font.is_struck, is_blended)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        self._path.append(local if namespace in MAIN_NAMESPACES else "")
        self._elements += 1
        if self._elements > self._limit or len(self._path) > 60:
            raise refusal("part_too_complex", part=self._part)
        match self._path[1:]:
            case ["numFmts", "numFmt"]:
                self._formats[self._number(attributes, "numFmtId")] = attributes.get("formatCode", GENERAL)
            case ["fonts", "font"]:
                self._fonts.append(_Font())
            case ["fonts", "font", ("name" | "strike" | "color") as what]:
                self._fonts[-1] = _changed(self._fonts[-1], what, attributes)
            case ["fills", "fill"]:
                self._fills.append(_Fill())
            case ["fills", "fill", "patternFill"]:
                self._fills[-1] = _Fill(attributes.get("patternType", "none"))
            case ["fills", "fill", "patternFill", "fgColor"]:
                self._fills[-1] = self._fills[-1]._replace(colour=colour_of(attributes, BLACK))
            case path:
                self._start_style(path, attributes)

    def _start_style(self, path: Sequence[str], attributes: dict[str, str]) -> None:
        match path:
            case ["dxfs", "dxf"]:
                self.conditional_formats.append("")
            case ["dxfs", "dxf", "numFmt"]:
                self.conditional_formats[-1] = attributes.get("formatCode", "")
            case ["cellXfs", "xf"]:
                number_format, font, fill = (self._number(attributes, key) for key in ("numFmtId", "fontId", "fillId"))
                self.styles.append((number_format, font, fill))

    def end(self, _name: str) -> None:
        self._path.pop()

    def text(self, data: str) -> None:
        """Ignore text: styles have none."""

    def _number(self, attributes: dict[str, str], key: str) -> int:
        text = attributes.get(key) or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise refusal("xml_damaged", part=self._part)
        return int(text)


def _changed(font: _Font, what: str, attributes: dict[str, str]) -> _Font:
    """Return the font with one more property."""
    if what == "name":
        return font._replace(name=attributes.get("val", ""))
    if what == "strike":
        return font._replace(is_struck=attributes.get("val", "1") not in {"0", "false"})
    return font._replace(colour=colour_of(attributes, BLACK))


def colour_of(attributes: Mapping[str, str], default: str) -> str:
    """Return a comparable name of a colour (ECMA-376 part 1, 18.8.3): six hexadecimal digits where known.

    Theme colours are not resolved: equal names are equal colours, different names may look alike.
    """
    if rgb := attributes.get("rgb"):
        return rgb[-6:].upper()
    if theme := attributes.get("theme"):
        tint = attributes.get("tint", "")
        return f"theme {theme} {tint}" if tint or theme not in _THEME else _THEME[theme]
    index = attributes.get("indexed", "")
    if index.isdecimal():
        return _INDEXED.get(int(index), f"indexed {int(index)}")
    return default

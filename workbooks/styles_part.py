"""The styles of a workbook: which number format and font each cell style shows."""

from typing import NamedTuple

from workbooks.archive import Archive
from workbooks.formats import BUILT_IN, GENERAL, is_date_format
from workbooks.guards import refusal
from workbooks.markup import MAIN_NAMESPACES, stream_part


class Style(NamedTuple):
    """How cells of one style are shown."""

    number_format: str
    font: str
    is_date: bool


DEFAULT_STYLE = Style(GENERAL, "", is_date=False)


def read_styles(archive: Archive, part: str | None) -> tuple[Style, ...]:
    """The styles in the order cells name them; one plain style where the workbook has no styles part.

    Raises:
        RefusedError: the part is damaged, or names a format or font by something that is no number.
    """
    if part is None or part not in archive:
        return (DEFAULT_STYLE,)
    handler = _StylesHandler(archive.limits.elements, part)
    stream_part(archive, part, handler)
    return tuple(handler.style(*pair) for pair in handler.pairs) or (DEFAULT_STYLE,)


class _StylesHandler:
    """Gathers number formats, font names and the pairs of both that cell styles are."""

    def __init__(self, limit: int, part: str) -> None:
        self.pairs: list[tuple[int, int]] = []
        self._formats = dict(BUILT_IN)
        self._fonts: list[str] = []
        self._path: list[str] = []
        self._elements = 0
        self._limit = limit
        self._part = part

    def style(self, format_id: int, font_id: int) -> Style:
        """The style of a format's and a font's number; unknown ones show as General, without a font name."""
        number_format = self._formats.get(format_id, GENERAL)
        font = self._fonts[font_id] if font_id < len(self._fonts) else ""
        return Style(number_format, font, is_date_format(number_format))

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
                self._fonts.append("")
            case ["fonts", "font", "name"]:
                self._fonts[-1] = attributes.get("val", "")
            case ["cellXfs", "xf"]:
                self.pairs.append((self._number(attributes, "numFmtId"), self._number(attributes, "fontId")))

    def end(self, _name: str) -> None:
        self._path.pop()

    def text(self, data: str) -> None:
        """Styles carry no text."""

    def _number(self, attributes: dict[str, str], key: str) -> int:
        text = attributes.get(key) or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise refusal("xml_damaged", part=self._part)
        return int(text)

"""Texts of an old workbook: their runs of several fonts, and the bytes that legacy fonts were typed in."""

from collections.abc import Iterator, Sequence

from xlrd.book import Book
from xlrd.formatting import Font

from workbooks.cells.text_runs import RichText, TextRun
from workbooks.text.legacy_text import legacy_font, retype

_FIRST_UNICODE = 80
_WIDE = "utf-16-le"


class XlsTexts:
    """Gives a workbook's texts as they were typed.

    Excel 5 and 95 keep bytes, which xlrd reads by the machine's code page. A legacy font means the byte itself: its
    table is written in the signs of the western page, so a text under it is put back into these.
    """

    def __init__(self, book: Book) -> None:
        """Note the workbook's fonts and code page."""
        self._fonts: Sequence[Font] = book.font_list
        encoding = book.encoding or ""
        is_other_page = encoding.startswith("cp125") and encoding != "cp1252"
        self._code_page = encoding if book.biff_version < _FIRST_UNICODE and is_other_page else None

    def read(self, text: str, font: str, runs: Sequence[tuple[int, int]] | None) -> str:
        """The text of a cell in a font; `runs` are (first letter, number of font) as the file lists them."""
        if not runs:
            return self._retyped(text, font)
        results = [TextRun(self._retyped(piece, own or font), own) for piece, own in self._pieces(text, runs)]
        return RichText("".join(run.text for run in results), results)

    def _pieces(self, text: str, runs: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
        """The text cut where a run begins; places count halves of letters beyond the first 65,536."""
        halves = text.encode(_WIDE, "surrogatepass")
        starts = [0, *(start for start, _ in runs), len(halves) // 2]
        fonts = ["", *(self._font_name(number) for _, number in runs)]
        for start, end, font in zip(starts, starts[1:], fonts, strict=False):
            if start < end:
                yield halves[2 * start : 2 * end].decode(_WIDE, "replace"), font

    def _font_name(self, number: int) -> str:
        return self._fonts[number].name if number < len(self._fonts) else ""

    def _retyped(self, text: str, font: str) -> str:
        return retype(text, self._code_page) if self._code_page and legacy_font(font) else text

"""Texts of an old workbook: runs of several fonts, and the bytes typed in legacy fonts."""

from collections.abc import Iterator, Sequence

from xlrd.book import Book
from xlrd.formatting import Font

from workbooks.cells.text_runs import RichText, TextRun
from workbooks.text.legacy_text import legacy_font, retype

_FIRST_UNICODE = 80
_WIDE = "utf-16-le"


class XlsTexts:
    """Decoder of a workbook's texts.

    Excel 5 and 95 store bytes, which xlrd decodes by the file's code page. Legacy fonts map the bytes themselves: their
    tables use the characters of code page 1252, so text in such a font is re-decoded as cp1252.
    """

    def __init__(self, book: Book) -> None:
        """Keep the workbook's fonts and code page."""
        self._fonts: Sequence[Font] = book.font_list
        encoding = book.encoding or ""
        is_other_page = encoding.startswith("cp125") and encoding != "cp1252"
        self._code_page = encoding if book.biff_version < _FIRST_UNICODE and is_other_page else None

    def read(self, text: str, font: str, runs: Sequence[tuple[int, int]] | None) -> str:
        """Return the text of a cell in a font; `runs` are (first character, font index) as stored in the file."""
        if not runs:
            return self._retyped(text, font)
        results = [TextRun(self._retyped(chunk, own or font), own) for chunk, own in self._chunks(text, runs)]
        return RichText("".join(run.text for run in results), results)

    def _chunks(self, text: str, runs: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
        """Yield the text and font of each run; offsets count UTF-16 code units."""
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

"""Encoding of texts and whole workbooks for pre-Unicode fonts, as they were typed."""

from collections.abc import Callable, Mapping

from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from workbooks.text import tcvn3, vni

LETTERS = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"
"""The 67 small letters that occur in Vietnamese only."""
UNICODE = "Times New Roman"
FontRun = tuple[str, str]
"""A font and the text typed in it."""


def _inverted(table: Mapping[str, str]) -> Mapping[str, str]:
    inverse: dict[str, str] = {}
    for sign, letter in table.items():
        inverse.setdefault(letter, sign)
    return inverse


_TCVN3, _VNI = _inverted(tcvn3.TABLE), _inverted(vni.TABLE)


def to_tcvn3(text: str) -> str:
    """Encode a text for a .Vn font; a capital with a tone, which has no sign, becomes its small letter."""
    return "".join(_TCVN3.get(letter) or _TCVN3.get(letter.lower(), letter) for letter in text)


def to_vni(text: str) -> str:
    """Encode a text for a VNI font."""
    return "".join(_VNI.get(letter, letter) for letter in text)


def in_tcvn3(text: str) -> list[FontRun]:
    """Return the text in one .Vn font; a text in capitals in the font that displays capitals."""
    if text.isupper():
        return [(".VnTimeH", to_tcvn3(text.lower()))]
    return [(".VnTime", to_tcvn3(text))]


def in_vni(text: str) -> list[FontRun]:
    """Return the text in one VNI font."""
    return [("VNI-Times", to_vni(text))]


def in_several_fonts(text: str) -> list[FontRun]:
    """Return the text word by word in four fonts in turn: .Vn, its capitals, a Unicode font, VNI."""
    runs: list[FontRun] = []
    for number, word in enumerate(text.split(" ")):
        after = word + " "
        kinds = (
            (".VnArial", to_tcvn3(after)), (".VnTimeH", to_tcvn3(after.lower())),
            (UNICODE, after), ("VNI-Helve", to_vni(after)),
        )  # fmt: skip
        runs.append(kinds[number % len(kinds)])
    font, last = runs[-1]
    return [*runs[:-1], (font, last.removesuffix(" "))]


def retype(workbook: Workbook, typed: Callable[[str], list[FontRun]]) -> Workbook:
    """Retype every text of a workbook for other fonts; a cell with several fonts has the first as its own."""
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and isinstance(cell.value, str) and not cell.value.startswith("="):
                    _type(cell, typed(cell.value))
    return workbook


def _type(cell: Cell, runs: list[FontRun]) -> None:
    font = cell.font
    cell.font = Font(name=runs[0][0], size=font.size, bold=font.bold)
    if len(runs) == 1:
        cell.value = runs[0][1]
        return
    own, first = runs[0]
    blocks = [TextBlock(InlineFont(rFont=name), text) for name, text in runs[1:]]
    cell.value = CellRichText(first, *blocks) if own else CellRichText(*blocks)

"""Types texts and whole workbooks the way it was done for fonts of before Unicode."""

from collections.abc import Callable, Mapping

from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from workbooks.text import tcvn3, vni

LETTERS = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"
"""The 67 letters of Vietnamese that no other alphabet shares, small."""
UNICODE = "Times New Roman"
Piece = tuple[str, str]
"""A font and what is typed in it."""


def _inverted(table: Mapping[str, str]) -> Mapping[str, str]:
    inverse: dict[str, str] = {}
    for sign, letter in table.items():
        inverse.setdefault(letter, sign)
    return inverse


_TCVN3, _VNI = _inverted(tcvn3.TABLE), _inverted(vni.TABLE)


def to_tcvn3(text: str) -> str:
    """What is typed for a .Vn font; a capital with a tone, for which there is no sign, as its small letter."""
    return "".join(_TCVN3.get(letter) or _TCVN3.get(letter.lower(), letter) for letter in text)


def to_vni(text: str) -> str:
    """What is typed for a VNI font."""
    return "".join(_VNI.get(letter, letter) for letter in text)


def in_tcvn3(text: str) -> list[Piece]:
    """Everything in one .Vn font, capitals in the one that shows them."""
    if text.isupper():
        return [(".VnTimeH", to_tcvn3(text.lower()))]
    return [(".VnTime", to_tcvn3(text))]


def in_vni(text: str) -> list[Piece]:
    """Everything in one VNI font."""
    return [("VNI-Times", to_vni(text))]


def in_several_fonts(text: str) -> list[Piece]:
    """Every word in the next of four looks: .Vn, its capitals, a Unicode font, VNI."""
    pieces: list[Piece] = []
    for number, word in enumerate(text.split(" ")):
        after = word + " "
        kinds = (
            (".VnArial", to_tcvn3(after)), (".VnTimeH", to_tcvn3(after.lower())),
            (UNICODE, after), ("VNI-Helve", to_vni(after)),
        )  # fmt: skip
        pieces.append(kinds[number % len(kinds)])
    font, last = pieces[-1]
    return [*pieces[:-1], (font, last.removesuffix(" "))]


def retype(workbook: Workbook, typed: Callable[[str], list[Piece]]) -> Workbook:
    """Every text of a workbook as it is typed for other fonts; a cell in several has the first as its own."""
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and isinstance(cell.value, str) and not cell.value.startswith("="):
                    _type(cell, typed(cell.value))
    return workbook


def _type(cell: Cell, pieces: list[Piece]) -> None:
    font = cell.font
    cell.font = Font(name=pieces[0][0], size=font.size, bold=font.bold)
    if len(pieces) == 1:
        cell.value = pieces[0][1]
        return
    own, first = pieces[0]
    blocks = [TextBlock(InlineFont(rFont=name), text) for name, text in pieces[1:]]
    cell.value = CellRichText(first, *blocks) if own else CellRichText(*blocks)

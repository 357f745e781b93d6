"""Rich text: a superscript or struck digit is not read as a digit of the number beside it."""

import io

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from workbooks.container.reader import read_workbook


@pytest.mark.parametrize(
    ("font", "text"),
    [
        (InlineFont(vertAlign="superscript"), "12¹"),
        (InlineFont(vertAlign="subscript"), "12₁"),
        (InlineFont(strike=True), "121\u0336"),
        (InlineFont(b=True), "121"),
        (InlineFont(strike=False, vertAlign="baseline"), "121"),
    ],
)
def test_look_of_a_run(font: InlineFont, text: str) -> None:
    """A footnote mark and a struck digit are kept apart from the number; a bold digit is not."""
    workbook = openpyxl.Workbook()
    workbook.worksheets[0]["A1"] = CellRichText("12", TextBlock(font, "1"), " ")
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert read_workbook(buffer.getvalue()).sheets[0].cells["A1"].value == text + " "

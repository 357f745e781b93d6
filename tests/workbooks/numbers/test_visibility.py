"""Tests of figures struck through or in the colour of their cell, in both file formats."""

import io

import pytest
import xlwt

from workbooks.cells.cells import Cell
from workbooks.container.reader import read_workbook
from workbooks.container.styles_part import colour_of


def _cell(style: str) -> Cell:
    """Return the single cell of an .xls workbook written in a style."""
    book = xlwt.Workbook()
    book.add_sheet("Biểu").write(0, 0, 7, xlwt.easyxf(style))
    buffer = io.BytesIO()
    book.save(buffer)
    return read_workbook(buffer.getvalue()).sheets[0].cells["A1"]


@pytest.mark.parametrize(
    ("style", "is_struck", "is_blended"),
    [
        ("", False, False),
        ("font: struck_out on", True, False),
        ("font: color white", False, True),
        ("font: color white; pattern: pattern solid, fore_color green", False, False),
        ("font: color green; pattern: pattern solid, fore_color green", False, True),
        ("font: color white; pattern: pattern fine_dots, fore_color white", False, False),
    ],
)
def test_old_workbooks(style: str, is_struck: bool, is_blended: bool) -> None:
    """Struck and hidden figures are recognised in .xls as in .xlsx."""
    cell = _cell(style)
    assert (cell.is_struck, cell.is_blended) == (is_struck, is_blended)


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"rgb": "FFffffff"}, "FFFFFF"),
        ({"theme": "0"}, "FFFFFF"),
        ({"theme": "0", "tint": "-0.5"}, "theme 0 -0.5"),
        ({"theme": "4"}, "theme 4 "),
        ({"indexed": "9"}, "FFFFFF"),
        ({"indexed": "64"}, "000000"),
        ({"indexed": "22"}, "indexed 22"),
        ({"auto": "1"}, "000000"),
        ({}, "000000"),
    ],
)
def test_names_of_colours(attributes: dict[str, str], name: str) -> None:
    """White has one name in every notation; tints of theme colours have names of their own."""
    assert colour_of(attributes, "000000") == name

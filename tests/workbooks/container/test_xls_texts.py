"""Texts of Excel 5 and 95 in legacy fonts are read from their bytes, whatever code page the file states."""

import io
import struct
from collections.abc import Callable

import pytest
from xlwt.CompoundDoc import XlsDoc

from tests.workbooks.text.legacy_typing import to_tcvn3, to_vni
from workbooks.cells.cells import Cell
from workbooks.cells.text_runs import TextRun
from workbooks.container.reader import read_workbook
from workbooks.text.legacy_text import legacy_font

_FONTS = ("Arial", ".VnTime", "VNI-Times", "Arial", "Arial", ".VnTimeH")
"""Fonts in order of their index; the format skips index 4, so the last one has index 6."""


def _record(code: int, data: bytes) -> bytes:
    return struct.pack("<HH", code, len(data)) + data


def _font(name: str) -> bytes:
    return _record(0x0031, struct.pack("<HHHHHBBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0, len(name)) + name.encode())


def _style(font: int) -> bytes:
    return _record(0x00E0, struct.pack("<HHH", font, 0, 1) + bytes(10))


def _file(code_page: int, cells: bytes) -> bytes:
    """Return a workbook of Excel 5 with one sheet; style n uses font n."""
    start = _record(0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0, 0)) + _record(0x0042, struct.pack("<H", code_page))
    numbers = [number for number in range(len(_FONTS) + 1) if number != 4]
    styles = b"".join(_style(number if number in numbers else 0) for number in range(len(_FONTS) + 1))
    start += b"".join(map(_font, _FONTS)) + styles
    name = b"Bieu"
    offset = len(start) + 4 + 7 + len(name) + 4
    start += _record(0x0085, struct.pack("<iBBB", offset, 0, 0, len(name)) + name) + _record(0x000A, b"")
    sheet = _record(0x0809, struct.pack("<HHHH", 0x0500, 0x0010, 0, 0)) + cells + _record(0x000A, b"")
    buffer = io.BytesIO()
    XlsDoc().save(buffer, start + sheet)
    return buffer.getvalue()


def _cell(code_page: int, text: bytes, style: int, runs: tuple[tuple[int, int], ...] = ()) -> Cell:
    data = struct.pack("<HHHH", 0, 0, style, len(text)) + text
    if runs:
        data += bytes([len(runs)]) + b"".join(struct.pack("<BB", *run) for run in runs)
    return read_workbook(_file(code_page, _record(0x00D6 if runs else 0x0204, data))).sheets[0].cells["A1"]


@pytest.mark.parametrize("code_page", [1252, 1258, 1251])
@pytest.mark.parametrize(("style", "typed"), [(1, to_tcvn3), (2, to_vni), (6, to_tcvn3)])
def test_bytes_under_an_old_font_are_its_signs(code_page: int, style: int, typed: Callable[[str], str]) -> None:
    """Every letter is read as typed on a western, a Vietnamese and a Russian machine."""
    text = "tỷ lệ hộ nghèo được xét, ý kiến"
    cell = _cell(code_page, typed(text).encode("cp1252"), style)
    font = legacy_font(cell.font)
    assert font is not None
    assert font.read(cell.text).casefold() == text


def test_other_fonts_keep_the_code_page() -> None:
    """In a Unicode font, bytes are decoded by the file's code page."""
    assert _cell(1258, "Đơn".encode("cp1258"), 0).text == "Đơn"


def test_runs_have_their_own_bytes() -> None:
    """Each run is decoded by its own font, the text before the first run by the cell's."""
    old, new = to_tcvn3("xã ").encode("cp1252"), "Đơ".encode("cp1258")
    cell = _cell(1258, old + new, 1, ((len(old), 0),))
    assert cell.runs == (TextRun(to_tcvn3("xã "), ""), TextRun("Đơ", "Arial"))
    assert cell.text == to_tcvn3("xã ") + "Đơ"

"""The lines above a form's table: which form, whose report, for which period; as written, not yet understood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.texts import normalise_name
from workbooks.cells import Sheet

_LINES_SEARCHED = 30
_BOARD = re.compile(r"(?:ubnd|ủy ban nhân dân)\s+")
_COMMUNE = re.compile(r"(?:xã|phường|thị trấn|đặc khu)\s+\S")
_ABOVE = re.compile(r"(?:huyện|quận|thị xã|thành phố|tp\.?|tỉnh)\s+\S")
_REPORTER = re.compile(r"đơn vị báo cáo\s*:\s*(?P<name>.*?)\s*(?:$|[;,]?\s*(?:đơn vị nhận|ngày nhận|nơi nhận))")
_FORM_NUMBER = re.compile(r"(?:biểu số|biểu mẫu số|mẫu số|mẫu biểu)\s*:?\s*(?P<number>[^\s:()]*\d[^\s:()]*)")
_PERIOD_LINE = re.compile(r"(?:kỳ báo cáo|kỳ)\s*:\s*(?P<period>.*)")
_PERIOD_ALONE = re.compile(r"\(?(?P<period>(?:tháng|quý|6 tháng|sáu tháng|năm)\s*[\divx].*)")
_HAS_CONTENT = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the heading that speaks: what it says, and the sheet and cell it stands in."""

    text: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What the heading says of form number, reporting unit, the unit above it, and period; normalised texts."""

    forms: tuple[Line, ...]
    units: tuple[Line, ...]
    above: tuple[Line, ...]
    periods: tuple[Line, ...]


def read_heading(sheet: Sheet, before_row: int | None) -> Heading:
    """Gather what the rows above the table say; lines still left as dots say nothing."""
    forms: list[Line] = []
    units: list[Line] = []
    above: list[Line] = []
    periods: list[Line] = []
    for line in _lines(sheet, before_row or _LINES_SEARCHED):
        if found := _FORM_NUMBER.match(line.text):
            forms.append(_part(line, found["number"]))
        if found := _REPORTER.search(line.text):
            units.append(_part(line, _BOARD.sub("", found["name"])))
        elif found := _BOARD.match(line.text):
            rest = line.text[found.end() :]
            if _COMMUNE.match(rest):
                units.append(_part(line, rest))
            elif _ABOVE.match(rest):
                above.append(_part(line, rest))
        if found := _PERIOD_LINE.search(line.text) or _PERIOD_ALONE.match(line.text):
            periods.append(_part(line, found["period"]))
    return Heading(
        *(tuple(line for line in kind if _HAS_CONTENT.search(line.text)) for kind in (forms, units, above, periods))
    )


def _lines(sheet: Sheet, before_row: int) -> Iterator[Line]:
    for row, cells in sheet.rows.items():
        if row >= before_row:
            return
        for cell in cells:
            for text in cell.text.splitlines():
                name = normalise_name(text)
                if name:
                    yield Line(name, sheet.name, cell.a1)


def _part(line: Line, text: str) -> Line:
    return Line(text.strip(" .…_-"), line.sheet, line.cell)

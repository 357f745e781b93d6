"""The lines above a form's table: which form, whose report, for which period; as written, not yet understood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from domain.texts import normalise_name
from workbooks.cells import Cell, CellKind, Sheet
from workbooks.days import day_of_signing, span_of_days, without_days
from workbooks.hints import period_in_words
from workbooks.kinds import with_full_kind
from workbooks.month_words import with_month_numbers

_LINES_SEARCHED = 30
_BOARD = re.compile(r"(?:(?:hđnd|hội đồng nhân dân)\s*(?:[-,&/]|và)?\s*)?(?:ubnd|ủy ban nhân dân)\s*:?\s+")
# The Party's committee, the office, the steering committee of a commune: from such a line a name that exists is taken.
_OTHER_BODY = re.compile(
    r"(?:đảng ủy|đảng bộ|hđnd|hội đồng nhân dân|văn phòng|ban chỉ đạo|bcđ|tổ công tác)\b.*?"
    r"(?P<name>(?:xã|phường|thị trấn|đặc khu)\s+\S.*)"
)
_COMMUNE = re.compile(r"(?:xã|phường|thị trấn|đặc khu)\s+\S")
_COMMUNE_ALONE = re.compile(r"(?:xã|phường|thị trấn|đặc khu)(?: [^\W\d_]+(?:['’][^\W\d_]+)?){1,5}")
_UNIT_NAMED = re.compile(
    r"(?:tên )?đơn vị\s*:\s*(?:(?:ubnd|ủy ban nhân dân)\s+)?(?P<name>(?:xã|phường|thị trấn|đặc khu)\s+\S.*)"
)
_BEFORE_ABOVE = re.compile(r"\s*[,;-]\s*(?=(?:huyện|quận|thị xã|thành phố|tp\.?|tỉnh)\s)")
_ABOVE = re.compile(r"(?:huyện|quận|thị xã|thành phố|tp\.?|tỉnh)\s+\S")
_REPORTER = re.compile(r"đơn vị báo cáo\s*:\s*(?P<name>.*?)\s*(?:$|[;,]?\s*(?:đơn vị nhận|ngày nhận|nơi nhận))")
_FORM_NUMBER = re.compile(r"(?:biểu số|biểu mẫu số|mẫu số|mẫu biểu)\s*:?\s*(?P<number>[^\s:()]*\d[^\s:()]*)")
_PERIOD_LINE = re.compile(r"(?:kỳ báo cáo|kỳ)\s*:\s*(?P<period>.*)")
_PERIOD_ALONE = re.compile(r"\(?(?P<period>(?:tháng|quý|6 tháng|sáu tháng|năm)\s*[\divx].*)")
_TITLE = re.compile(r"(?:kỳ )?(?:báo cáo|số liệu|kết quả|tổng hợp)\b")
_HAS_CONTENT = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the heading that speaks: what it says, and the sheet and cell it stands in."""

    text: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What the heading says of form number, reporting unit, the unit above it, and period; normalised texts.

    `days` are lines that say from when to when the figures run, `signed` those that say when the report was signed.
    `mentions` are names of communes that stand alone, as beside a cell "Đơn vị báo cáo:", `titles` titles that may
    name one, `bare` names without a kind behind the word for the people's committee. `lines` are all
    lines above a table; where there is none, they may be anything.
    """

    forms: tuple[Line, ...]
    units: tuple[Line, ...]
    above: tuple[Line, ...]
    periods: tuple[Line, ...]
    days: tuple[Line, ...] = ()
    signed: tuple[Line, ...] = ()
    mentions: tuple[Line, ...] = ()
    titles: tuple[Line, ...] = ()
    bare: tuple[Line, ...] = ()
    lines: tuple[Line, ...] = ()


def read_heading(sheet: Sheet, before_row: int | None) -> Heading:
    """Gather what the rows above the table say; lines still left as dots say nothing."""
    said: dict[str, list[Line]] = {"forms": [], "units": [], "above": [], "periods": [], "days": [], "signed": []}
    said |= {"mentions": [], "titles": [], "bare": [], "lines": []}
    for line in _lines(sheet, before_row or _LINES_SEARCHED):
        if before_row is not None:
            said["lines"].append(line)
        for kind, part in (*_of_form_and_units(line), *_of_time(line)):
            if _HAS_CONTENT.search(part.text):
                said[kind].append(part)
    return Heading(**{kind: tuple(lines) for kind, lines in said.items()})


def _of_form_and_units(line: Line) -> Iterator[tuple[str, Line]]:
    if found := _FORM_NUMBER.match(line.text):
        yield "forms", _part(line, found["number"])
    if found := _REPORTER.search(line.text):
        yield from _unit_and_above(line, with_full_kind(_BOARD.sub("", found["name"])))
    elif found := _UNIT_NAMED.match(line.text):
        # "Đơn vị:" heads units of measure as well: only a commune that exists is taken from such a line.
        yield "mentions", _part(line, _BEFORE_ABOVE.split(found["name"])[0])
    elif _COMMUNE_ALONE.fullmatch(with_full_kind(line.text)):
        yield "mentions", _part(line, with_full_kind(line.text))
    elif found := _BOARD.match(line.text):
        rest = with_full_kind(line.text[found.end() :])
        if _COMMUNE.match(rest):
            yield from _unit_and_above(line, rest)
        elif _ABOVE.match(rest):
            yield "above", _part(line, rest)
        else:
            yield "bare", _part(line, rest)
    elif found := _OTHER_BODY.match(line.text):
        yield "mentions", _part(line, _BEFORE_ABOVE.split(found["name"])[0])


def _unit_and_above(line: Line, text: str) -> Iterator[tuple[str, Line]]:
    """A commune's name, and those of the units above it where these follow: "xã Lâm Sơn - huyện Ninh Sơn"."""
    unit, *above = _BEFORE_ABOVE.split(text)
    yield "units", _part(line, unit)
    yield from (("above", _part(line, name)) for name in above)


def _of_time(line: Line) -> Iterator[tuple[str, Line]]:
    undated = without_days(line.text)
    if _TITLE.match(line.text):
        yield "titles", line
    if found := _PERIOD_LINE.search(line.text) or _PERIOD_ALONE.match(line.text):
        yield "periods", _part(line, without_days(found["period"]))
    elif _TITLE.match(line.text) and period_in_words(undated) is not None:
        yield "periods", _part(line, undated)
    if span_of_days(line.text) is not None:
        yield "days", line
    elif day_of_signing(line.text) is not None:
        yield "signed", line


def _lines(sheet: Sheet, before_row: int) -> Iterator[Line]:
    for row, cells in sheet.rows.items():
        if row >= before_row:
            return
        filled = [cell for cell in cells if cell.text.strip() or cell.kind is CellKind.DATE]
        for cell, after in zip_longest(filled, filled[1:]):
            for text in cell.text.splitlines():
                name = with_month_numbers(normalise_name(text))
                if name:
                    yield Line(name, sheet.name, cell.a1)
            # "Kỳ báo cáo:" in one cell, "Tháng 5/2025" in the next.
            if after is not None and cell.text.rstrip().endswith(":"):
                yield Line(with_month_numbers(normalise_name(f"{cell.text} {_beside(after)}")), sheet.name, after.a1)


def _beside(cell: Cell) -> str:
    """What a cell says beside its label: its text, or the month of a date that is shown without its day."""
    if isinstance(cell.value, datetime):
        return "" if "d" in cell.number_format.lower() else f"tháng {cell.value.month}/{cell.value.year}"
    return cell.text


def _part(line: Line, text: str) -> Line:
    return Line(text.strip(" .…_-"), line.sheet, line.cell)

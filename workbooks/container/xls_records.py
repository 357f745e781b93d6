"""Raw records of an old Excel file: which cells hold formulas, and which occur twice."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_START, _END, _SHEET = 0x0809, 0x000A, 0x0085
_FORMULA, _MANY_NUMBERS = 0x0006, 0x00BD
_ONE_VALUE = frozenset({_FORMULA, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x00FD})
_WORKSHEET = 0
_CALCULATE_ON_LOAD = 0x2
_NO_RESULTS = frozenset({bytes(8), b"\x03\0\0\0\0\0\xff\xff"})  # zero, and an empty string


@dataclass(slots=True)
class SheetRecords:
    """Cells (row and column from 0) that hold a formula, a formula without a result, or two values."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    uncached: set[tuple[int, int]] = field(default_factory=set)
    values: set[tuple[int, int]] = field(default_factory=set)
    doubles: list[tuple[int, int]] = field(default_factory=list)


def read_records(stream: bytes, base: int) -> list[SheetRecords]:
    """Return the records of each worksheet, in order; `base` is the offset of the workbook stream.

    Raises:
        struct.error: a record is truncated.
    """
    starts = []
    for code, data in _substream(stream, base):
        if code == _SHEET:
            offset, _, kind = struct.unpack_from("<iBB", data)
            if kind == _WORKSHEET:
                starts.append(base + offset)
    return [_read_sheet(stream, start) for start in starts]


def _substream(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records from a position to the end of its substream, without embedded charts.

    Raises:
        struct.error: the stream is truncated; xlrd would take the rows up to there for the whole sheet.
    """
    depth = 0
    while 0 <= position <= len(stream) - 4:
        code, length = struct.unpack_from("<HH", stream, position)
        if code == _START:
            depth += 1
        elif code == _END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield code, stream[position + 4 : position + 4 + length]
        position += 4 + length
    raise struct.error("the stream ends before what began in it")


def _read_sheet(stream: bytes, start: int) -> SheetRecords:
    sheet_records = SheetRecords()
    for code, data in _substream(stream, start):
        if code in _ONE_VALUE:
            place = struct.unpack_from("<HH", data)
            _note(sheet_records, place)
            if code == _FORMULA:
                _note_formula(sheet_records, place, data)
        elif code == _MANY_NUMBERS:
            row, first = struct.unpack_from("<HH", data)
            for column in range(first, first + (len(data) - 6) // 6):
                _note(sheet_records, (row, column))
    return sheet_records


def _note(match: SheetRecords, place: tuple[int, int]) -> None:
    if place in match.values:
        match.doubles.append(place)
    match.values.add(place)


def _note_formula(match: SheetRecords, place: tuple[int, int], data: bytes) -> None:
    match.formulas.add(place)
    result, flags = struct.unpack_from("<8sH", data, 6)
    # Programs without a calculation engine store zero or nothing and leave the result to Excel: no real figure.
    if result in _NO_RESULTS and flags & _CALCULATE_ON_LOAD:
        match.uncached.add(place)

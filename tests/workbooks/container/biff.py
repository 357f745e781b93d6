"""Split an .xls workbook into its records, and pack records into a compound file."""

import io
import struct
from collections.abc import Iterator, Sequence

import xlwt
from xlwt.CompoundDoc import XlsDoc

Record = tuple[int, bytes]
START, END, SHEET = 0x0809, 0x000A, 0x0085


def records_of(book: xlwt.Workbook) -> list[Record]:
    """Return the records of a workbook in BIFF8."""
    return list(_split(book.get_biff_data()))


def _split(stream: bytes) -> Iterator[Record]:
    position = 0
    while position < len(stream):
        code, length = struct.unpack_from("<HH", stream, position)
        yield code, stream[position + 4 : position + 4 + length]
        position += 4 + length


def join(records: Sequence[Record]) -> bytes:
    """Return the workbook stream, with sheet records pointing at the new offsets."""
    ends, position = [], 0
    for _, data in records:
        position += 4 + len(data)
        ends.append(position)
    starts = iter([ends[place] - 4 - len(data) for place, (code, data) in enumerate(records) if code == START][1:])
    return b"".join(
        struct.pack("<HH", code, len(data)) + (struct.pack("<I", next(starts)) + data[4:] if code == SHEET else data)
        for code, data in records
    )


def compound_file(stream: bytes, name: str = "Workbook") -> bytes:
    """Return a compound file with a single stream."""
    buffer = io.BytesIO()
    XlsDoc().save(buffer, stream)
    old, new = (f"{item}\0".encode("utf-16-le") for item in ("Workbook", name))
    entry = struct.pack("<H", len(old)).join((old.ljust(64, b"\0"), b""))
    assert buffer.getvalue().count(entry) == 1
    return buffer.getvalue().replace(entry, new.ljust(64, b"\0") + struct.pack("<H", len(new)))


def insert(records: Sequence[Record], after: int, *added: Record) -> list[Record]:
    """Return the records with others inserted after the first with a code."""
    place = next(place for place, (code, _) in enumerate(records) if code == after) + 1
    return [*records[:place], *added, *records[place:]]


def in_last_sheet(records: Sequence[Record], *added: Record) -> list[Record]:
    """Return the records with others appended to the last sheet."""
    return [*records[:-1], *added, records[-1]]


def comment(row: int, column: int, number: int, text: str) -> tuple[Record, ...]:
    """Return the records of a note on a cell: drawn object, text, characters, formatting runs, and the note itself."""
    letters = text.encode("utf-16-le")
    kind = struct.pack("<HHHHH", 0x15, 18, 0x19, number, 0x4011) + bytes(12)
    return (
        (0x005D, kind + struct.pack("<HH", 0, 0)),
        (0x01B6, struct.pack("<HH6sHHHH", 0x0212, 0, bytes(6), len(letters) // 2, 16, 0, 0)),
        (0x003C, b"\x01" + letters),
        (0x003C, struct.pack("<HH4xHH4x", 0, 0, len(letters) // 2, 0)),
        (0x001C, struct.pack("<HHHH", row, column, 0, number) + struct.pack("<HB", 0, 0) + b"\0"),
    )


def name_of_cell(name: str, row: int, column: int, *, sheet: int = 0) -> Record:
    """Return a name for a cell of the sheet that the first formula refers to; `sheet` is its scope, 0 for all."""
    letters = name.encode("utf-16-le")
    formula = struct.pack("<BHHH", 0x3A, 1, row, column)
    head = struct.pack("<HBBHHHBBBB", 0, 0, len(name), len(formula), 0, sheet, 0, 0, 0, 0)
    return 0x0018, head + b"\x01" + letters + formula

"""A1 addresses: columns as letters, cells, ranges and references to a cell of a named sheet."""

import re
from functools import lru_cache
from typing import NamedTuple

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
# Every report uses the same few thousand addresses; computing them each time takes a tenth of the reading time.
_REMEMBERED = 1 << 14

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!:#\[\]]+))!(\$?[A-Za-z]{1,3}\$?[0-9]{1,7})")


@lru_cache(maxsize=LAST_COLUMN)
def column_number(letters: str) -> int:
    """Return the number of a column: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=LAST_COLUMN)
def column_letters(number: int) -> str:
    """Return the letters of a column: 1 is A, 27 AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=_REMEMBERED)
def cell_address(row: int, column: int) -> str:
    """Return the A1 address of a row and column."""
    return f"{column_letters(column)}{row}"


@lru_cache(maxsize=_REMEMBERED)
def split_address(address: str) -> tuple[int, int] | None:
    """Return row and column of an A1 address, with or without $; None if invalid or beyond Excel's last cell."""
    match = _ADDRESS.fullmatch(address)
    if not match:
        return None
    row, column = int(match[2]), column_number(match[1])
    return (row, column) if 1 <= row <= LAST_ROW and column <= LAST_COLUMN else None


class CellRange(NamedTuple):
    """A rectangle of cells, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def covers(self, row: int, column: int) -> bool:
        """Return whether the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def is_anchor(self, row: int, column: int) -> bool:
        """Return whether the cell is the top left one, which holds a merged range's value."""
        return (row, column) == (self.top, self.left)

    def __str__(self) -> str:
        """Return the range as Excel writes it."""
        return f"{cell_address(self.top, self.left)}:{cell_address(self.bottom, self.right)}"


@lru_cache(maxsize=_REMEMBERED)
def parse_range(text: str) -> CellRange | None:
    """Return the range of `B2:D5` or of a single address; None if it is invalid."""
    first, _, last = text.partition(":")
    start = split_address(first)
    end = split_address(last) if last else start
    if start is None or end is None:
        return None
    return CellRange(min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1]))


class CellReference(NamedTuple):
    """A cell of a named sheet, the target of a defined name."""

    sheet: str
    row: int
    column: int


@lru_cache(maxsize=_REMEMBERED)
def parse_reference(text: str) -> CellReference | None:
    """Return the cell that `'Biểu 01'!$E$12` refers to; None for ranges, formulas and broken references (#REF!)."""
    match = _REFERENCE.fullmatch(text.strip().removeprefix("="))
    place = split_address(match[3]) if match else None
    if match is None or place is None:
        return None
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    return CellReference(sheet, *place)

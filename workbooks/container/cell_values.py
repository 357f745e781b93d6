"""Interpretation of a stored cell: its kind and exact value."""

import math
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from workbooks.cells.cells import CellKind, Value
from workbooks.cells.formats import date_of_serial
from workbooks.container.strings_part import unescape
from workbooks.container.styles_part import Style

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_EXACT_DIGITS = 15
_TRUTHS = {"1": True, "true": True, "0": False, "false": False}


class CellSource(NamedTuple):
    """A stored cell: type, text of its `v` and `is` elements (None where absent), and whether it has a formula."""

    type: str
    value: str | None
    inline: str | None
    has_formula: bool


# Plain tuples where speed matters: building a named tuple costs as much as reading a number.
Marks = CellSource | tuple[str, str | None, str | None, bool]
ReadValue = tuple[CellKind, Value, str]
"""Kind, value and source text."""


class DamagedCellError(Exception):
    """A cell violates the format: no number, no such string, no such type."""


def read_value(source: Marks, style: Style, strings: Sequence[str], *, since_1904: bool) -> ReadValue | None:
    """Return the value of a cell, or None if it is empty.

    Raises:
        DamagedCellError: no spreadsheet program writes such a cell.
    """
    kind, result, inline, has_formula = source
    if kind == "inlineStr":
        text = inline if inline is not None else result
        return None if text is None else (CellKind.TEXT, text, str(text))
    if kind == "str" and result is not None:
        text = unescape(result)
        return CellKind.TEXT, text, text
    value = result.strip() if result else ""
    if not value:
        return (CellKind.UNCACHED, None, "") if has_formula else None
    if kind == "n":
        return _read_number(value, style, since_1904=since_1904)
    if kind == "s":
        return _read_shared(value, strings)
    return _read_rare(kind, value)


def _read_rare(cell_type: str, text: str) -> ReadValue:
    match cell_type:
        case "b":
            return _read_truth(text)
        case "e":
            return CellKind.ERROR, text, text
        case "d":
            return _read_iso_date(text)
        case _:
            raise DamagedCellError


def exact_number(text: str) -> Decimal | None:
    """Return the number that was typed (0.1, not the 0.1000000000000000055 of the binary number); None if none."""
    digits = text.removeprefix("-")
    if len(digits) <= _EXACT_DIGITS and digits.isascii() and digits.isdigit():
        return Decimal(text)
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    # Excel writes up to seventeen digits of a binary number; its shortest representation is what was typed.
    return Decimal(repr(number)) if math.isfinite(number) else None


def _read_number(text: str, style: Style, *, since_1904: bool) -> ReadValue:
    number = exact_number(text)
    if number is None:
        raise DamagedCellError
    if style.is_date:
        date = date_of_serial(float(number), since_1904=since_1904)
        if date is not None:
            return CellKind.DATE, date, text
    return CellKind.NUMBER, number, text


def _read_shared(text: str, strings: Sequence[str]) -> ReadValue:
    if not (text.isascii() and text.isdigit() and len(text) < 10) or (index := int(text)) >= len(strings):
        raise DamagedCellError
    shared = strings[index]
    return CellKind.TEXT, shared, str(shared)


def _read_truth(text: str) -> ReadValue:
    truth = _TRUTHS.get(text.lower())
    if truth is None:
        raise DamagedCellError
    return CellKind.BOOL, truth, text


def _read_iso_date(text: str) -> ReadValue:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        # A time of day or a duration is valid but no date; it is kept as text.
        return CellKind.TEXT, text, text
    return CellKind.DATE, date.replace(tzinfo=None), text

"""What the marks of one cell in a file stand for: a kind and an exact value."""

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
    """The marks of one cell: its type, the text of its `v` and `is` elements (None where absent), formula or not."""

    type: str
    value: str | None
    inline: str | None
    has_formula: bool


# Plain tuples where speed matters: making a named one costs as much as reading a number.
Marks = CellSource | tuple[str, str | None, str | None, bool]
ReadValue = tuple[CellKind, Value, str]
"""Kind, value and the text it was read from."""


class DamagedCellError(Exception):
    """The marks of a cell contradict the format's own rules: no number, no such text, no such type."""


def read_value(source: Marks, style: Style, strings: Sequence[str], *, since_1904: bool) -> ReadValue | None:
    """What a cell holds, or None where it holds nothing.

    Raises:
        DamagedCellError: the marks cannot be what a spreadsheet program wrote.
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
    """The number a file means (0.1, not the 0.1000000000000000055 of its seventeen digits); None if it is none."""
    digits = text.removeprefix("-")
    if len(digits) <= _EXACT_DIGITS and digits.isascii() and digits.isdigit():
        return Decimal(text)
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    # Excel writes up to seventeen digits of a binary number; the shortest text of the same number is what was typed.
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
        # A time of day or a span: lawful, but no date; it goes on as the text it is.
        return CellKind.TEXT, text, text
    return CellKind.DATE, date.replace(tzinfo=None), text

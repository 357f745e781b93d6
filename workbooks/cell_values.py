"""What the marks of one cell in a file stand for: a kind and an exact value."""

import math
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from workbooks.cells import CellKind, Value
from workbooks.formats import date_of_serial
from workbooks.strings_part import unescape
from workbooks.styles_part import Style

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_SHORT_WHOLE = re.compile(r"-?[0-9]{1,15}")
_TRUTHS = {"1": True, "true": True, "0": False, "false": False}


class CellSource(NamedTuple):
    """The marks of one cell: its type, the text of its `v` and `is` elements (None where absent), formula or not."""

    type: str
    value: str | None
    inline: str | None
    has_formula: bool


class ReadValue(NamedTuple):
    """Kind, value and the text it was read from."""

    kind: CellKind
    value: Value
    raw: str


class DamagedCellError(Exception):
    """The marks of a cell contradict the format's own rules: no number, no such text, no such type."""


def read_value(source: CellSource, style: Style, strings: Sequence[str], *, since_1904: bool) -> ReadValue | None:
    """What a cell holds, or None where it holds nothing.

    Raises:
        DamagedCellError: the marks cannot be what a spreadsheet program wrote.
    """
    if source.type == "inlineStr":
        text = source.inline if source.inline is not None else source.value
        return None if text is None else ReadValue(CellKind.TEXT, text, str(text))
    if source.type == "str" and source.value is not None:
        text = unescape(source.value)
        return ReadValue(CellKind.TEXT, text, text)
    value = (source.value or "").strip()
    if not value:
        return ReadValue(CellKind.UNCACHED, None, "") if source.has_formula else None
    if source.type == "n":
        return _read_number(value, style, since_1904=since_1904)
    if source.type == "s":
        return _read_shared(value, strings)
    return _read_rare(source.type, value)


def _read_rare(cell_type: str, text: str) -> ReadValue:
    match cell_type:
        case "b":
            return _read_truth(text)
        case "e":
            return ReadValue(CellKind.ERROR, text, text)
        case "d":
            return _read_iso_date(text)
        case _:
            raise DamagedCellError


def exact_number(text: str) -> Decimal | None:
    """The number a file means (0.1, not the 0.1000000000000000055 of its seventeen digits); None if it is none."""
    if _SHORT_WHOLE.fullmatch(text):
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
            return ReadValue(CellKind.DATE, date, text)
    return ReadValue(CellKind.NUMBER, number, text)


def _read_shared(text: str, strings: Sequence[str]) -> ReadValue:
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) >= len(strings):
        raise DamagedCellError
    shared = strings[int(text)]
    return ReadValue(CellKind.TEXT, shared, str(shared))


def _read_truth(text: str) -> ReadValue:
    truth = _TRUTHS.get(text.lower())
    if truth is None:
        raise DamagedCellError
    return ReadValue(CellKind.BOOL, truth, text)


def _read_iso_date(text: str) -> ReadValue:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        # A time of day or a span: lawful, but no date; it goes on as the text it is.
        return ReadValue(CellKind.TEXT, text, text)
    return ReadValue(CellKind.DATE, date.replace(tzinfo=None), text)

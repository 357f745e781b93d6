"""The rollup as a CSV file: one line per figure, for programs and for Excel alike."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from domain.indicators import Indicator, Measure
from domain.rollups import RollupRow
from domain.texts import visible
from publishing.editions import SECOND_EDITION

COLUMNS = tuple(field.name for field in fields(RollupRow))
_SINCE_THIRD_EDITION = frozenset({"finality"})
_IN_UNIT_OF_INDICATOR = frozenset({"value", "target"})
_PERCENT_STEP = Decimal("0.01")
# What spreadsheet programs take for the start of a formula, in both widths, after any blank or invisible character.
_FORMULA_START = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠｜％]")
_LEADING_BREAK = ("\t", "\r", "\n")


def columns_of(edition: int) -> tuple[str, ...]:
    """Return the columns that the file has in an edition."""
    return COLUMNS if edition > SECOND_EDITION else tuple(name for name in COLUMNS if name not in _SINCE_THIRD_EDITION)


def write_csv(
    rows: Sequence[RollupRow], indicators: Mapping[str, Indicator], columns: Sequence[str] = COLUMNS
) -> bytes:
    """Write the rows as UTF-8 with a byte order mark, comma and decimal point; all cells quoted: a `;` splits none."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for row in rows:
        indicator = indicators.get(row.indicator)
        percent = indicator.measure is Measure.RATIO if indicator else row.denominator is not None
        writer.writerow(
            _cell(getattr(row, column), percent=percent and column in _IN_UNIT_OF_INDICATOR) for column in columns
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object, *, percent: bool) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value.quantize(_PERCENT_STEP, ROUND_HALF_UP) if percent else value.normalize():f}"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case _:
            return escape_formula(str(value))


def escape_formula(text: str) -> str:
    """Prefix a text that a spreadsheet program could run as a formula with an apostrophe.

    Line ends become LF; NUL characters are removed, others that act instead of being read become U+FFFD.
    """
    is_formula = text.startswith(_LEADING_BREAK) or _FORMULA_START.match(text) is not None
    clean = visible(text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n"))
    return f"'{clean}" if is_formula or _FORMULA_START.match(clean) else clean

"""Number formats: whether they show dates or percentages, how many decimals; and dates from serial numbers."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

GENERAL = "General"
BUILT_IN: dict[int, str] = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)', 7: '"$"#,##0.00_);("$"#,##0.00)', 8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm", 37: "#,##0_);(#,##0)", 38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);[Red](#,##0.00)", 41: r'_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)',
    42: r'_("$"* #,##0_);_("$"* \(#,##0\);_("$"* "-"_);_(@_)',
    43: r'_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)',
    44: r'_("$"* #,##0.00_)_("$"* \(#,##0.00\)_("$"* "-"??_)_(@_)', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0",
    48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""Built-in formats, referenced by number only (ECMA-376 part 1, 18.8.30)."""

# Quoted text, escaped letters, colours and locales in brackets (but not elapsed time), padding and fill marks.
_LITERAL = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.', re.IGNORECASE)
_LITERAL_PERCENT = re.compile(r'"[^"]*%[^"]*"|\\%')
_DATE_LETTER = re.compile(r"[dmhys]", re.IGNORECASE)
_DECIMALS = re.compile(r"\.([0#?]+)")

_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell's date has no time zone
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - as above
_LAST_SERIAL = 2_958_466
_LEAP_DAY_OF_1900 = 60


@lru_cache(maxsize=4096)
def _pattern(number_format: str) -> str:
    """Return the first section of a format, without its literal text."""
    return _LITERAL.sub("", number_format).split(";", 1)[0]


@lru_cache(maxsize=4096)
def is_date_format(number_format: str) -> bool:
    """Return whether the format shows numbers as dates or times."""
    return number_format.lower() != "general" and bool(_DATE_LETTER.search(_pattern(number_format)))


def is_percent_format(number_format: str) -> bool:
    """Return whether the format multiplies by a hundred and adds a percent sign."""
    return "%" in _pattern(number_format)


def has_literal_percent(number_format: str) -> bool:
    """Return whether the format prints a percent sign *without* multiplying."""
    return bool(_LITERAL_PERCENT.search(number_format))


def shown_decimals(number_format: str) -> int | None:
    """Return the number of decimals a format shows; None where it depends on the number (General, text)."""
    pattern = _pattern(number_format)
    if not re.search(r"[0#?]", pattern):
        return None
    match = _DECIMALS.search(pattern)
    return len(match[1]) if match else 0


def date_of_serial(serial: float, *, since_1904: bool) -> datetime | None:
    """Return the date of a serial number; None beyond Excel's range (negative, after the year 9999)."""
    if not 0 <= serial < _LAST_SERIAL:
        return None
    if since_1904:
        return _EPOCH_1904 + timedelta(days=serial) if serial < _LAST_SERIAL - 1462 else None
    # Excel counts 29 February 1900, which did not exist.
    shift = 1 if 1 <= serial < _LEAP_DAY_OF_1900 else 0
    return _EPOCH_1900 + timedelta(days=serial + shift)

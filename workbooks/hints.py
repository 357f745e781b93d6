"""What a file's name, its folders and the text above its table say of period and unit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.errors import UsageError
from domain.periods import Frequency, Period, parse_period
from domain.texts import ascii_key, normalise_name


@dataclass(frozen=True, slots=True)
class Hints:
    """Where a file came from: its name, and the folders above it from the outermost inwards."""

    file_name: str
    folders: tuple[str, ...] = ()


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_IN_WORDS = (
    (Frequency.MONTH, re.compile(r"tháng\s*(?P<n>\d{1,2})\s*(?:[/.-]|năm)?\s*(?P<year>\d{4})\b")),
    (Frequency.QUARTER, re.compile(r"quý\s*(?P<n>iv|i{1,3}|[1-4])\s*(?:[/.-]|năm)?\s*(?P<year>\d{4})\b")),
    (Frequency.HALF_YEAR, re.compile(r"(?:6|sáu) tháng (?P<n>đầu|cuối) năm\s*(?P<year>\d{4})\b")),
    (Frequency.YEAR, re.compile(r"^năm\s*(?P<year>\d{4})\b")),
)
_MONTH_IN_NAME = re.compile(r"(?<![a-z])(?:thang|t)[ ._-]*(?P<n>\d{1,2})[ ._/-]*(?:nam[ ._-]*)?(?P<year>20\d{2})(?!\d)")
_QUARTER_IN_NAME = re.compile(
    r"(?<![a-z])(?:quy|q)[ ._-]*(?P<n>iv|i{1,3}|[1-4])[ ._/-]*(?:nam[ ._-]*)?(?P<year>20\d{2})(?!\d)"
)
# Not "2025-05-16": that is a day.
_ID_IN_NAME = re.compile(r"(?<![\d.-])(20\d{2}-(?:\d{2}|Q[1-4]|H[12]))(?![\d]|[.-]\d)", re.IGNORECASE)
_CODE_IN_NAME = re.compile(r"(?<!\d)(\d{5})(?!\d)")
_UNIT_IN_NAME = re.compile(r"(?<!\w)((?:xã|phường|thị trấn|đặc khu) [^\W\d_]+(?:['’ ][^\W\d_]+)*)")


def period_in_words(text: str) -> Period | None:
    """The period that a heading names ("Tháng 5/2025", "Quý II năm 2025"), None where it names none."""
    name = normalise_name(text)
    for frequency, pattern in _IN_WORDS:
        if found := pattern.search(name):
            return _period(frequency, found.groupdict().get("n"), int(found["year"]))
    return None


def periods_in_name(name: str) -> frozenset[Period]:
    """The periods that a file's or folder's name mentions; a bare year is a folder of many periods, so none."""
    found: set[Period | None] = set()
    for match in _ID_IN_NAME.finditer(name):
        found.add(_period_of_id(match[1].upper()))
    plain = ascii_key(name)
    for frequency, pattern in ((Frequency.MONTH, _MONTH_IN_NAME), (Frequency.QUARTER, _QUARTER_IN_NAME)):
        found.update(_period(frequency, match["n"], int(match["year"])) for match in pattern.finditer(plain))
    return frozenset(period for period in found if period is not None)


def codes_in_name(name: str) -> tuple[str, ...]:
    """Numbers of five digits in a name, the shape of a commune's code."""
    return tuple(_CODE_IN_NAME.findall(name))


def units_in_name(name: str) -> Iterator[str]:
    """What may be a commune's name with its kind ("xã lâm sơn"), the longest guess first."""
    for found in _UNIT_IN_NAME.findall(normalise_name(name).replace("_", " ")):
        words = found.split(" ")
        for length in range(len(words), 1, -1):
            yield " ".join(words[:length])


def _period_of_id(text: str) -> Period | None:
    try:
        return parse_period(text)
    except UsageError:
        return None


def _period(frequency: Frequency, number: str | None, year: int) -> Period | None:
    match frequency:
        case Frequency.MONTH:
            month = int(number or 0)
            return Period(year, month, frequency) if 1 <= month <= 12 else None
        case Frequency.QUARTER:
            quarter = _ROMAN.get(number or "") or int(number or 0)
            return Period(year, 3 * quarter, frequency)
        case Frequency.HALF_YEAR:
            return Period(year, 6 if number == "đầu" else 12, frequency)
        case Frequency.YEAR:
            return Period(year, 12, frequency)

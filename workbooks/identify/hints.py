"""Periods and units named in the file name, the folders and the lines above the table."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.errors import UsageError
from domain.periods import Frequency, Period, parse_period
from domain.texts import ascii_key, normalise_name
from workbooks.text.heading_vocabulary import HeadingVocabulary


@dataclass(frozen=True, slots=True)
class Hints:
    """Origin of a file: its name, and the folders above it from the outermost inwards."""

    file_name: str
    folders: tuple[str, ...] = ()


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_IN_WORDS = (
    (Frequency.MONTH, re.compile(r"tháng\s*:?\s*(?P<n>\d{1,2})[\s/.,(-]*(?:năm\s*)?(?P<year>20\d{2})\b")),
    (Frequency.MONTH, re.compile(r"^\W*(?:m|kỳ\s)?\s*(?P<n>\d{1,2})\s*[/.-]\s*(?P<year>20\d{2})\W*$")),
    (Frequency.MONTH, re.compile(r"^\W*(?P<year>20\d{2})\s*[/._-]\s*(?P<n>\d{1,2})\W*$")),
    # A two-digit year from 20 on is neither a month nor another short number.
    (Frequency.MONTH, re.compile(r"tháng\s*(?P<n>\d{1,2})\s*(?:[/.-]|năm)\s*(?P<year>[2-4]\d)(?![\d/.-])")),
    (Frequency.MONTH, re.compile(r"^\W*(?P<n>\d{1,2})\s*[/.-]\s*(?P<year>[2-4]\d)\W*$")),
    (Frequency.QUARTER, re.compile(r"quý\s*(?P<n>iv|i{1,3}|[1-4])\s*(?:[/.-]|năm)?\s*(?P<year>\d{4})\b")),
    (Frequency.HALF_YEAR, re.compile(r"(?:6|sáu) tháng (?P<n>đầu|cuối) năm\s*(?P<year>\d{4})\b")),
    (Frequency.YEAR, re.compile(r"^năm\s*(?P<year>\d{4})\b")),
)
_MONTH_IN_NAME = re.compile(
    r"(?<![a-z])(?:thang|thg|th|t)[ ._-]*(?P<n>\d{1,2})[ ._/-]*(?:nam[ ._-]*)?(?P<year>20\d{2})(?!\d)"
)
_SHORT_IN_NAME = re.compile(
    r"(?<![a-z\d])(?:thang|thg|th|t)[ ._-]*(?P<n>1[0-2]|0?[1-9])"
    r"(?:[._/-]|[ ._-]*nam[ ._-]*)(?P<year>[2-4]\d)(?!\d|[._/-]\d)"
)
_QUARTER_IN_NAME = re.compile(
    r"(?<![a-z])(?:quy|q)[ ._-]*(?P<n>iv|i{1,3}|[1-4])[ ._/-]*(?:nam[ ._-]*)?(?P<year>20\d{2})(?!\d)"
)
# Not "2025-05-16", which is a date.
_ID_IN_NAME = re.compile(r"(?<![\d.-])(20\d{2}-(?:\d{2}|Q[1-4]|H[12]))(?![\d]|[.-]\d)", re.IGNORECASE)
# "05.2025", "5-2025", "052025", "2025_05", "202505"; not "16.05.2025", and not the number of a document ("số 12-2025").
_NOT_A_DAY = r"(?<![a-z\d])(?<!^\d[._/-])(?<!\D\d[._/-])(?<!^\d\d[._/-])(?<!\D\d\d[._/-])"
_MONTH_BEFORE_YEAR = re.compile(
    _NOT_A_DAY + r"(?P<n>0[1-9]|1[0-2]|[1-9](?=[.-]))[._/-]?(?P<year>20\d{2})(?!\d|[._/-]\d)"
)
_MONTH_BEHIND_YEAR = re.compile(_NOT_A_DAY + r"(?P<year>20\d{2})[._/]?(?P<n>0[1-9]|1[0-2])(?!\d|[._/-]\d)")
# A month without a year excludes other months, and leaves the year to other sources.
_MONTH_ALONE = re.compile(
    r"(?<![a-z\d])(?:thang|thg|t)[ ._-]*(?P<n>1[0-2]|0?[1-9])(?!\d|[ ._/-]*(?:nam[ ._-]*)?20\d{2}|[._/-]\d)"
)
_ANY_MONTH = re.compile(
    r"tháng\s*:?\s*(?P<n>1[0-2]|0?[1-9])(?!\d)"
    r"(?:[\s/.,(-]*(?:năm\s*)?(?P<year>20\d{2})(?!\d)|\s*(?:[/.-]|năm)\s*(?P<short>[2-4]\d)(?![\d/.-]))?"
)
_BARE = re.compile(
    r"\W*(?:(?:thang|thg|th|t|quy|q)[ ._:-]*(?:\d{1,2}|iv|i{1,3})(?:[ ./_-]*(?:nam )?(?:20)?\d{2})?"
    r"|(?:m|ky )? ?\d{1,2} ?[./_-] ?20\d{2}|\d{1,2} ?[./-] ?[2-4]\d"
    r"|20\d{2}(?: ?[./_-] ?\d{1,2}|0[1-9]|1[0-2]))\W*"
)
_AT_END = re.compile(r"(?<!\w)(?:thang|thg|th|t|quy|q)[ ._]*(?:\d{1,2}|iv|i{1,3})(?: ?[./-] ?| nam | )20\d{2}\W*$")
_LONGEST_TITLE = 120
_YEAR_FOLDER = re.compile(r"(?:nam[ ._-]*)?(?P<year>20\d{2})")
_MONTH_FOLDER = re.compile(r"0?[1-9]|1[0-2]")
YEARS = range(2015, 2051)
"""Years that a month or day without its year may be of."""
_CENTURY = 2000
_CODE_IN_NAME = re.compile(r"(?<!\d)(\d{5})(?!\d)")


def period_in_words(text: str) -> Period | None:
    """Return the period that a heading line names ("tháng 5/2025", "quý ii năm 2025"), None if it names none."""
    for frequency, pattern in _IN_WORDS:
        if match := pattern.search(text):
            return _period(frequency, match.groupdict().get("n"), int(match["year"]))
    return None


def is_bare_period(text: str) -> bool:
    """Return whether a normalised line is a period and nothing else: "t6.2025", "06/2025", "tháng 6", "2025-06"."""
    return _BARE.fullmatch(ascii_key(text)) is not None


def names_period(text: str) -> bool:
    """Return whether a normalised title names a period, in full or in short ("t6.2025")."""
    plain = ascii_key(text)
    patterns = (_MONTH_IN_NAME, _SHORT_IN_NAME, _QUARTER_IN_NAME)
    return period_in_words(text) is not None or any(pattern.search(plain) for pattern in patterns)


def names_month_alone(text: str) -> bool:
    """Return whether a normalised title names a month without its year."""
    return _MONTH_ALONE.search(ascii_key(text)) is not None


def ends_in_period(text: str) -> bool:
    """Return whether a normalised line ends in a month or quarter with its year, as titles over several lines do."""
    return len(text) <= _LONGEST_TITLE and _AT_END.search(ascii_key(text)) is not None


def months_in_words(text: str) -> frozenset[Period]:
    """Return all months named in a normalised text with numbered months.

    A month without a year is of the year named after it, or else before it, or else of any year.
    """
    matches = list(_ANY_MONTH.finditer(text))
    years = [_year_of(match) for match in matches]
    known = next((year for year in years if year is not None), None)
    months: set[Period] = set()
    for match, own_year in zip(reversed(matches), reversed(years), strict=True):
        known = own_year or known
        for year in (known,) if known else YEARS:
            months.add(Period(year, int(match["n"]), Frequency.MONTH))
    return frozenset(months)


def _year_of(match: re.Match[str]) -> int | None:
    if match["year"]:
        return int(match["year"])
    return _CENTURY + int(match["short"]) if match["short"] else None


@lru_cache(maxsize=256)
def periods_in_name(name: str, vocabulary: HeadingVocabulary) -> frozenset[Period]:
    """Return the periods that the name of a file or folder can mean; a bare year is a folder of many, so none.

    A month without a year ("tháng 5") can be that month of any year.
    """
    results: set[Period | None] = set()
    for match in _ID_IN_NAME.finditer(name):
        results.add(_period_of_id(match[1].upper()))
    plain = ascii_key(vocabulary.months.numbered(normalise_name(name)))
    for frequency, pattern in (
        (Frequency.MONTH, _MONTH_IN_NAME),
        (Frequency.MONTH, _SHORT_IN_NAME),
        (Frequency.QUARTER, _QUARTER_IN_NAME),
    ):
        results.update(_period(frequency, match["n"], int(match["year"])) for match in pattern.finditer(plain))
    for pattern in (_MONTH_BEFORE_YEAR, _MONTH_BEHIND_YEAR):
        for match in pattern.finditer(plain):
            if not vocabulary.numbered.search(plain[: match.start()]):
                results.add(_period(Frequency.MONTH, match["n"], int(match["year"])))
    known = frozenset(period for period in results if period is not None)
    return known or frozenset(_months_of_any_year(plain))


def periods_of_folder(folders: Sequence[str], vocabulary: HeadingVocabulary) -> tuple[str, frozenset[Period]]:
    """Return the innermost folder's name and the periods that it can mean: "06" in "2025" is "2025/06"."""
    *above, name = folders
    year = _YEAR_FOLDER.fullmatch(ascii_key(above[-1])) if above else None
    if year is None or _MONTH_FOLDER.fullmatch(name) is None:
        return name, periods_in_name(name, vocabulary)
    return f"{above[-1]}/{name}", frozenset({Period(int(year["year"]), int(name), Frequency.MONTH)})


def _months_of_any_year(plain: str) -> Iterator[Period]:
    months = {int(match["n"]) for match in _MONTH_ALONE.finditer(plain)}
    # "Tháng 4, tháng 5" is ambiguous: only a single month counts.
    for month in months if len(months) == 1 else ():
        yield from (Period(year, month, Frequency.MONTH) for year in YEARS)


def codes_in_name(name: str) -> tuple[str, ...]:
    """Return the five-digit numbers in a name, the format of a commune's code."""
    return tuple(_CODE_IN_NAME.findall(name))


def units_in_name(name: str, vocabulary: HeadingVocabulary) -> Iterator[str]:
    """Yield candidates for a commune's name with its kind ("xã lâm sơn"), the longest first."""
    for text in vocabulary.unit_in_name.findall(vocabulary.kinds.in_names(normalise_name(name)).replace("_", " ")):
        words = text.split(" ")
        for length in range(len(words), 1, -1):
            yield " ".join(words[:length])


def _period_of_id(text: str) -> Period | None:
    try:
        return parse_period(text)
    except UsageError:
        return None


def _period(frequency: Frequency, number: str | None, year: int) -> Period | None:
    year += _CENTURY if year < 100 else 0
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

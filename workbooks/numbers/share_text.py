"""Grammar of shares typed into one cell: "69.586/91.032", or with words and percentage: "69.586/91.032 hộ (76,44%)"."""

import re
import unicodedata
from dataclasses import replace
from typing import NamedTuple

from workbooks.numbers.number_text import NumberText, clean_text, read_number_text
from workbooks.numbers.unit_words import split_unit_words

_PERCENT = r"(?P<percent>[0-9][0-9.,]* ?%)"
_PARTS = r"(?P<numerator>[^/()%=]+)/(?P<denominator>[^/()%=]+?)"
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        _PARTS,
        rf"{_PARTS}\s*\(\s*{_PERCENT}\s*\)",
        rf"{_PARTS}\s*(?:=|,?\s*đạt(?: tỷ lệ)?)\s*{_PERCENT}",
        rf"{_PERCENT}\s*\(\s*{_PARTS}\s*\)",
    )
)
_MONTH_YEAR = re.compile(r"(?:0?[1-9]|1[0-2]) ?/ ?(?:19|20)[0-9]{2}")


class ShareTerm(NamedTuple):
    """Numerator or denominator of a share: its possible numbers, and the words after it."""

    read: NumberText
    words: str


class ShareText(NamedTuple):
    """A share as typed. `percent` is the percentage, "" if there is none."""

    numerator: ShareTerm
    denominator: ShareTerm
    percent: str


def read_share_text(text: str, *, is_count: bool) -> ShareText | None:
    """Return the share that a text means, None if it is no share; "5/2025" is a month rather than a share.

    `is_count` decides how the marks within its terms are read, as in `read_number_text`.
    """
    cleaned, rules = clean_text(unicodedata.normalize("NFC", text))
    if "/" not in cleaned or _MONTH_YEAR.fullmatch(cleaned):
        return None
    match = next(filter(None, (shape.fullmatch(cleaned) for shape in _SHAPES)), None)
    if match is None:
        return None
    numerator, denominator = (_term(match[name], rules, is_count=is_count) for name in ("numerator", "denominator"))
    if numerator is None or denominator is None:
        return None
    return ShareText(numerator, denominator, match.groupdict().get("percent") or "")


def _term(text: str, rules: list[str], *, is_count: bool) -> ShareTerm | None:
    number, words = split_unit_words(text.strip())
    read = read_number_text(number, is_count=is_count)
    if read is None or read.is_percent:
        return None
    kept = tuple(rule for rule in (*rules, *read.rules) if rule != "number_as_text")
    return ShareTerm(replace(read, rules=kept), words)

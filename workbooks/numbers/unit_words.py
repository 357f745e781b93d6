"""Words behind a number: what it counts, a word that multiplies it, or one nobody asked for."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from domain.catalog.catalog import CellMarks
from domain.indicators import Indicator, Measure
from domain.layouts import ColumnRole
from domain.texts import normalise_name
from workbooks.text.word_patterns import any_of

_WORD = re.compile(r"[^\W\d_]+")
_AROUND = " .:;,"


class NumberWithUnit(NamedTuple):
    """A text parted into its number and the words behind it ("" where there are none)."""

    number: str
    words: str


def split_unit_words(text: str) -> NumberWithUnit:
    """Part the words from what they follow: "12 hộ." is "12" and "hộ". A text that begins with a letter stays whole."""
    first = next((place for place, mark in enumerate(text) if mark.isalpha()), 0)
    number = text[:first].rstrip()
    return NumberWithUnit(number, text[first:].strip(_AROUND)) if number else NumberWithUnit(text, "")


def unit_words_of(indicator: Indicator, role: ColumnRole) -> dict[str, str]:
    """The words that may follow a figure of that role, by normalised word; a count may also be followed by its unit."""
    words = indicator.denominator_words if role is ColumnRole.DENOMINATOR else indicator.numerator_words
    unit = (indicator.unit.vi,) if indicator.measure is Measure.COUNT else ()
    return {normalise_name(word): word for word in (*unit, *words)}


def are_known_words(words: str, known: Collection[str]) -> bool:
    """Whether the words behind a number are none, or among those known."""
    return not words or normalise_name(words) in known


def power_of_ten(words: str, marks: CellMarks) -> int:
    """The power of ten of the first word that multiplies ("nghìn hộ": 3, "tr.đ": 6); 0 where none does."""
    name = _rates(marks.rates).sub("", normalise_name(words))
    return next((marks.scale[word] for word in _WORD.findall(name) if word in marks.scale), 0)


@lru_cache(maxsize=2)
def _rates(rates: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(rates)}\b")

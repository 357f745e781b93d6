"""Words after a number: units of what is counted, multipliers, and unknown words."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from domain.catalog.marks import CellMarks
from domain.indicators import Indicator, Measure
from domain.layouts import ColumnRole
from domain.texts import normalise_name
from workbooks.text.word_patterns import any_of

_WORD = re.compile(r"[^\W\d_]+")
_AROUND = " .:;,"
_CURRENCY = "đồng"
_CURRENCIES = frozenset({"đ", "vnđ", "vnd", "đồng việt nam"})
"""Signs of the country's currency."""


class NumberWithUnit(NamedTuple):
    """A text split into its number and the words after it ("" if there are none)."""

    number: str
    words: str


def split_unit_words(text: str) -> NumberWithUnit:
    """Split a number from the words after it: "12 hộ." is "12" and "hộ". Text beginning with a letter is kept whole."""
    first = next((place for place, mark in enumerate(text) if mark.isalpha()), 0)
    number = text[:first].rstrip()
    return NumberWithUnit(number, text[first:].strip(_AROUND)) if number else NumberWithUnit(text, "")


def unit_words_of(indicator: Indicator, role: ColumnRole) -> dict[str, str]:
    """Return the words allowed after a figure of that role, by normalised word; for a count also its unit."""
    words = indicator.denominator_words if role is ColumnRole.DENOMINATOR else indicator.numerator_words
    unit = (indicator.unit.vi,) if indicator.measure is Measure.COUNT else ()
    return {normalise_name(word): word for word in (*unit, *words)}


def are_known_words(words: str, known: Collection[str]) -> bool:
    """Return whether the words after a number are known, or there are none."""
    return not words or normalise_name(words) in known


def power_of_ten(words: str, marks: CellMarks) -> int:
    """Return the power of ten of the first multiplier ("nghìn hộ": 3, "tr.đ": 6), 0 without one."""
    name = _rates(marks.rates).sub("", normalise_name(words))
    return next((marks.scale[word] for word in _WORD.findall(name) if word in marks.scale), 0)


def unit_power(indicator: Indicator, role: ColumnRole, marks: CellMarks) -> int:
    """Return the power of ten in which figures of that role are reported: 6 for an indicator in million đồng."""
    words = indicator.denominator_words if role is ColumnRole.DENOMINATOR else indicator.numerator_words
    texts = (indicator.unit.vi,) if indicator.measure is Measure.COUNT else words
    powers = {power_of_ten(text, marks) for text in texts}
    return next(iter(powers)) if len(powers) == 1 else 0


def base_unit(words: str, marks: CellMarks) -> str:
    """Return a unit without its multiplier, "" for a multiplier alone: "triệu đồng" and "tr.đ" are "đồng"."""
    rest = " ".join(word for word in _WORD.findall(normalise_name(words)) if word not in marks.scale)
    return _CURRENCY if rest in _CURRENCIES else rest


@lru_cache(maxsize=2)
def _rates(rates: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(rates)}\b")

"""Normalisation of labels as officials write them, and suggestions of the nearest known labels."""

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

from domain.texts import ascii_key, normalise_name
from workbooks.text.legacy_text import unicode_readings

# "1.", "2.3", "2.3.", "1)", "(1)", "a)", "II.", "-", "+", "•": the numbering of a line is not part of its label.
_NUMBERING = re.compile(
    r"^(?:[-+*•]\s*|\d{1,3}(?:\.\d{1,2})+(?:[.)]?\s+|[.)](?=[^\W\d]))|\(?\d{1,3}[.)](?!\d)\s*|\(?[ivx]+[.)]\s*|\(?[a-zđ]\)\s*)"
)
# A word hyphenated at a line break in a narrow cell: "mẫu-" over "số".
_HYPHENATED = re.compile(r"(?<=\w)-[ \t]*\r?\n\s*")
_AROUND_MARKS = re.compile(r"\s*([,;:()/%-])\s*")
_TRAILING = re.compile(r"[\s:;.*]+$")
_QUOTES = '"“”«» '
# A rate is a percentage anyway, so its sign is redundant. In other labels the sign tells a rate from its count.
_PER_CENT = re.compile(r"^(t[ỉỷ] lệ\b.*?)\s*(?:\(\s*%\s*\)|%)$")
# "Tỉ lệ" and "tỷ lệ", "kĩ" and "kỹ": a word ending in its only vowel is spelt with i or with y.
_EITHER_I = re.compile(r"(?<!\w)([hklmst])([yýỳỷỹỵ])(?!\w)")
_I_OF_Y = dict(zip("yýỳỷỹỵ", "iíìỉĩị", strict=True))
# A footnote mark after a label: "(*)", "(1)".
_FOOTNOTE = re.compile(r"\s*\((?:\*+|\d)\)[\s:.]*$")
_REMARK = re.compile(r"[:(].*$")
_SUGGESTIONS = 3
_LEAST_SHARED = 8
"""Fewest characters of a text that may count as a part of another."""
_NEAR = 0.8


@lru_cache(maxsize=16_384)
def normalise_label(text: str) -> str:
    """Return the comparable form of a label, without spelling variants, numbering, spaces around marks, final colon.

    Diacritics stay, since labels that differ in nothing else exist.
    """
    name = normalise_name(_HYPHENATED.sub(" ", text)).strip(_QUOTES)
    name = _FOOTNOTE.sub("", _NUMBERING.sub("", name, count=1))
    name = _TRAILING.sub("", _AROUND_MARKS.sub(r"\1", name))
    return _EITHER_I.sub(lambda match: match[1] + _I_OF_Y[match[2]], _PER_CENT.sub(r"\1", name)).strip(_QUOTES)


def nearest_labels(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the known labels most similar to a text, nearest first; for suggestions only, never for matching."""
    by_key: dict[str, str] = {}
    for label in known:
        by_key.setdefault(ascii_key(normalise_label(label)), label)
    results: dict[str, None] = {}
    for reading in (text, *unicode_readings(text)):
        key = ascii_key(normalise_label(reading))
        results.update(dict.fromkeys(difflib.get_close_matches(key, by_key, _SUGGESTIONS, _NEAR)))
        # A label split over two rows, or two labels in one cell, are similar in part only.
        results.update((item, None) for item in by_key if _is_part(item, key) or _is_part(key, item))
    return tuple(by_key[key] for key in results)[:_SUGGESTIONS]


def is_total_label(text: str, totals: Iterable[str]) -> bool:
    """Return whether a label is one of the totals, perhaps followed by a remark: "Tổng cộng (8 thôn)"."""
    label = normalise_label(text)
    return not {label, _REMARK.sub("", label)}.isdisjoint(normalise_label(total) for total in totals)


def _is_part(text: str, whole: str) -> bool:
    return len(text) >= _LEAST_SHARED and text in whole

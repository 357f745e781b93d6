"""Labels as officials write them, made comparable; and the nearest known ones to suggest where none fits."""

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

from domain.texts import ascii_key, normalise_name
from workbooks.text.legacy_text import unicode_readings

# "1.", "2.3", "2.3.", "1)", "(1)", "a)", "II.", "-", "+", "•": how a line is numbered says nothing of what it means.
_NUMBERING = re.compile(
    r"^(?:[-+*•]\s*|\d{1,3}(?:\.\d{1,2})+(?:[.)]?\s+|[.)](?=[^\W\d]))|\(?\d{1,3}[.)](?!\d)\s*|\(?[ivx]+[.)]\s*|\(?[a-zđ]\)\s*)"
)
# A word parted at the end of a line in a narrow cell: "mẫu-" over "số".
_PARTED = re.compile(r"(?<=\w)-[ \t]*\r?\n\s*")
_AROUND_MARKS = re.compile(r"\s*([,;:()/%-])\s*")
_TRAILING = re.compile(r"[\s:;.*]+$")
_QUOTES = '"“”«» '
# That a rate is one of a hundred goes without saying. Of other labels the sign tells a rate from its count.
_PER_CENT = re.compile(r"^(t[ỉỷ] lệ\b.*?)\s*(?:\(\s*%\s*\)|%)$")
# "Tỉ lệ" and "tỷ lệ", "kĩ" and "kỹ": a word that ends in its only vowel is written either way.
_EITHER_I = re.compile(r"(?<!\w)([hklmst])([yýỳỷỹỵ])(?!\w)")
_I_OF_Y = dict(zip("yýỳỷỹỵ", "iíìỉĩị", strict=True))
# A mark of a footnote behind a label: "(*)", "(1)".
_FOOTNOTE = re.compile(r"\s*\((?:\*+|\d)\)[\s:.]*$")
_REMARK = re.compile(r"[:(].*$")
_SUGGESTIONS = 3
_LEAST_SHARED = 8
"""So many signs one text has to share with another, whole, to be taken for a part of it."""
_NEAR = 0.8


@lru_cache(maxsize=16_384)
def normalise_label(text: str) -> str:
    """Make two writings of one label equal: spelling variants, numbering, spaces around marks, a final colon.

    Diacritics stay: without them different labels become one.
    """
    name = normalise_name(_PARTED.sub(" ", text)).strip(_QUOTES)
    name = _FOOTNOTE.sub("", _NUMBERING.sub("", name, count=1))
    name = _TRAILING.sub("", _AROUND_MARKS.sub(r"\1", name))
    return _EITHER_I.sub(lambda match: match[1] + _I_OF_Y[match[2]], _PER_CENT.sub(r"\1", name)).strip(_QUOTES)


def nearest_labels(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known labels most like a text, nearest first; only ever shown to a person, never matched by."""
    by_key: dict[str, str] = {}
    for label in known:
        by_key.setdefault(ascii_key(normalise_label(label)), label)
    results: dict[str, None] = {}
    for reading in (text, *unicode_readings(text)):
        key = ascii_key(normalise_label(reading))
        results.update(dict.fromkeys(difflib.get_close_matches(key, by_key, _SUGGESTIONS, _NEAR)))
        # A label parted over two rows, or two labels in one cell, are not alike as a whole.
        results.update((item, None) for item in by_key if _is_part(item, key) or _is_part(key, item))
    return tuple(by_key[key] for key in results)[:_SUGGESTIONS]


def is_total_label(text: str, totals: Iterable[str]) -> bool:
    """Whether a label is one of totals, with or without a remark behind it: "Tổng cộng (8 thôn)"."""
    label = normalise_label(text)
    return not {label, _REMARK.sub("", label)}.isdisjoint(normalise_label(total) for total in totals)


def _is_part(text: str, whole: str) -> bool:
    return len(text) >= _LEAST_SHARED and text in whole

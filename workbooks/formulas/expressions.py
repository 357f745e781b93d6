"""Pieces of formulas that every version of Excel and LibreOffice computes: IF, AND, OR, ISNUMBER, N, TRIM and such."""

import re
import string
from collections.abc import Iterable, Mapping

from domain.texts import Text

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_TEXTS = re.compile(rf"{_TEXT.pattern}(?:&{_TEXT.pattern})*")
_LONGEST_TEXT = 255
"""Most characters of a text in a formula that Excel opens."""


def text(value: str) -> str:
    """Return a text as a formula writes it, in pieces that Excel takes."""
    pieces = [value[start : start + _LONGEST_TEXT] for start in range(0, len(value), _LONGEST_TEXT)] or [""]
    return "&".join('"{}"'.format(piece.replace('"', '""')) for piece in pieces)


def merged(formula: str) -> str:
    """Return a formula in which texts that follow each other are one, as far as Excel takes it."""
    return _TEXTS.sub(_merged_texts, formula)


def _merged_texts(match: re.Match[str]) -> str:
    pieces = [piece[1:-1] for piece in _TEXT.findall(match[0])]
    together = "".join(pieces)
    return f'"{together}"' if len(together) <= _LONGEST_TEXT else match[0]


def is_one_of(cell: str, texts: Iterable[str]) -> str:
    """Return the condition that a cell holds one of these texts, whatever its case and outer spaces."""
    listed = ",".join(text(each) for each in sorted(texts))
    return f"OR(TRIM({cell})={{{listed}}})" if listed else "FALSE"


def either(conditions: Iterable[str]) -> str:
    """Return the condition that one of these holds."""
    listed = list(dict.fromkeys(conditions))
    return listed[0] if len(listed) == 1 else f"OR({','.join(listed)})"


def count(conditions: Iterable[str]) -> str:
    """Return how many of these conditions hold."""
    # From 0: a condition alone would be compared with a number as a truth value, which is larger than any.
    return f"({'+'.join(['0', *(f'({condition})' for condition in conditions)])})"


def filled(sentence: Text, facts: Mapping[str, str]) -> str:
    """Return the formula of a Vietnamese text of the catalogue; `facts` are formulas by the marks it names.

    Raises:
        KeyError: the text names a fact that there is no formula for.
    """
    pieces: list[str] = []
    for before, mark, _, _ in string.Formatter().parse(sentence.vi):
        pieces += ([text(before)] if before else []) + ([facts[mark]] if mark else [])
    return "&".join(pieces) or text("")

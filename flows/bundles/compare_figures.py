"""Compare two rollups figure by figure: which figures differ, and which are only written otherwise."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from io import StringIO
from typing import Final

FIGURES: Final = "rollup.csv"
"""The published file that holds every figure."""
_WORDS: Final = frozenset({"notes"})
"""Columns that describe a figure in words, which another version of the program may put otherwise."""


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """A recomputed figure that differs from the published one; empty: it is absent."""

    indicator: str
    column: str
    published: str
    recomputed: str


def moved_figures(published: bytes, recomputed: bytes) -> tuple[FigureDifference, ...]:
    """Return the differing columns of every figure, in the order of the published rows; columns of words are skipped.

    Numbers written with other decimals are equal; columns missing in the published file are not compared.
    """
    return tuple(_moved(published, recomputed)) if published != recomputed else ()


def _moved(published: bytes, recomputed: bytes) -> Iterator[FigureDifference]:
    columns, before = _read(published)
    _, after = _read(recomputed)
    for indicator in dict.fromkeys((*before, *after)):
        old, new = before.get(indicator, {}), after.get(indicator, {})
        for column in (name for name in columns if name not in _WORDS):
            was, now = old.get(column, ""), new.get(column, "")
            if _value(was) != _value(now):
                yield FigureDifference(indicator, column, was, now)


def _read(content: bytes) -> tuple[list[str], dict[str, dict[str, str]]]:
    reader = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""))
    rows = {row["indicator"]: row for row in reader}
    return list(reader.fieldnames or ()), rows


def _value(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text

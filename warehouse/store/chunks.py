"""Ask a database for many things a piece at a time: one statement takes only so many values."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

_AT_ONCE: Final = 1_000

_T = TypeVar("_T", int, str)


def in_pieces(values: Iterable[_T]) -> Iterator[list[_T]]:
    """These values in order, each once, as many at a time as a statement is asked for."""
    wanted = sorted(set(values))
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]

"""Split values into batches of a bounded size."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_T = TypeVar("_T")


def batched(values: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Yield the values in their order as lists of at most `size` (1 or more); only the last may be shorter."""
    # itertools.batched begins with Python 3.12.
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch

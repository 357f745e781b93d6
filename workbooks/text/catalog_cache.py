"""What is made of a catalogue once and kept for all files that are read with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import TypeVar

from domain.catalog.catalog import Catalog

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Source:
    """A catalogue, told from others by its version."""

    version: str
    catalog: Catalog = field(compare=False)


def cached_per_catalog(make: Callable[[Catalog], _T]) -> Callable[[Catalog], _T]:
    """Let a function make its result once for each version of the catalogue."""

    @lru_cache(maxsize=2)
    def made(source: _Source) -> _T:
        return make(source.catalog)

    @wraps(make)
    def look_up(catalog: Catalog) -> _T:
        return made(_Source(catalog.version, catalog))

    return look_up

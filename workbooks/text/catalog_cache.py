"""Caching of values that are derived from a catalogue once and used for all files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import TypeVar

from domain.catalog.catalog import Catalog

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Source:
    """A catalogue, compared by its version."""

    version: str
    catalog: Catalog = field(compare=False)


def cached_per_catalog(make: Callable[[Catalog], _T]) -> Callable[[Catalog], _T]:
    """Decorate a function so that its result is computed once for each version of the catalogue."""

    @lru_cache(maxsize=2)
    def cached(source: _Source) -> _T:
        return make(source.catalog)

    @wraps(make)
    def wrapper(catalog: Catalog) -> _T:
        return cached(_Source(catalog.version, catalog))

    return wrapper

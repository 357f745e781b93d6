"""Open the catalogue that the settings name; commands and sites do not load it by themselves."""

from functools import lru_cache
from pathlib import Path

from domain.catalog.catalog import SHIPPED, Catalog, load_catalog
from domain.catalog.texts import Texts, load_texts
from flows.support.settings import Settings


def open_catalog(settings: Settings) -> Catalog:
    """Return the deployment's catalogue, or the shipped one; load it again only after a file of it has changed.

    Raises:
        CatalogError: it cannot be used.
    """
    return _load(settings.catalog, _file_states(settings.catalog))


def open_texts(settings: Settings) -> Texts:
    """Load the texts of the deployment's catalogue alone, or of the one shipped.

    Raises:
        CatalogError: they cannot be used.
    """
    return load_texts(settings.catalog or SHIPPED)


@lru_cache(maxsize=2)
def _load(root: Path | None, _states: frozenset[tuple[Path, int, int]]) -> Catalog:
    return load_catalog(root)


def _file_states(root: Path | None) -> frozenset[tuple[Path, int, int]]:
    """Return every file's path, time of change in ns and size in bytes; nothing for the shipped catalogue."""
    states = ((path, path.stat()) for path in (root.rglob("*") if root else ()))
    return frozenset((path, state.st_mtime_ns, state.st_size) for path, state in states)

"""Open the catalogue that the settings name; commands and sites do not load it by themselves."""

from domain.catalog.catalog import Catalog, load_catalog
from flows.support.settings import Settings


def open_catalog(settings: Settings) -> Catalog:
    """Load the deployment's catalogue, or the one shipped.

    Raises:
        CatalogError: it cannot be used.
    """
    return load_catalog(settings.catalog)

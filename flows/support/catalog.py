"""Open the catalogue that the settings name; commands and sites do not load it by themselves."""

from domain.catalog.catalog import SHIPPED, Catalog, load_catalog
from domain.catalog.texts import Texts, load_texts
from flows.support.settings import Settings


def open_catalog(settings: Settings) -> Catalog:
    """Load the deployment's catalogue, or the one shipped.

    Raises:
        CatalogError: it cannot be used.
    """
    return load_catalog(settings.catalog)


def open_texts(settings: Settings) -> Texts:
    """Load the texts of the deployment's catalogue alone, or of the one shipped.

    Raises:
        CatalogError: they cannot be used.
    """
    return load_texts(settings.catalog or SHIPPED)

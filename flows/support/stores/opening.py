"""Stores that a deployment keeps its files in, opened from the settings."""

from connectors.stores.local import LocalStore
from domain.stores.store import Store
from flows.support.settings import Settings


def published_store(settings: Settings) -> Store:
    """Return the store of published reports."""
    return LocalStore(settings.published)

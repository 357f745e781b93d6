"""Registry of connectors: each module of `sources/` opens the URLs whose scheme is its name."""

import pkgutil
from collections.abc import Callable
from importlib import import_module

from connectors import sources
from connectors.base import Connector

_ANY_OTHER = "filesystem"


def open_source(name: str, url: str) -> Connector:
    """Return the connector for `url`, known in records as `name`; it is not accessed yet.

    Local paths, and schemes without a module of their own, are left to fsspec.
    """
    scheme, mark, _ = url.partition("://")
    known = {module.name for module in pkgutil.iter_modules(sources.__path__)}
    module = import_module(f"{sources.__name__}.{scheme if mark and scheme in known else _ANY_OTHER}")
    connect: Callable[[str, str], Connector] = module.CONNECTOR
    return connect(name, url)

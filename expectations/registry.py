"""Which rule kinds there are: every module of `kinds/`, by its name."""

import pkgutil
from functools import cache
from importlib import import_module

from expectations import kinds
from expectations.kind import Kind


@cache
def kind_names() -> frozenset[str]:
    """Names of all rule kinds."""
    return frozenset(module.name for module in pkgutil.iter_modules(kinds.__path__))


@cache
def find_kind(name: str) -> Kind:
    """The kind of that name.

    Raises:
        KeyError: there is no such kind.
    """
    if name not in kind_names():
        raise KeyError(name)
    kind: Kind = import_module(f"{kinds.__name__}.{name}").KIND
    return kind

"""Import of Great Expectations without the libraries that only its unused rules draw charts and test samples with."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any, Final

UNUSED: Final = ("altair", "scipy.stats")
"""Imported by Great Expectations, used by none of our rules: two fifths of the time that its import takes."""


class _Deferred(ModuleType):
    """Stand-in for a module that is imported when something of it is used."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 # a module has attributes of any type
        # `inspect` asks all modules for such names and uses nothing of them.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def defer_unused() -> None:
    """Let Great Expectations be imported without those modules; each is imported in full once something of it is used.

    To be called before Great Expectations is imported; does nothing for modules that are imported already.
    """
    for name in UNUSED:
        sys.modules.setdefault(name, _Deferred(name))

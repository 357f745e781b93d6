"""Import of Great Expectations without the parts that no rule uses (decision 114)."""

import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Final

_ROOT: Final = "great_expectations"
_UNUSED: Final[Mapping[str, re.Pattern[str]]] = {
    "datasource.fluent": re.compile(r"(?!(invalid|postgres|sql|sqlite)_datasource).*_datasource|dynamic_pandas|fabric"),
    "expectations.core": re.compile(r"expect_(?!table_row_count_to_equal$).*"),
    "expectations.metrics": re.compile(r".*(aggregate|map)_metrics"),
}
"""Modules that are left out, by package: other data sources, other expectations, and the metrics of these."""
_LIBRARIES: Final = ("altair", "pandas", "requests", "requests.adapters", "scipy")
"""Imported for the names of types, or for expectations that are left out."""
_OPTIONAL: Final = ("boto3", "botocore", "pyarrow")
"""Great Expectations does without them where they are not installed."""


class _StandIn(ModuleType):
    """Stands in for a module: each name in it is an empty class, of which no object is an instance."""

    __all__ = ()

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        kind = type(name, (), {"__module__": self.__name__})
        setattr(self, name, kind)
        return kind


@contextmanager
def without_unused() -> Iterator[None]:
    """Let Great Expectations be imported within the block without what no rule uses.

    Modules that are imported already stay; those left out can be imported after the block, like any other.
    """
    stand_ins: dict[str, ModuleType | None] = {name: _StandIn(name) for name in (*unused_modules(), *_LIBRARIES)}
    stand_ins.update(dict.fromkeys(_OPTIONAL))
    added = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(added)  # type: ignore[arg-type] # None: Python takes the module for not installed
    try:
        yield
    finally:
        for name in added:
            sys.modules.pop(name, None)


def unused_modules() -> Iterator[str]:
    """Yield the names of the modules that are left out, without importing a package."""
    spec = find_spec(_ROOT)
    folders = spec.submodule_search_locations if spec else None
    for package, unused in _UNUSED.items():
        paths = [str(Path(folder, *package.split("."))) for folder in folders or ()]
        names = (module.name for module in pkgutil.iter_modules(paths))
        yield from (f"{_ROOT}.{package}.{name}" for name in names if unused.fullmatch(name))

"""Registry of the rule kinds that are compiled: every module of `kinds/`, by its name."""

import pkgutil
from functools import cache
from importlib import import_module

from workbooks.formulas import kinds
from workbooks.formulas.kind import FormulaKind


@cache
def formula_kinds() -> dict[str, FormulaKind]:
    """Return the kinds that have formulas; rules of all others are judged on arrival only."""
    names = [module.name for module in pkgutil.iter_modules(kinds.__path__)]
    return {name: import_module(f"{kinds.__name__}.{name}").KIND for name in names}

"""The stamp of a template, which identifies its report whatever happens to file name and headings.

Stored three times: on a hidden sheet, as custom document properties, and as defined names, which follow their cells
when rows are inserted above them.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from domain.layouts import ColumnRole

META_SHEET = "_meta"
"""Name of the hidden sheet: two columns, key | value, from A1 downwards, all values text."""

CHECKS_SHEET = "_checks"
"""Name of the hidden sheet by which a form judges itself: only formulas, which are not read."""

KEY_FORM = "form"
KEY_LAYOUT_VERSION = "layout_version"
KEY_UNIT = "unit"
KEY_PERIOD = "period"
KEYS = (KEY_FORM, KEY_LAYOUT_VERSION, KEY_UNIT, KEY_PERIOD)
"""Keys of a stamp, on the sheet and, prefixed with `PROPERTY_PREFIX`, as custom document properties."""

KEY_SAMPLE = "sample"
"""Present, with value `true`, on the hidden sheet and among the properties of generated sample reports only."""

PROPERTY_PREFIX = "tonghop_"

FIGURE_ROLES = (ColumnRole.DENOMINATOR, ColumnRole.NUMERATOR, ColumnRole.PERCENT)
"""Columns of the form sheet whose cells get a defined name."""

_CHECKS_PREFIX = "TH.checks."

_REMEMBERED = 1 << 12
"""Names kept parsed: those of a template recur in every report."""

_FIGURE_NAME = re.compile(r"TH\.(?P<indicator>\w+)\.(?P<role>" + "|".join(FIGURE_ROLES) + ")", re.IGNORECASE)
_VILLAGE_NAME = re.compile(r"TH\.V\.(?P<line>\d+)\.(?P<what>\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FigureCellName:
    """A defined name of the form sheet, parsed."""

    indicator: str
    role: ColumnRole


@dataclass(frozen=True, slots=True)
class VillageCellName:
    """A defined name of the village sheet, parsed.

    `line` counts from 1; `what` is an indicator's id, `village_code` or `village_name`.
    """

    line: int
    what: str


def property_name(key: str) -> str:
    """Return the name of the custom document property for one of `KEYS`."""
    return PROPERTY_PREFIX + key


def checks_name(what: str) -> str:
    """Return the defined name of cells that show what a form says of itself."""
    return _CHECKS_PREFIX + what


def is_checks_name(name: str) -> bool:
    """Return whether a defined name is one of `checks_name`."""
    return name.casefold().startswith(_CHECKS_PREFIX.casefold())


def figure_name(indicator: str, role: ColumnRole) -> str:
    """Return the defined name of an indicator's denominator, numerator or percentage on the form sheet."""
    return f"TH.{indicator}.{role.value}"


def village_name(line: int, what: str) -> str:
    """Return the defined name of a village sheet cell; `what` as in `VillageCellName`."""
    return f"TH.V.{line}.{what}"


@lru_cache(maxsize=_REMEMBERED)
def parse_name(name: str) -> FigureCellName | VillageCellName | None:
    """Parse a defined name; None if it is none of a template's."""
    if match := _VILLAGE_NAME.fullmatch(name):
        return VillageCellName(int(match["line"]), match["what"])
    if match := _FIGURE_NAME.fullmatch(name):
        return FigureCellName(match["indicator"], ColumnRole(match["role"].lower()))
    return None

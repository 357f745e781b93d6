"""The stamp a template carries, so that its report is recognised whatever happens to file name and headings.

Written by the template, read back by the reader. Three copies of the same facts: a hidden sheet, custom document
properties, and defined names that follow their cells when a line is inserted above them.
"""

import re
from dataclasses import dataclass

from domain.layouts import ColumnRole

META_SHEET = "_meta"
"""Hidden sheet of two columns, key | value, from A1 downwards, all values text."""

KEY_FORM = "form"
KEY_LAYOUT_VERSION = "layout_version"
KEY_UNIT = "unit"
KEY_PERIOD = "period"
KEYS = (KEY_FORM, KEY_LAYOUT_VERSION, KEY_UNIT, KEY_PERIOD)
"""The four facts of a stamp, on the sheet and, behind `PROPERTY_PREFIX`, as custom document properties."""

KEY_SAMPLE = "sample"
"""Present, with value `true`, on the hidden sheet and among the properties of generated sample reports only."""

PROPERTY_PREFIX = "tonghop_"

FIGURE_ROLES = (ColumnRole.DENOMINATOR, ColumnRole.NUMERATOR, ColumnRole.PERCENT)
"""The columns of the form sheet whose cells get a name."""

_FIGURE_NAME = re.compile(r"TH\.(?P<indicator>\w+)\.(?P<role>" + "|".join(FIGURE_ROLES) + ")", re.IGNORECASE)
_VILLAGE_NAME = re.compile(r"TH\.V\.(?P<line>\d+)\.(?P<what>\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FigureCellName:
    """What a defined name of the form sheet points at."""

    indicator: str
    role: ColumnRole


@dataclass(frozen=True, slots=True)
class VillageCellName:
    """What a defined name of the village sheet points at.

    `line` counts from 1; `what` is an indicator's id, `village_code` or `village_name`.
    """

    line: int
    what: str


def property_name(key: str) -> str:
    """Name of the custom document property for one of `KEYS`."""
    return PROPERTY_PREFIX + key


def figure_name(indicator: str, role: ColumnRole) -> str:
    """Defined name of an indicator's denominator, numerator or percentage on the form sheet."""
    return f"TH.{indicator}.{role.value}"


def village_name(line: int, what: str) -> str:
    """Defined name of a cell of the village sheet; `what` is an indicator's id, `village_code` or `village_name`."""
    return f"TH.V.{line}.{what}"


def parse_name(name: str) -> FigureCellName | VillageCellName | None:
    """What a defined name points at, or None where it is not one of ours."""
    if match := _VILLAGE_NAME.fullmatch(name):
        return VillageCellName(int(match["line"]), match["what"])
    if match := _FIGURE_NAME.fullmatch(name):
        return FigureCellName(match["indicator"], ColumnRole(match["role"].lower()))
    return None

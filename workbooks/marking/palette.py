"""Colours of marks. Each identifies the fill it covers, so a marked cell is restored wherever it was moved.

Visually equal shades of one colour, one for each fill that cells had before. The fill that a shade stands for is kept
in a custom document property: programs keep these, but drop or renumber nearly everything else.
"""

from collections.abc import Iterable
from functools import cache

from domain.issues import Severity

SHADES = 32
_BASES = {Severity.CRITICAL: "FFFF80", Severity.WARNING: "FFFFC8"}
_FIRST_SHADE = 0x58
PROPERTY_PREFIX = "tonghop_fill_"
"""Prefix of the property that holds the fill a colour covers; the colour follows."""


@cache
def shades(severity: Severity) -> tuple[str, ...]:
    """Return the colours (ARGB) of a severity's marks: red for critical issues, orange for warnings."""
    return tuple(f"{_BASES[severity]}{_FIRST_SHADE + number:02X}" for number in range(SHADES))


MARKED = tuple(_BASES)
"""Severities marked in cells; others are only listed."""

_OURS = frozenset(shade for severity in _BASES for shade in shades(severity))


def is_ours(colour: str) -> bool:
    """Return whether a colour (ARGB, or RGB as some programs write it) is that of a mark."""
    return full(colour) in _OURS


def full(colour: str) -> str:
    """Return a colour as opaque ARGB in capitals."""
    return ("FF" + colour if len(colour) == 6 else "FF" + colour[2:]).upper()


def gravest(severities: Iterable[Severity]) -> Severity | None:
    """Return the severity to mark a cell with, or None if it is not marked; what is held is marked as a warning."""
    present = {Severity.WARNING if severity is Severity.HOLD else severity for severity in severities}
    return next((severity for severity in MARKED if severity in present), None)

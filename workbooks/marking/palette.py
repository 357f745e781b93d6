"""The colours of marks. Each tells what it covers, so a marked cell is made as it was wherever it has been moved.

Shades of one colour that no eye tells apart, one for each way cells were filled before. What each stands for is a
custom document property: programs keep these, where they drop or renumber nearly everything else.
"""

from collections.abc import Iterable
from functools import cache

from domain.issues import Severity

SHADES = 32
_BASES = {Severity.CRITICAL: "FFFF80", Severity.WARNING: "FFFFC8"}
_FIRST_SHADE = 0x58
PROPERTY_PREFIX = "tonghop_fill_"
"""Before the colour in the name of the property that holds what the colour covers."""


@cache
def shades(severity: Severity) -> tuple[str, ...]:
    """The colours (ARGB) of a severity's marks: red where a cell is wrong, orange where it has to be looked at."""
    return tuple(f"{_BASES[severity]}{_FIRST_SHADE + number:02X}" for number in range(SHADES))


MARKED = tuple(_BASES)
"""Severities that are marked in the cells; anything else stands in the list alone."""

_OURS = frozenset(shade for severity in _BASES for shade in shades(severity))


def is_ours(colour: str) -> bool:
    """Whether a colour (ARGB, or RGB as some programs write it) is one of a mark."""
    return full(colour) in _OURS


def full(colour: str) -> str:
    """A colour with its alpha, in capitals."""
    return ("FF" + colour if len(colour) == 6 else "FF" + colour[2:]).upper()


def gravest(severities: Iterable[Severity]) -> Severity | None:
    """The severity a cell is marked for; None: it is not marked."""
    results = set(severities)
    return next((severity for severity in MARKED if severity in results), None)

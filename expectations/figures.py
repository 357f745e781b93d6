"""SQL for rules that look at every figure cell of a line, one by one: the numerator's and the denominator's."""

from typing import Literal

PARTS = "JOIN (SELECT 'numerator' AS part UNION ALL SELECT 'denominator' AS part) AS p ON p.part <> ''"
"""Joined to a line, gives it once for each of its figure cells; `p.part` tells which."""

_COLUMNS = {
    "number": ("numerator", "denominator"),
    "state": ("numerator_state", "denominator_state"),
    "raw": ("numerator_raw", "denominator_raw"),
    "cell": ("cell", "denominator_cell"),
}


def part(what: Literal["number", "state", "raw", "cell"], of: str = "t") -> str:
    """SQL for the number, state, text or address of the figure cell that `p.part` names, of the table aliased `of`."""
    numerator, denominator = _COLUMNS[what]
    return f"(CASE p.part WHEN 'numerator' THEN {of}.{numerator} ELSE {of}.{denominator} END)"


def is_cell_of_its_own(of: str = "t") -> str:
    """SQL that leaves out a denominator without a cell of its own: a village's yes is its own 1 of 1."""
    return f"(p.part = 'numerator' OR {of}.denominator_cell <> {of}.cell)"

"""SQL shared by rule kinds: for every figure cell of a line, and for comparisons of whole reports."""

from typing import Literal

from domain.staging import ACCEPTED, SUBMISSIONS

PARTS = "JOIN (SELECT 'numerator' AS part UNION ALL SELECT 'denominator' AS part) AS p ON p.part <> ''"
"""Join that repeats a line for each of its figure cells; `p.part` names the cell."""

_REPORT_COLUMNS = "unit, unit_name, area, form, period, digest"
_COLUMNS = {
    "number": ("numerator", "denominator"),
    "state": ("numerator_state", "denominator_state"),
    "raw": ("numerator_raw", "denominator_raw"),
    "cell": ("cell", "denominator_cell"),
}


def part(what: Literal["number", "state", "raw", "cell"], of: str = "t") -> str:
    """Return SQL for number, state, text or address of the figure cell `p.part`, of the table aliased `of`."""
    numerator, denominator = _COLUMNS[what]
    return f"(CASE p.part WHEN 'numerator' THEN {of}.{numerator} ELSE {of}.{denominator} END)"


def is_cell_of_its_own(of: str = "t") -> str:
    """Return SQL that leaves out denominators without a cell of their own: a village's yes counts as 1 of 1."""
    return f"(p.part = 'numerator' OR {of}.denominator_cell <> {of}.cell)"


def comparable_reports(run_id: str) -> str:
    """Return SQL for all reports that one can be compared with: those accepted before, and those of its batch."""
    return " UNION ALL ".join(
        f"SELECT {_REPORT_COLUMNS} FROM {table} WHERE run_id = {run_id}"  # noqa: S608 # checked literals only
        for table in (ACCEPTED, SUBMISSIONS)
    )

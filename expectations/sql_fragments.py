"""SQL shared by rule kinds: for every figure cell of a line, and for comparisons of whole reports."""

from typing import Literal

from domain.staging import ACCEPTED, HISTORY, SUBMISSIONS
from expectations.kind import SqlTerms

PARTS = "CROSS JOIN (SELECT 'numerator' AS part UNION ALL SELECT 'denominator' AS part) AS p"
"""Join that repeats a line for each of its figure cells; `p.part` names the cell.

SQLite keeps the order of a CROSS JOIN: it would look all lines up once for each part.
"""

PEER_GROUP = "area, form, period, indicator"
"""What reports that are compared with one another have in common."""

SAME_GROUP = " AND ".join(f"each.{name} = middle.{name}" for name in PEER_GROUP.split(", "))
"""Condition that the value `each` is of the group whose median is `middle`."""

NUMBER_IN_YEAR = """(CASE WHEN LENGTH(s.period) = 4 THEN 1
    WHEN SUBSTR(s.period, 6, 1) IN ('Q', 'H') THEN CAST(SUBSTR(s.period, 7, 1) AS INTEGER)
    ELSE CAST(SUBSTR(s.period, 6, 2) AS INTEGER) END)"""
"""SQL for how many periods of the year there are up to that of the submission `s`."""

_REPORT_COLUMNS = "unit, unit_name, area, form, period, digest"
_COLUMNS = {
    "number": ("numerator", "denominator"),
    "state": ("numerator_state", "denominator_state"),
    "raw": ("numerator_raw", "denominator_raw"),
    "cell": ("cell", "denominator_cell"),
    "mean": ("numerator", "denominator"),
}


def part(what: Literal["number", "state", "raw", "cell", "mean"], of: str = "t") -> str:
    """Return SQL for number, state, text, address or mean of the figure cell `p.part`, of the table aliased `of`."""
    numerator, denominator = _COLUMNS[what]
    return f"(CASE p.part WHEN 'numerator' THEN {of}.{numerator} ELSE {of}.{denominator} END)"


def is_cell_of_its_own(of: str = "t") -> str:
    """Return SQL that leaves out denominators without a cell of their own: a village's yes counts as 1 of 1."""
    return f"(p.part = 'numerator' OR {of}.denominator_cell <> {of}.cell)"


def comparable_reports(run_id: str) -> str:
    """Return SQL for all reports that one can be compared with: those accepted before, and those of its batch.

    Materialised: SQLite indexes it then, and does not compare every report with every other.
    """
    reports = " UNION ALL ".join(
        f"SELECT {_REPORT_COLUMNS} FROM {table} WHERE run_id = {run_id}"  # noqa: S608 # checked literals only
        for table in (ACCEPTED, SUBMISSIONS)
    )
    return f"WITH reports AS MATERIALIZED ({reports}) SELECT {_REPORT_COLUMNS} FROM reports"  # noqa: S608 # checked literals only


def mean_of_past(terms: SqlTerms) -> str:
    """Return SQL for the means of a line's known figures, and their number, within the rule's `periods` back."""
    return f"""SELECT submission_id, indicator, AVG(numerator * 1.0) AS numerator,
            AVG(denominator * 1.0) AS denominator, COUNT(*) AS known
        FROM {HISTORY} WHERE run_id = {terms.run_id} AND village = '' AND steps_back <= {terms.parameters["periods"]}
        GROUP BY submission_id, indicator"""  # noqa: S608 # checked literals only


def last_known(terms: SqlTerms, value: Literal["numerator", "denominator"], periods: str | None = None) -> str:
    """Return the join of a line with its newest earlier figure, `h`, within so many periods back; None: all staged.

    A skipped period hides no fall: the figure before it is the last known one.
    """
    where = f"""n.run_id = {terms.run_id} AND n.submission_id = t.submission_id AND n.village = t.village
        AND n.indicator = t.indicator AND n.{value} IS NOT NULL"""
    reach = "" if periods is None else f" AND h.steps_back <= {periods}"
    return f"""JOIN {HISTORY} AS h ON h.run_id = {terms.run_id} AND h.submission_id = t.submission_id
        AND h.village = t.village AND h.indicator = t.indicator{reach}
        AND h.steps_back = (SELECT MIN(n.steps_back) FROM {HISTORY} AS n WHERE {where})"""  # noqa: S608 # checked literals only


def middle_of_groups(value: str, rows: str, name: str) -> str:
    """Return SQL for the median of a value by group."""
    # A single window: SQLite sorts all rows for each that differs.
    ranked = f"""SELECT {PEER_GROUP}, {value} AS ranked_value, ROW_NUMBER() OVER of_group AS place,
            COUNT(*) OVER of_group AS units
        FROM ({rows}) AS valued WINDOW of_group AS (PARTITION BY {PEER_GROUP} ORDER BY {value}
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"""  # noqa: S608 # checked literals only
    return f"""SELECT {PEER_GROUP}, AVG(ranked_value) AS {name}, MAX(units) AS units FROM ({ranked}) AS ranked
        WHERE place IN ((units + 1) / 2, (units + 2) / 2) GROUP BY {PEER_GROUP}"""  # noqa: S608 # checked literals only

"""A commune's figure equals the sum of its village sheet, where the village sheet has the indicator."""

from domain.staging import OBSERVATIONS
from expectations.kind import Query, RuleKind, SqlTerms

_TOLERANCE = "0.0000005"
"""Rounding error: SQLite adds decimals as floats; figures have six decimals at most."""


def _query(terms: SqlTerms) -> Query:
    # Times 1.0: in SQLite an integer sum can overflow, which is an error; a float sum cannot.
    villages = f"""SELECT submission_id, indicator, COALESCE(SUM(numerator * 1.0), 0) AS total, COUNT(*) AS villages,
            MIN(sheet) AS sheet
        FROM {OBSERVATIONS} WHERE run_id = {terms.run_id} AND village <> '' GROUP BY submission_id, indicator"""  # noqa: S608 # checked literals only
    difference = "(t.numerator - v.total)"
    return Query(
        where=f"t.village = '' AND ({difference} > {_TOLERANCE} OR {difference} < -{_TOLERANCE})",
        joins=(f"JOIN ({villages}) AS v ON v.submission_id = t.submission_id AND v.indicator = t.indicator",),
        cell="t.cell",
        found="t.numerator",
        expected="ROUND(v.total, 6)",
        facts={"numerator": "t.numerator", "villages": "v.villages", "village_sheet": "v.sheet"},
    )


KIND = RuleKind(query=_query)

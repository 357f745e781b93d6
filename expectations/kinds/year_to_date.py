"""A flow of the period is not as large as the sum since the year began would be."""

from decimal import Decimal

from domain.indicators import Flow, Indicator
from domain.staging import HISTORY
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.sql_fragments import PARTS, is_cell_of_its_own, part

_NUMBER_IN_YEAR = """(CASE WHEN LENGTH(s.period) = 4 THEN 1
    WHEN SUBSTR(s.period, 6, 1) IN ('Q', 'H') THEN CAST(SUBSTR(s.period, 7, 1) AS INTEGER)
    ELSE CAST(SUBSTR(s.period, 6, 2) AS INTEGER) END)"""
"""SQL for how many periods of the year there are up to the report's."""


def _query(terms: SqlTerms) -> Query:
    parameters, number = terms.parameters, part("number")
    usual = f"""SELECT submission_id, indicator, AVG(numerator * 1.0) AS numerator,
            AVG(denominator * 1.0) AS denominator, COUNT(*) AS known
        FROM {HISTORY} WHERE run_id = {terms.run_id} AND village = '' AND steps_back <= {parameters["periods"]}
        GROUP BY submission_id, indicator"""  # noqa: S608 # checked literals only
    mean = "(CASE p.part WHEN 'numerator' THEN u.numerator ELSE u.denominator END)"
    return Query(
        where=f"""t.village = '' AND {is_cell_of_its_own()} AND {mean} > 0
            AND {_NUMBER_IN_YEAR} >= {parameters["least_periods_of_year"]}
            AND {number} - {mean} >= {parameters["least_difference"]} AND {number} >= {parameters["times"]} * {mean}
            AND 100.0 * {number} >= {parameters["percent_of_year"]} * {_NUMBER_IN_YEAR} * {mean}""",
        joins=(
            PARTS,
            f"JOIN ({usual}) AS u ON u.submission_id = t.submission_id AND u.indicator = t.indicator",
        ),
        cell=part("cell"),
        found=number,
        expected=f"ROUND({mean}, 1)",
        facts={"periods": "u.known"},
    )


def _applies_to(indicator: Indicator) -> bool:
    return indicator.flow is Flow.FLOW


KIND = RuleKind(
    query=_query,
    parameters={
        "percent_of_year": Number(Decimal(60)),
        "times": Number(Decimal(2)),
        "least_periods_of_year": Number(Decimal(3)),
        "periods": Number(Decimal(12)),
        "least_difference": Number(Decimal(0)),
    },
    applies_to=_applies_to,
)

"""The flows of a form, taken together, are not as large as the sums of the year's first two periods would be.

One flow that doubles is a busy period; most of them at once are more likely the sums since the year began. From the
third period on `year_to_date` sees each of them by itself.
"""

from decimal import Decimal

from domain.indicators import Flow, Indicator
from domain.staging import OBSERVATIONS, SUBMISSIONS
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.sql_fragments import NUMBER_IN_YEAR, PARTS, is_cell_of_its_own, mean_of_past, part


def _query(terms: SqlTerms) -> Query:
    parameters, run_id, number, mean = terms.parameters, terms.run_id, part("number", "o"), part("mean", "u")
    flows = f"""SELECT o.submission_id, o.indicator, {part("cell", "o")} AS cell, {number} AS number, {mean} AS mean,
            u.known, CASE WHEN {number} >= {parameters["least_times"]} * {mean}
                AND {number} <= {parameters["most_times"]} * {mean} THEN 1 ELSE 0 END AS is_like_sum
        FROM {OBSERVATIONS} AS o {PARTS}
            JOIN ({mean_of_past(terms)}) AS u ON u.submission_id = o.submission_id AND u.indicator = o.indicator
            JOIN {SUBMISSIONS} AS s ON s.run_id = {run_id} AND s.submission_id = o.submission_id
        WHERE o.run_id = {run_id} AND o.village = '' AND o.indicator IN ({terms.indicators_where(_is_flow)})
            AND {number} IS NOT NULL AND {mean} >= {parameters["least_mean"]} AND {is_cell_of_its_own("o")}
            AND {NUMBER_IN_YEAR} = 2"""  # noqa: S608 # checked literals only
    # Of all cells that look like sums the first is marked: E9 before E10.
    ranked = f"""SELECT f.*, COUNT(*) OVER of_form AS flows, SUM(is_like_sum) OVER of_form AS sums,
            ROW_NUMBER() OVER (PARTITION BY submission_id ORDER BY is_like_sum DESC, LENGTH(cell), cell) AS place
        FROM ({flows}) AS f WINDOW of_form AS (PARTITION BY submission_id)"""  # noqa: S608 # checked literals only
    return Query(
        where=f"""t.village = '' AND g.place = 1 AND g.flows >= {parameters["least_flows"]}
            AND 100.0 * g.sums >= {parameters["least_percent"]} * g.flows""",
        joins=(f"JOIN ({ranked}) AS g ON g.submission_id = t.submission_id AND g.indicator = t.indicator",),
        cell="g.cell",
        found="g.number",
        expected="ROUND(g.mean, 1)",
        facts={"flows": "g.flows", "sums": "g.sums", "periods": "g.known"},
    )


def _is_flow(indicator: Indicator) -> bool:
    return indicator.flow is Flow.FLOW


KIND = RuleKind(
    query=_query,
    parameters={
        "least_times": Number(Decimal("1.5")),
        "most_times": Number(Decimal(3)),
        "least_percent": Number(Decimal(80)),
        "least_flows": Number(Decimal(6)),
        "least_mean": Number(Decimal(10)),
        "periods": Number(Decimal(12)),
    },
    applies_to=_is_flow,
)

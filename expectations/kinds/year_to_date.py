"""A flow of the period is not as large as the sum since the year began would be."""

from decimal import Decimal

from domain.indicators import Flow, Indicator
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.sql_fragments import NUMBER_IN_YEAR, PARTS, is_cell_of_its_own, mean_of_past, part


def _query(terms: SqlTerms) -> Query:
    parameters, number = terms.parameters, part("number")
    mean = part("mean", "u")
    return Query(
        where=f"""t.village = '' AND {is_cell_of_its_own()} AND {mean} > 0
            AND {NUMBER_IN_YEAR} >= {parameters["least_periods_of_year"]}
            AND {number} - {mean} >= {parameters["least_difference"]} AND {number} >= {parameters["times"]} * {mean}
            AND 100.0 * {number} >= {parameters["percent_of_year"]} * {NUMBER_IN_YEAR} * {mean}""",
        joins=(
            PARTS,
            f"JOIN ({mean_of_past(terms)}) AS u ON u.submission_id = t.submission_id AND u.indicator = t.indicator",
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

"""A figure is near the median of its own recent periods."""

from decimal import Decimal

from domain.indicators import Flow, Indicator
from domain.staging import HISTORY
from expectations.kind import Choice, Number, Query, RuleKind, SqlTerms


def _query(terms: SqlTerms) -> Query:
    parameters, part = terms.parameters, terms.parameters["part"].strip("'")
    number, cell = f"t.{part}", "t.cell" if part == "numerator" else "t.denominator_cell"
    most = f" AND known <= {parameters['most_periods']}" if "most_periods" in parameters else ""
    # SQLite has no median: the middle value of an odd number, the mean of the middle two of an even number.
    ranked = f"""SELECT submission_id, indicator, {part} AS number,
            ROW_NUMBER() OVER (PARTITION BY submission_id, indicator ORDER BY {part}) AS place,
            COUNT(*) OVER (PARTITION BY submission_id, indicator) AS known
        FROM {HISTORY} WHERE run_id = {terms.run_id} AND village = '' AND steps_back <= {parameters["periods"]}
            AND {part} IS NOT NULL"""  # noqa: S608 # checked literals only
    usual = f"""SELECT submission_id, indicator, AVG(number * 1.0) AS median, MAX(known) AS known
        FROM ({ranked}) AS ranked
        WHERE known >= {parameters["least_periods"]}{most} AND place IN ((known + 1) / 2, (known + 2) / 2)
        GROUP BY submission_id, indicator"""  # noqa: S608 # checked literals only
    # Falling stocks are left to `stock_falls`.
    is_stock = f"t.indicator IN ({terms.indicators_where(_is_stock)})" if part == "numerator" else "1 = 0"
    return Query(
        where=f"""t.village = '' AND {number} >= 0
            AND ABS({number} - u.median) >= {parameters["least_difference"]}
            AND ({number} > {parameters["times"]} * u.median
                OR ({number} * {parameters["times"]} < u.median AND NOT {is_stock}))""",
        joins=(f"JOIN ({usual}) AS u ON u.submission_id = t.submission_id AND u.indicator = t.indicator",),
        cell=cell,
        found=number,
        expected="ROUND(u.median, 1)",
        facts={part: number, "periods": "u.known"},
    )


def _is_stock(indicator: Indicator) -> bool:
    return indicator.flow is Flow.STOCK


def _applies_to(indicator: Indicator) -> bool:
    # Cumulative figures restart each year and have no usual level.
    return indicator.flow is not Flow.CUMULATIVE


KIND = RuleKind(
    query=_query,
    parameters={
        "part": Choice(("numerator", "denominator"), "numerator"),
        "times": Number(required=True),
        "periods": Number(Decimal(6)),
        "least_periods": Number(Decimal(3)),
        "most_periods": Number(),
        "least_difference": Number(Decimal(0)),
    },
    applies_to=_applies_to,
)

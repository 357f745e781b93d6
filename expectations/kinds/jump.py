"""A figure is near the median of its own recent periods."""

from decimal import Decimal

from domain.indicators import Flow, Indicator
from domain.staging import HISTORY
from expectations.kind import Number, Query, RuleKind, SqlTerms


def _query(terms: SqlTerms) -> Query:
    parameters = terms.parameters
    # SQLite has no median: the middle value of an odd number, the mean of the middle two of an even number.
    ranked = f"""SELECT submission_id, indicator, numerator,
            ROW_NUMBER() OVER (PARTITION BY submission_id, indicator ORDER BY numerator) AS place,
            COUNT(*) OVER (PARTITION BY submission_id, indicator) AS known
        FROM {HISTORY} WHERE run_id = {terms.run_id} AND village = '' AND steps_back <= {parameters["periods"]}
            AND numerator IS NOT NULL"""  # noqa: S608 # checked literals only
    usual = f"""SELECT submission_id, indicator, AVG(numerator * 1.0) AS median, MAX(known) AS known
        FROM ({ranked}) AS ranked
        WHERE known >= {parameters["least_periods"]} AND place IN ((known + 1) / 2, (known + 2) / 2)
        GROUP BY submission_id, indicator"""  # noqa: S608 # checked literals only
    # Falling stocks are left to `stock_falls`.
    is_stock = f"t.indicator IN ({terms.indicators_where(_is_stock)})"
    return Query(
        where=f"""t.village = '' AND t.numerator >= 0
            AND ABS(t.numerator - u.median) >= {parameters["least_difference"]}
            AND (t.numerator > {parameters["times"]} * u.median
                OR (t.numerator * {parameters["times"]} < u.median AND NOT {is_stock}))""",
        joins=(f"JOIN ({usual}) AS u ON u.submission_id = t.submission_id AND u.indicator = t.indicator",),
        cell="t.cell",
        found="t.numerator",
        expected="ROUND(u.median, 1)",
        facts={"numerator": "t.numerator", "periods": "u.known"},
    )


def _is_stock(indicator: Indicator) -> bool:
    return indicator.flow is Flow.STOCK


def _applies_to(indicator: Indicator) -> bool:
    # Cumulative figures restart each year and have no usual level.
    return indicator.flow is not Flow.CUMULATIVE


KIND = RuleKind(
    query=_query,
    parameters={
        "times": Number(required=True),
        "periods": Number(Decimal(6)),
        "least_periods": Number(Decimal(3)),
        "least_difference": Number(Decimal(0)),
    },
    applies_to=_applies_to,
)

"""A population does not change from its last known value by more than the rule allows."""

from decimal import Decimal

from domain.indicators import Flow, Indicator
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.sql_fragments import last_known


def _query(terms: SqlTerms) -> Query:
    parameters = terms.parameters
    where = f"""t.village = '' AND t.denominator > 0 AND h.denominator >= {parameters["least_denominator"]}
        AND ABS(t.denominator - h.denominator) >= {parameters["least_difference"]}
        AND 100.0 * ABS(t.denominator - h.denominator) > {parameters["over_percent"]} * h.denominator
        AND {_is_beyond(parameters["over_times"])}"""
    if "up_to_times" in parameters:
        where += f" AND NOT {_is_beyond(parameters['up_to_times'])}"
    return Query(
        where=where,
        joins=(last_known(terms, "denominator", parameters["periods"]),),
        cell="t.denominator_cell",
        found="t.denominator",
        expected="h.denominator",
        facts={
            "denominator": "t.denominator",
            "previous_period": "h.period",
            "percent": "ROUND(100.0 * (t.denominator - h.denominator) / h.denominator, 1)",
        },
    )


def _is_beyond(times: str) -> str:
    """Return SQL that is true where the value is that many times the last one, or the last one that many times it."""
    return f"(t.denominator >= {times} * h.denominator OR t.denominator * {times} <= h.denominator)"


def _applies_to(indicator: Indicator) -> bool:
    # Denominators counted anew each period (dossiers received) may change; those of the register have another kind.
    is_level = indicator.flow is not Flow.FLOW and indicator.denominator is not None
    return is_level and indicator.register_level is None and not indicator.denominator_is_target


KIND = RuleKind(
    query=_query,
    parameters={
        "over_percent": Number(Decimal(0)),
        "over_times": Number(Decimal(1)),
        "up_to_times": Number(),
        "least_denominator": Number(Decimal(1)),
        "least_difference": Number(Decimal(0)),
        "periods": Number(Decimal(12)),
    },
    applies_to=_applies_to,
)

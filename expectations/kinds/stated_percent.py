"""The percentage that an official typed equals the recomputed one, within half a unit of its last digit."""

from decimal import Decimal

from domain.indicators import Indicator, Measure
from expectations.kind import Number, Query, RuleKind, SqlTerms

_MOST_DECIMALS = 6
_SLACK = "1.0000001"
"""Rounding error: SQLite multiplies floats, and a percentage exactly half a unit off must not match."""


def _query(terms: SqlTerms) -> Query:
    decimals = f"COALESCE(t.stated_decimals, {terms.parameters['decimals_when_unknown']})"
    powers = " ".join(f"WHEN {count} THEN {10**count}" for count in range(_MOST_DECIMALS))
    scale = f"(CASE {decimals} {powers} ELSE {10**_MOST_DECIMALS} END)"
    # |stated - 100 n/d| > 1/2 of 10^-decimals, multiplied out: a division would round.
    difference = f"((t.stated * t.denominator - 100.0 * t.numerator) * 2.0 * {scale})"
    allowed = f"t.denominator * {_SLACK}"
    return Query(
        where=f"""t.denominator > 0 AND t.numerator >= 0
            AND ({difference} > {allowed} OR {difference} < -1.0 * {allowed})""",
        cell="t.stated_cell",
        found="t.stated",
        expected="ROUND(100.0 * t.numerator / t.denominator, 2)",
        facts={
            "numerator": "t.numerator",
            "denominator": "t.denominator",
            "numerator_cell": "t.cell",
            "denominator_cell": "t.denominator_cell",
        },
    )


def _applies_to(indicator: Indicator) -> bool:
    return indicator.measure is Measure.RATIO


KIND = RuleKind(query=_query, parameters={"decimals_when_unknown": Number(Decimal(0))}, applies_to=_applies_to)

"""A stock does not fall from its last known value by more than the rule allows."""

from decimal import Decimal

from domain.indicators import Flow, Indicator
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.sql_fragments import last_known


def _query(terms: SqlTerms) -> Query:
    over, up_to = terms.parameters["falls_over_percent"], terms.parameters.get("falls_up_to_percent")
    fall = "100.0 * (h.numerator - t.numerator)"
    where = f"""t.numerator >= 0 AND t.numerator < h.numerator AND {fall} > {over} * h.numerator
        AND h.numerator - t.numerator >= {terms.parameters["least_difference"]}"""
    return Query(
        where=where if up_to is None else f"{where} AND {fall} <= {up_to} * h.numerator",
        joins=(last_known(terms, "numerator", terms.parameters["periods"]),),
        cell="t.cell",
        found="t.numerator",
        expected="h.numerator",
        facts={"numerator": "t.numerator", "previous": "h.numerator", "previous_period": "h.period"},
    )


def _applies_to(indicator: Indicator) -> bool:
    return indicator.flow is Flow.STOCK


KIND = RuleKind(
    query=_query,
    parameters={
        "falls_over_percent": Number(required=True),
        "falls_up_to_percent": Number(),
        "periods": Number(Decimal(12)),
        "least_difference": Number(Decimal(0)),
    },
    applies_to=_applies_to,
)

"""A denominator of zero requires a numerator of zero, unless the numerator may exceed it."""

from domain.indicators import Indicator
from expectations.kind import Query, RuleKind, SqlTerms


def _query(_terms: SqlTerms) -> Query:
    return Query(
        where="t.denominator = 0 AND t.numerator > 0",
        cell="t.denominator_cell",
        found="t.denominator",
        facts={"numerator": "t.numerator", "denominator": "t.denominator", "numerator_cell": "t.cell"},
    )


def _applies_to(indicator: Indicator) -> bool:
    return not indicator.numerator_may_exceed


KIND = RuleKind(query=_query, applies_to=_applies_to)

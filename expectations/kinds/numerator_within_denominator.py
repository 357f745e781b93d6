"""A numerator does not exceed its denominator, unless that is a target or the numerator may lawfully exceed it."""

from domain.indicators import Indicator
from expectations.kind import Query, RuleKind, SqlTerms


def _query(_terms: SqlTerms) -> Query:
    # Denominators of zero or below are left to other rules.
    return Query(
        where="t.denominator > 0 AND t.numerator > t.denominator",
        cell="t.cell",
        found="t.numerator",
        expected="t.denominator",
        facts={
            "numerator": "t.numerator",
            "denominator": "t.denominator",
            "denominator_cell": "t.denominator_cell",
        },
    )


def _applies_to(indicator: Indicator) -> bool:
    return not indicator.denominator_is_target and not indicator.numerator_may_exceed


KIND = RuleKind(query=_query, applies_to=_applies_to)

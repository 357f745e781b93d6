"""More are counted than are bound: lawful where others may do the same by choice, but worth a look."""

from domain.indicators import Indicator
from expectations.kind import Query, RuleKind, SqlTerms


def _query(_terms: SqlTerms) -> Query:
    return Query(
        where="t.denominator >= 0 AND t.numerator > t.denominator",
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
    return indicator.numerator_may_exceed


KIND = RuleKind(query=_query, applies_to=_applies_to)

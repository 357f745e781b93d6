"""A denominator of zero requires a numerator of zero."""

from expectations.kind import Query, RuleKind, SqlTerms


def _query(_terms: SqlTerms) -> Query:
    return Query(
        where="t.denominator = 0 AND t.numerator > 0",
        cell="t.denominator_cell",
        found="t.denominator",
        facts={"numerator": "t.numerator", "denominator": "t.denominator", "numerator_cell": "t.cell"},
    )


KIND = RuleKind(query=_query)

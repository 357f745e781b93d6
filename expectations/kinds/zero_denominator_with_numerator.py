"""Out of nothing comes nothing: a denominator of zero goes with a numerator of zero only."""

from expectations.kind import Kind, Query, Terms


def _query(_terms: Terms) -> Query:
    return Query(
        where="t.denominator = 0 AND t.numerator > 0",
        cell="t.denominator_cell",
        found="t.denominator",
        facts={"numerator": "t.numerator", "denominator": "t.denominator", "numerator_cell": "t.cell"},
    )


KIND = Kind(query=_query)

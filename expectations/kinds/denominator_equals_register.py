"""A denominator that counts units is the number of units in the register."""

from domain.staging import REGISTER
from expectations.kind import Kind, Query, Terms


def _query(terms: Terms) -> Query:
    return Query(
        where="t.village = '' AND t.denominator <> r.denominator",
        joins=(
            f"""JOIN {REGISTER} AS r ON r.run_id = {terms.run_id} AND r.submission_id = t.submission_id
                AND r.indicator = t.indicator""",
        ),
        cell="t.denominator_cell",
        found="t.denominator",
        expected="r.denominator",
        facts={"numerator": "t.numerator", "denominator": "t.denominator", "numerator_cell": "t.cell"},
    )


KIND = Kind(query=_query)

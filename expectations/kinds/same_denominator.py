"""Indicators over the same population have the same denominator."""

from domain.indicators import has_reported_population, population_references
from domain.staging import OBSERVATIONS
from expectations.kind import Query, RuleKind, SqlTerms, literal


def _query(terms: SqlTerms) -> Query:
    pairs = " UNION ALL ".join(
        f"SELECT {literal(indicator)} AS indicator, {literal(reference)} AS reference"
        for indicator, reference in {**population_references(terms.indicators), "none": "none"}.items()
    )
    # Denominators of zero or below are left to other rules.
    return Query(
        where="t.village = '' AND t.denominator > 0 AND r.denominator > 0 AND t.denominator <> r.denominator",
        joins=(
            f"JOIN ({pairs}) AS g ON g.indicator = t.indicator",
            f"""JOIN {OBSERVATIONS} AS r ON r.run_id = {terms.run_id} AND r.submission_id = t.submission_id
                AND r.indicator = g.reference AND r.village = ''""",
        ),
        cell="t.denominator_cell",
        found="t.denominator",
        expected="r.denominator",
        facts={"denominator": "t.denominator", "other_cell": "r.denominator_cell"},
    )


KIND = RuleKind(query=_query, applies_to=has_reported_population)

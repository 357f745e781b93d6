"""Indicators over one population name the same number of it."""

from collections.abc import Collection, Iterator

from domain.indicators import Absence, Indicator
from domain.staging import OBSERVATIONS
from domain.units import Level
from expectations.kind import Query, RuleKind, SqlTerms, literal


def _query(terms: SqlTerms) -> Query:
    pairs = " UNION ALL ".join(
        f"SELECT {literal(indicator)} AS indicator, {literal(reference)} AS reference"
        for indicator, reference in [*_pairs(terms.indicators), ("none", "none")]
    )
    # Below zero and zero are other rules' business.
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


def _pairs(indicators: Collection[Indicator]) -> Iterator[tuple[str, str]]:
    """Each indicator with the one that says how many its population has: the first required one, else the first."""
    judged = [indicator for indicator in indicators if _applies_to(indicator)]
    for pair in judged:
        group = [other for other in judged if other.denominator_kind == pair.denominator_kind]
        reference = min(group, key=lambda other: other.absence is not Absence.REFUSE)
        if reference is not pair:
            yield pair.id, reference.id


def _applies_to(indicator: Indicator) -> bool:
    has_own = indicator.denominator is not None and indicator.register_level is None
    return has_own and indicator.collected_at is not Level.VILLAGE and not indicator.denominator_is_target


KIND = RuleKind(query=_query, applies_to=_applies_to)

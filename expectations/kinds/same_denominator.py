"""Indicators over the same population have the same denominator."""

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


def _pairs(indicators: Collection[Indicator]) -> Iterator[tuple[str, str]]:
    """Yield each indicator with the reference for its population: the first required indicator, else the first."""
    candidates = [indicator for indicator in indicators if _applies_to(indicator)]
    for indicator in candidates:
        group = [other for other in candidates if other.denominator_kind == indicator.denominator_kind]
        reference = min(group, key=lambda other: other.absence is not Absence.REFUSE)
        if reference is not indicator:
            yield indicator.id, reference.id


def _applies_to(indicator: Indicator) -> bool:
    has_own = indicator.denominator is not None and indicator.register_level is None
    return has_own and indicator.collected_at is not Level.VILLAGE and not indicator.denominator_is_target


KIND = RuleKind(query=_query, applies_to=_applies_to)

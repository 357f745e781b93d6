"""A denominator that counts units equals the number of units in the register."""

from domain.indicators import Indicator
from domain.staging import REGISTER
from domain.units import Level
from expectations.kind import Query, RuleKind, SqlTerms


def _query(terms: SqlTerms) -> Query:
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


def _applies_to(indicator: Indicator) -> bool:
    # Indicators collected from villages have no denominator of their own: `villages_listed` counts their lines.
    return indicator.register_level is not None and indicator.collected_at is not Level.VILLAGE


KIND = RuleKind(query=_query, applies_to=_applies_to)

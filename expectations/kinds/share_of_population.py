"""A denominator, or a count without one, is a plausible share of the population that the same form states."""

from domain.indicators import Indicator
from domain.staging import OBSERVATIONS
from expectations.kind import Figures, Number, Query, RuleKind, SqlTerms, literal


def _query(terms: SqlTerms) -> Query:
    population = terms.figure("population")
    whole = f"p.{population.role}"
    whole_cell = "p.cell" if population.role == "numerator" else "p.denominator_cell"
    has_denominator = "t.denominator_cell <> ''"
    number = f"(CASE WHEN {has_denominator} THEN t.denominator ELSE t.numerator END)"
    bounds = {"at_most_percent": ">", "at_least_percent": "<"}
    beyond = " OR ".join(
        f"100.0 * {number} {sign} {terms.parameters[name]} * {whole}"
        for name, sign in bounds.items()
        if name in terms.parameters
    )
    return Query(
        where=f"t.village = '' AND {number} > 0 AND {whole} > 0 AND ({beyond or '1 = 0'})",
        joins=(
            f"""JOIN {OBSERVATIONS} AS p ON p.run_id = {terms.run_id} AND p.submission_id = t.submission_id
                AND p.village = '' AND p.indicator = {literal(population.indicator)}""",
        ),
        cell=f"(CASE WHEN {has_denominator} THEN t.denominator_cell ELSE t.cell END)",
        found=number,
        expected=whole,
        facts={"population_cell": whole_cell},
    )


def _applies_to(indicator: Indicator) -> bool:
    return indicator.register_level is None


KIND = RuleKind(
    query=_query,
    parameters={"population": Figures(), "at_most_percent": Number(), "at_least_percent": Number()},
    applies_to=_applies_to,
)

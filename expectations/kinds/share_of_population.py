"""A denominator, or a count without one, is a plausible share of a population: the form's own, or the last known."""

from domain.indicators import Indicator
from domain.staging import HISTORY, OBSERVATIONS
from expectations.kind import Choice, Figures, Number, Query, RuleKind, SqlTerms, literal

_FORM, _HISTORY = "form", "history"


def _query(terms: SqlTerms) -> Query:
    population, is_known = terms.figure("population"), terms.parameters["of"] == f"'{_HISTORY}'"
    whole = f"p.{population.role}"
    has_denominator = "t.denominator_cell <> ''"
    number = f"(CASE WHEN {has_denominator} THEN t.denominator ELSE t.numerator END)"
    bounds = {"at_most_percent": ">", "at_least_percent": "<"}
    beyond = " OR ".join(
        f"100.0 * {number} {sign} {terms.parameters[name]} * {whole}"
        for name, sign in bounds.items()
        if name in terms.parameters
    )
    whole_cell = "p.cell" if population.role == "numerator" else "p.denominator_cell"
    return Query(
        where=f"t.village = '' AND {number} > 0 AND {whole} > 0 AND ({beyond or '1 = 0'})",
        joins=(_last_known(terms) if is_known else _on_the_form(terms),),
        cell=f"(CASE WHEN {has_denominator} THEN t.denominator_cell ELSE t.cell END)",
        found=number,
        expected=whole,
        facts={"previous_period": "p.period"} if is_known else {"population_cell": whole_cell},
    )


def _on_the_form(terms: SqlTerms) -> str:
    return f"""JOIN {OBSERVATIONS} AS p ON p.run_id = {terms.run_id} AND p.submission_id = t.submission_id
        AND p.village = '' AND p.indicator = {literal(terms.figure("population").indicator)}"""


def _last_known(terms: SqlTerms) -> str:
    population = terms.figure("population")
    narrowed = f"""{{0}}.run_id = {terms.run_id} AND {{0}}.submission_id = t.submission_id AND {{0}}.village = ''
        AND {{0}}.indicator = {literal(population.indicator)}"""
    newest = f"""SELECT MIN(n.steps_back) FROM {HISTORY} AS n
        WHERE {narrowed.format("n")} AND n.{population.role} IS NOT NULL"""  # noqa: S608 # checked literals only
    return f"JOIN {HISTORY} AS p ON {narrowed.format('p')} AND p.steps_back = ({newest})"


def _applies_to(indicator: Indicator) -> bool:
    return indicator.register_level is None


KIND = RuleKind(
    query=_query,
    parameters={
        "population": Figures(),
        "of": Choice((_FORM, _HISTORY), _FORM),
        "at_most_percent": Number(),
        "at_least_percent": Number(),
    },
    applies_to=_applies_to,
)

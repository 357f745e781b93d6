"""A denominator, or a count without one, is a plausible share of a population on the form."""

from collections.abc import Iterator

from domain.indicators import Indicator
from workbooks.formulas.expressions import either, text
from workbooks.formulas.kind import Check, FormulaKind, RuleTerms

_BOUNDS = {"at_most_percent": ">", "at_least_percent": "<"}


def _checks(terms: RuleTerms) -> Iterator[Check]:
    whole = terms.cell(terms.figures("population")[0])
    bounds = {sign: percent for name, sign in _BOUNDS.items() if (percent := terms.number(name)) is not None}
    if whole is None or not bounds or terms.word("of", "form") != "form":
        return
    for line in terms.covered:
        cell = line.denominator or line.numerator
        beyond = either(f"100*N({cell.number}){sign}{percent}*N({whole.number})" for sign, percent in bounds.items())
        where = f"AND(N({cell.number})>0,N({whole.number})>0,{beyond})"
        facts = {"found": cell.number, "expected": whole.number, "population_cell": text(whole.address)}
        if not line.is_of_village:
            yield Check(line, ((cell, where),), facts)


def _applies_to(indicator: Indicator) -> bool:
    return indicator.register_level is None


KIND = FormulaKind(_checks, _applies_to)

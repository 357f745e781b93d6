"""Indicators over the same population have the same denominator."""

from collections.abc import Iterator

from domain.indicators import has_reported_population, population_references
from workbooks.formulas.expressions import text
from workbooks.formulas.kind import Check, FormulaKind, RuleTerms


def _checks(terms: RuleTerms) -> Iterator[Check]:
    references = population_references(terms.indicators)
    for line in terms.covered:
        reference = terms.form.get(references.get(line.indicator.id, ""))
        cell, other = line.denominator, reference.denominator if reference is not None else None
        if cell is not None and other is not None and not line.is_of_village:
            where = f"AND(N({cell.number})>0,N({other.number})>0,N({cell.number})<>N({other.number}))"
            facts = {
                "found": cell.number,
                "expected": other.number,
                "denominator": cell.number,
                "other_cell": text(other.address),
            }
            yield Check(line, ((cell, where),), facts)


KIND = FormulaKind(_checks, has_reported_population)

"""No figure is below zero."""

from collections.abc import Iterator

from workbooks.formulas.kind import Check, FormulaKind, RuleTerms


def _checks(terms: RuleTerms) -> Iterator[Check]:
    for line in terms.covered:
        for cell in line.cells():
            yield Check(line, ((cell, f"N({cell.number})<0"),), {"found": cell.number})


KIND = FormulaKind(_checks)

"""A count is a whole number, for indicators without decimals in the catalogue."""

from collections.abc import Iterator

from domain.indicators import Indicator
from workbooks.formulas.kind import Check, FormulaKind, RuleTerms


def _checks(terms: RuleTerms) -> Iterator[Check]:
    for line in terms.covered:
        for cell in line.cells():
            yield Check(line, ((cell, f"N({cell.number})<>INT(N({cell.number}))"),), {"found": cell.number})


def _applies_to(indicator: Indicator) -> bool:
    return indicator.decimals == 0


KIND = FormulaKind(_checks, _applies_to)

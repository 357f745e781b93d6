"""A denominator of zero requires a numerator of zero, unless the numerator may exceed it."""

from collections.abc import Iterator

from domain.indicators import Indicator
from workbooks.formulas.expressions import text
from workbooks.formulas.kind import Check, FormulaKind, RuleTerms


def _checks(terms: RuleTerms) -> Iterator[Check]:
    for line in terms.covered:
        if line.denominator is not None:
            over, under = line.numerator.number, line.denominator.number
            facts = {
                "found": under,
                "numerator": over,
                "denominator": under,
                "numerator_cell": text(line.numerator.address),
            }
            where = f"AND(ISNUMBER({under}),N({under})=0,N({over})>0)"
            yield Check(line, ((line.denominator, where),), facts)


def _applies_to(indicator: Indicator) -> bool:
    return not indicator.numerator_may_exceed


KIND = FormulaKind(_checks, _applies_to)

"""A numerator does not exceed its denominator, unless that is a target or the numerator may lawfully exceed it."""

from collections.abc import Iterator

from domain.indicators import Indicator
from workbooks.formulas.expressions import text
from workbooks.formulas.kind import Check, FormulaKind, RuleTerms


def _checks(terms: RuleTerms) -> Iterator[Check]:
    for line in terms.covered:
        if line.denominator is not None:
            over, under = line.numerator.number, line.denominator.number
            facts = {
                "found": over,
                "expected": under,
                "numerator": over,
                "denominator": under,
                "denominator_cell": text(line.denominator.address),
            }
            yield Check(line, ((line.numerator, f"AND(N({under})>0,N({over})>N({under}))"),), facts)


def _applies_to(indicator: Indicator) -> bool:
    return not indicator.denominator_is_target and not indicator.numerator_may_exceed


KIND = FormulaKind(_checks, _applies_to)

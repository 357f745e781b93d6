"""More are counted than are bound: lawful where others may do the same by choice, but worth a look."""

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
            where = f"AND(ISNUMBER({under}),N({under})>=0,ISNUMBER({over}),N({over})>N({under}))"
            yield Check(line, ((line.numerator, where),), facts)


def _applies_to(indicator: Indicator) -> bool:
    return indicator.numerator_may_exceed


KIND = FormulaKind(_checks, _applies_to)

"""A commune's figure equals the sum of its village sheet, where the village sheet has the indicator."""

from collections.abc import Iterator

from workbooks.formulas.expressions import text
from workbooks.formulas.kind import Check, FormulaKind, RuleTerms

_TOLERANCE = "0.0000005"
"""Rounding error, as in the rule's SQL."""


def _checks(terms: RuleTerms) -> Iterator[Check]:
    for line in terms.covered:
        villages = [each for each in terms.villages if each.indicator is line.indicator]
        if line.is_of_village or not villages:
            continue
        own, total = line.numerator.number, f"SUM({','.join(each.numerator.number for each in villages)})"
        facts = {
            "found": own,
            "expected": f"ROUND({total},6)",
            "numerator": own,
            "villages": text(str(len(villages))),
            "village_sheet": text(villages[0].source.sheet),
        }
        where = f"AND(ISNUMBER({own}),ABS(N({own})-{total})>{_TOLERANCE})"
        yield Check(line, ((line.numerator, where),), facts)


KIND = FormulaKind(_checks)

"""A figure lies between two bounds; negative figures are left to `not_negative`."""

from collections.abc import Iterator

from workbooks.formulas.kind import Check, FormulaKind, RuleTerms


def _checks(terms: RuleTerms) -> Iterator[Check]:
    least, most = terms.number("minimum", 0), terms.number("maximum")
    for line in terms.covered:
        for cell in line.cells():
            number = cell.number
            beyond = f"AND(ISNUMBER({number}),N({number})>=0,OR(N({number})<{least},N({number})>{most}))"
            yield Check(
                line, ((cell, beyond),), {"found": number, "expected": f"IF(N({number})>{most},{most},{least})"}
            )


KIND = FormulaKind(_checks)

"""An indicator that is due has figures: no figure cell is blank."""

from collections.abc import Iterator

from domain.indicators import Absence
from workbooks.formulas.kind import Check, FormulaKind, RuleTerms
from workbooks.formulas.lines import BLANK, NOT_APPLICABLE, FigureCell, FormLine


def _checks(terms: RuleTerms) -> Iterator[Check]:
    absence = terms.word("absence", Absence.REFUSE)
    for line in terms.covered:
        if line.indicator.absence == absence:
            marked = tuple((cell, _is_missing(line, cell)) for cell in line.cells())
            yield Check(line, marked, is_absence=True)


def _is_missing(line: FormLine, cell: FigureCell) -> str:
    """Return the condition: a required figure is a number; an optional line may say that it does not apply."""
    if line.indicator.absence is Absence.REFUSE:
        return f'OR({cell.state}="{BLANK}",{cell.state}="{NOT_APPLICABLE}")'
    others = [f'{other.state}<>"{NOT_APPLICABLE}"' for other in line.cells() if other is not cell]
    is_blank = f'{cell.state}="{BLANK}"'
    return f"AND({','.join([is_blank, *others])})"


KIND = FormulaKind(_checks)

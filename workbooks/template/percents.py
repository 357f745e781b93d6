"""The percentages that Excel would compute in a form, so that a program that does not compute shows them too."""

from decimal import ROUND_HALF_UP, Decimal

from domain.layouts import ColumnRole
from workbooks.template.blank import Blank

_PERCENT_STEP = Decimal("0.01")


def percentages(blank: Blank) -> dict[tuple[str, str], Decimal]:
    """The results of the percentage cells whose two figures are numbers, by sheet and A1 address."""
    sheet, cells = blank.workbook[blank.form.sheet], blank.form.figures
    results: dict[tuple[str, str], Decimal] = {}
    for (indicator, role), address in cells.items():
        if role is not ColumnRole.PERCENT:
            continue
        over = sheet[cells[indicator, ColumnRole.NUMERATOR]].value
        under = sheet[cells[indicator, ColumnRole.DENOMINATOR]].value
        if isinstance(over, int | float) and isinstance(under, int | float) and under > 0:
            exact = 100 * Decimal(str(over)) / Decimal(str(under))
            results[blank.form.sheet, address] = exact.quantize(_PERCENT_STEP, ROUND_HALF_UP)
    return results

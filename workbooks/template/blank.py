"""An empty form: the workbook and where its cells to fill in stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from openpyxl.workbook import Workbook

from domain.layouts import ColumnRole
from workbooks.template.assignment import Assignment

_PERCENT_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class FormCells:
    """A1 addresses on the form sheet; `figures` holds the lines that are due, by indicator and role."""

    sheet: str
    figures: Mapping[tuple[str, ColumnRole], str]
    notes: Mapping[str, str]
    place: str
    maker: str
    chair: str


@dataclass(frozen=True, slots=True)
class VillageCells:
    """A1 addresses on the village sheet: one mapping a line, by indicator id, `village_code` or `village_name`.

    `registered` says whether codes and names are already filled in; where not, figures are not asked for.
    """

    sheet: str
    lines: tuple[Mapping[str, str], ...]
    registered: bool


@dataclass(frozen=True, slots=True)
class Blank:
    """A template before it is saved."""

    assignment: Assignment
    workbook: Workbook
    form: FormCells
    villages: VillageCells | None


def percentages(blank: Blank) -> dict[tuple[str, str], Decimal]:
    """Compute the percentages of lines with both figures, by sheet and A1 address.

    They are stored as formula results, so that a program that does not calculate shows them too.
    """
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

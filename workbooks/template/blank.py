"""Blank forms: the workbook and the addresses of its input cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from openpyxl.workbook import Workbook

from domain.layouts import ColumnRole
from workbooks.template.assignment import Assignment

_PERCENT_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class FormCells:
    """Cell addresses on the form sheet; `figures` has the lines that are due, by indicator and role."""

    sheet: str
    figures: Mapping[tuple[str, ColumnRole], str]
    notes: Mapping[str, str]
    place: str
    maker: str
    chair: str


@dataclass(frozen=True, slots=True)
class VillageCells:
    """Cell addresses on the village sheet, per line by indicator id, `village_code` or `village_name`.

    `registered`: codes and names are filled in; without them the sheet requests no figures.
    """

    sheet: str
    lines: tuple[Mapping[str, str], ...]
    registered: bool


@dataclass(frozen=True, slots=True)
class WrittenChecks:
    """The part of the sheet of checks, and the cells of other sheets that show it, by sheet and address."""

    part: bytes
    shown: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank form before it is saved; `checks` of layouts that have them."""

    assignment: Assignment
    workbook: Workbook
    form: FormCells
    villages: VillageCells | None
    checks: WrittenChecks | None = None


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

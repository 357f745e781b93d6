"""An empty form: the workbook and where its cells to fill in stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.workbook import Workbook

from domain.layouts import ColumnRole
from workbooks.template.assignment import Assignment


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

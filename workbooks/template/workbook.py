"""Template workbooks: form, villages and instructions, stamped with form, version, unit and period."""

from collections.abc import Iterable

from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from domain.observations import PastObservation
from domain.periods import Period
from domain.units import OrgUnit
from workbooks.template.assignment import Assignment, assign
from workbooks.template.blank import Blank
from workbooks.template.checks import write_checks
from workbooks.template.form import write_form_sheet
from workbooks.template.guide import write_guide_sheet
from workbooks.template.save import save
from workbooks.template.stamp import name_cells, write_stamp
from workbooks.template.styles import add_styles
from workbooks.template.village import write_village_sheet


def build_template(
    catalog: Catalog, form: str, unit: OrgUnit, period: Period, past: Iterable[PastObservation] = ()
) -> bytes:
    """Return the blank form of a unit and period as an .xlsx file; equal arguments give equal bytes.

    Stocks of the `past` are filled in and marked.

    Raises:
        UsageError: the period is not one of the form's, or the unit does not owe the form for it.
    """
    return fill_template(assign(catalog, form, unit, period, past))


def fill_template(assignment: Assignment) -> bytes:
    """Return the form of an assignment as an .xlsx file; see `build_template`."""
    return save(make_blank(assignment))


def make_blank(assignment: Assignment, sample_note: str | None = None) -> Blank:
    """Return the blank form before it is saved; `sample_note` labels it as sample data."""
    workbook = Workbook()
    layout = assignment.layout
    add_styles(workbook, has_checks=layout.checks)
    sheet = workbook.worksheets[0]
    sheet.title = layout.sheet
    form = write_form_sheet(sheet, assignment, sample_note)
    villages = None
    if layout.village_sheet is not None:
        villages = write_village_sheet(workbook.create_sheet(layout.village_sheet), assignment, sample_note)
    write_guide_sheet(workbook.create_sheet(assignment.text("guide_sheet")), assignment)
    write_stamp(workbook, assignment, is_sample=sample_note is not None)
    checks = write_checks(workbook, assignment, form, villages) if layout.checks else None
    # Lock names and order of sheets; no password, as elsewhere in the template.
    workbook.security.lockStructure = True
    blank = Blank(assignment, workbook, form, villages, checks)
    name_cells(blank)
    return blank

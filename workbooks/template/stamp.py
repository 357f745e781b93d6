"""Stamp writing: hidden sheet, document properties and defined names, with the names of `cells.stamp`."""

from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import absolute_coordinate, quote_sheetname
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from workbooks.cells import stamp
from workbooks.template.assignment import Assignment
from workbooks.template.blank import Blank, FormCells, VillageCells


def write_stamp(workbook: Workbook, assignment: Assignment, *, is_sample: bool) -> None:
    """Write form, layout version, unit and period on the hidden sheet and among the document properties."""
    facts = {
        stamp.KEY_FORM: assignment.form.id,
        stamp.KEY_LAYOUT_VERSION: assignment.layout.version,
        stamp.KEY_UNIT: assignment.unit.code,
        stamp.KEY_PERIOD: assignment.period.id,
    }
    if is_sample:
        facts[stamp.KEY_SAMPLE] = "true"
    sheet = workbook.create_sheet(stamp.META_SHEET)
    for row, (key, value) in enumerate(facts.items(), 1):
        for column, text in enumerate((key, value), 1):
            cell = sheet.cell(row, column, text)
            cell.data_type = "s"
            cell.number_format = "@"
        # openpyxl's type stubs lack custom document properties.
        workbook.custom_doc_props.append(  # type: ignore[attr-defined] # missing in openpyxl's stubs
            StringProperty(name=stamp.property_name(key), value=value)
        )
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True


def remove_stamp(workbook: Workbook) -> None:
    """Take stamp and names of cells out, as when a form is copied into a new workbook."""
    workbook.remove(workbook[stamp.META_SHEET])
    workbook.defined_names.clear()
    # openpyxl's type stubs lack custom document properties.
    for name in workbook.custom_doc_props.names:  # type: ignore[attr-defined] # missing in openpyxl's stubs
        del workbook.custom_doc_props[name]  # type: ignore[attr-defined] # missing in openpyxl's stubs


def name_cells(blank: Blank) -> None:
    """Give every figure cell its defined name."""
    _name_form_cells(blank.workbook, blank.form)
    if blank.villages is not None:
        _name_village_cells(blank.workbook, blank.villages)


def _name_form_cells(workbook: Workbook, form: FormCells) -> None:
    for (indicator, role), cell in form.figures.items():
        _name(workbook, stamp.figure_name(indicator, role), form.sheet, cell)


def _name_village_cells(workbook: Workbook, villages: VillageCells) -> None:
    for line, cells in enumerate(villages.lines, 1):
        for what, cell in cells.items():
            _name(workbook, stamp.village_name(line, what), villages.sheet, cell)


def _name(workbook: Workbook, name: str, sheet: str, cell: str) -> None:
    target = f"{quote_sheetname(sheet)}!{absolute_coordinate(cell)}"
    workbook.defined_names[name] = DefinedName(name, attr_text=target)

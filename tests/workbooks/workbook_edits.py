"""Workbooks for tests: the template, a form made by hand, and edits of the kind that people make."""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl.cell._writer import write_cell
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.functions import xmlfile

from domain.catalog.catalog import Catalog
from domain.indicators import Measure
from domain.layouts import ColumnRole, Layout, Line
from domain.periods import parse_period
from domain.units import OrgUnit
from tests.builders import make_template, open_workbook
from workbooks.cells.addresses import cell_address, parse_reference
from workbooks.cells.stamp import figure_name, property_name
from workbooks.template.unit_table import build_unit_table

FORM = "cds_x_t"
Edit = Mapping[str, Any]
Start = Callable[[Catalog, str, str], Workbook]
"""Makes the workbook of a unit and period that is edited: `open_template` or `make_handmade`."""
OF_VALUES = {"set", "figure", "sheet", "value"}
"""Keys of an edit that changes nothing but a cell's value."""
_SCRATCH = Workbook().worksheets[0]
_SAVED: dict[tuple[str, ...], tuple[Workbook, list[tuple[str, bytes]]]] = {}


def unit_of(catalog: Catalog, code: str, period: str) -> OrgUnit:
    """Return a commune as valid on the last day of a period."""
    return catalog.units.get(code, catalog.forms.last_day(FORM, parse_period(period)))


def open_template(catalog: Catalog, code: str, period: str) -> Workbook:
    """Open the template of a unit and period for editing."""
    return open_workbook(template_bytes(catalog, code, period))


def template_bytes(catalog: Catalog, code: str, period: str) -> bytes:
    """Return the template of a unit and period, built once for all tests of a process."""
    return make_template(catalog, code, period)


def fill_in(start: Start, catalog: Catalog, code: str, period: str, edits: Sequence[Edit]) -> bytes | None:
    """Return what openpyxl saves of a start after edits of values only, where all change cells that it has.

    The start is saved once; of the edited cells alone openpyxl writes the markup again. None: other edits.
    """
    key = start.__name__, catalog.version, code, period
    if key not in _SAVED:
        made = start(catalog, code, period)
        _SAVED[key] = made, parts_of(save(made))
    workbook, saved = _SAVED[key]
    parts = dict(saved)
    for edit in edits:
        if not edit.keys() <= OF_VALUES:
            return None
        if "figure" in edit:
            sheet_name, address = figure_cell_of(workbook, catalog, *edit["figure"])
            sheet = workbook[sheet_name]
        else:
            sheet, address = _sheet(workbook, edit), edit["set"]
        name = f"xl/worksheets/sheet{workbook.index(sheet) + 1}.xml"
        cell = re.compile(rf'<c r="{address}"(?: [^<>]*?)?(?:/>|>.*?</c>)'.encode())
        markup = _markup(sheet, address, edit.get("value"))
        parts[name], count = cell.subn(lambda _, markup=markup: markup, parts[name])
        if count != 1:
            return None
    return pack(list(parts.items()))


def type_of(value: object) -> str:
    """Return the type of a value in openpyxl's terms: number, text, formula, error, truth value; "" of no value."""
    return "" if value is None else str(Cell(_SCRATCH, 1, 1, value).data_type)


def _markup(sheet: Worksheet, address: str, value: object) -> bytes:
    """Return how openpyxl writes a cell that has another value: not at all if there is nothing to write."""
    styled = sheet[address]
    if value is None and not styled.has_style:
        return b""
    cell = Cell(sheet, styled.row, styled.column, value)
    cell._style = styled._style
    buffer = io.BytesIO()
    with xmlfile(buffer) as file:
        write_cell(file, sheet, cell, styled.has_style)
    return buffer.getvalue()


def open_unit_table(catalog: Catalog, area: str, period: str) -> Workbook:
    """Open the tax office's table of an area with every figure filled in: 75 of 100, and 150 of 200."""
    _, data = build_unit_table(catalog, "hddt_t", area, parse_period(period))
    workbook = open_workbook(data)
    sheet = workbook.worksheets[0]
    for row in range(10, sheet.max_row):
        for column, figure in zip("DEGH", (100, 75, 200, 150), strict=True):
            sheet[f"{column}{row}"] = figure
    return workbook


def make_handmade(catalog: Catalog, code: str, period: str) -> Workbook:
    """Return a filled form as drawn up by an official: labels in the native layout, without stamp and defined names.

    Every share that is due is 75 of 100, every count 75; every village has a team of 3.
    """
    unit, layout = unit_of(catalog, code, period), catalog.forms.layout_for(FORM, parse_period(period))
    district = catalog.units.get(unit.parent or "", date(2025, 5, 14))
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = layout.sheet
    month = parse_period(period)
    for address, text in {
        "A1": f"UBND {district.name.upper()}",
        "A2": f"UBND {unit.name.upper()}",
        "A3": f"Biểu số: {catalog.forms.form(FORM).number}",
        "D3": f"{unit.bare_name}, ngày 15 tháng {month.last_month} năm {month.year}",
        "A5": "BÁO CÁO KẾT QUẢ CHUYỂN ĐỔI SỐ",
        "A6": f"Kỳ báo cáo: Tháng {month.last_month}/{month.year}",
        "A8": f"Đơn vị báo cáo: {unit.name}",
    }.items():
        sheet[address] = text
    due = {indicator.id for indicator in catalog.due_indicators(FORM, unit, month)}
    _write_lines(catalog, layout, sheet, due or set(catalog.indicators))
    _write_villages(catalog, layout, workbook, unit)
    return workbook


def _write_lines(catalog: Catalog, layout: Layout, sheet: Worksheet, due: Collection[str]) -> None:
    sheet.append([column.header for column in layout.columns])
    sheet.append([column.mark for column in layout.columns])
    for line in layout.lines:
        sheet.append([_entry(catalog, line, column.role, due) for column in layout.columns])
    sheet.append([])
    sheet.append([None, "NGƯỜI LẬP BIỂU", None, "TM. ỦY BAN NHÂN DÂN"])


def _entry(catalog: Catalog, line: Line, role: ColumnRole, due: Collection[str]) -> object:
    """Return the content of a line in the column of a role."""
    if role in _WORDS:
        return _WORDS[role](line)
    if line.indicator is None:
        return None
    indicator = catalog.indicators[line.indicator]
    if role is ColumnRole.UNIT:
        return indicator.unit.vi
    if indicator.id not in due:
        return None
    is_share = indicator.measure is Measure.RATIO
    return {
        ColumnRole.DENOMINATOR: 100 if is_share else None,
        ColumnRole.NUMERATOR: 75,
        ColumnRole.PERCENT: 75 if is_share else None,
    }.get(role)


_WORDS: Mapping[ColumnRole, Callable[[Line], str | None]] = {
    ColumnRole.ORDER: lambda line: line.number,
    ColumnRole.CODE: lambda line: line.code,
    ColumnRole.LABEL: lambda line: line.label,
}


def _write_villages(catalog: Catalog, layout: Layout, workbook: Workbook, unit: OrgUnit) -> None:
    sheet = workbook.create_sheet(layout.village_sheet or "")
    sheet.append([column.header for column in layout.village_columns])
    for number, village in enumerate(catalog.units.villages(unit, date(2025, 5, 14)), start=1):
        sheet.append([number, village.code, village.name, "Có", 3])


def save(workbook: Workbook) -> bytes:
    """Save a workbook to bytes, compressed the quickest way."""
    buffer = io.BytesIO()
    ExcelWriter(workbook, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1)).save()
    return buffer.getvalue()


def apply_edit(workbook: Workbook, edit: Edit, catalog: Catalog) -> None:
    """Apply an edit; its verb is the only key that is not an argument."""
    _VERBS[verb_of(edit)](workbook, edit, catalog)


def verb_of(edit: Edit) -> str:
    """Return what an edit does."""
    return next(key for key in edit if key in _VERBS)


def figure_cell_of(workbook: Workbook, catalog: Catalog, indicator: str, role: str) -> tuple[str, str]:
    """Return sheet and address of an indicator's figure, by defined name or else by its label in the native layout."""
    name = workbook.defined_names.get(figure_name(indicator, ColumnRole(role)))
    reference = parse_reference(name.value) if name is not None else None
    if reference is not None:
        return reference.sheet, cell_address(reference.row, reference.column)
    sheet = workbook.worksheets[0]
    layout = next((layout for layout in catalog.forms.layouts if layout.sheet == sheet.title), catalog.forms.layouts[0])
    label = next(line.label for line in layout.lines if line.indicator == indicator)
    labels = next(n for n, column in enumerate(layout.columns, start=1) if column.role is ColumnRole.LABEL)
    row = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, labels).value == label)
    number = next(n for n, column in enumerate(layout.columns, start=1) if column.role.value == role)
    return sheet.title, cell_address(row, number)


def _sheet(workbook: Workbook, edit: Edit) -> Worksheet:
    wanted = edit.get("sheet", 0)
    return workbook.worksheets[wanted] if isinstance(wanted, int) else workbook[wanted]


def _set(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    _put(_sheet(workbook, edit), edit["set"], edit)


def _figure(workbook: Workbook, edit: Edit, catalog: Catalog) -> None:
    sheet, address = figure_cell_of(workbook, catalog, *edit["figure"])
    _put(workbook[sheet], address, edit)


def _put(sheet: Worksheet, address: str, edit: Edit) -> None:
    cell = sheet[address]
    cell.value = edit.get("value")
    if "format" in edit:
        cell.number_format = edit["format"]
    if "font" in edit:
        cell.font = Font(name=edit["font"])
    if "look" in edit:
        cell.font = Font(**edit["look"])
    if "fill" in edit:
        cell.fill = PatternFill("solid", fgColor=edit["fill"])


def _comment(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    _sheet(workbook, edit)[edit["comment"]].comment = Comment(edit["text"], "cán bộ")


def _condition(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    """Add a conditional format that applies to numbers above zero."""
    style = DifferentialStyle(numFmt=NumberFormat(200, edit["format"]))
    rule = Rule(type="cellIs", operator="greaterThan", formula=["0"], dxf=style)
    _sheet(workbook, edit).conditional_formatting.add(edit["condition"], rule)


def _new_sheet(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    _put(workbook.create_sheet(edit["new_sheet"]), edit["cell"], edit)


def _rename(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    old, new = edit["rename"]
    workbook[old].title = new
    for name in workbook.defined_names.values():
        name.value = name.value.replace(f"'{old}'!", f"'{new}'!")


def _insert_row(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    """Insert a row the way Excel does: defined names and merged cells move along."""
    sheet, at = _sheet(workbook, edit), edit["insert_row"]
    sheet.insert_rows(at)
    for merged in list(sheet.merged_cells.ranges):
        if merged.min_row >= at:
            merged.shift(row_shift=1)
    for name in workbook.defined_names.values():
        reference = parse_reference(name.value)
        if reference is not None and reference.sheet == sheet.title and reference.row >= at:
            address = cell_address(reference.row + 1, reference.column)
            name.value = f"'{sheet.title}'!{address}"


def _drop_stamp(workbook: Workbook, _: Edit, __: Catalog) -> None:
    del workbook["_meta"]
    workbook.defined_names.clear()
    for name in list(workbook.custom_doc_props.names):
        del workbook.custom_doc_props[name]


def _meta(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    key, value = edit["meta"]
    for row in workbook["_meta"].iter_rows():
        if row[0].value == key:
            row[1].value = value


def _property(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    key, value = edit["property"]
    name = property_name(key)
    if name in workbook.custom_doc_props.names:
        del workbook.custom_doc_props[name]
    workbook.custom_doc_props.append(StringProperty(name=name, value=value))


def _name(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    name, reference = edit["name"]
    workbook.defined_names.pop(name, None)
    if reference is not None:
        workbook.defined_names[name] = DefinedName(name, attr_text=reference)


def _copy(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    """Copy the values of a range to the range that begins at `to`, on its own sheet or another."""
    source = _sheet(workbook, edit)
    target = workbook[edit["onto"]] if "onto" in edit else source
    begin = target[edit["to"]]
    values = [[cell.value for cell in row] for row in source[edit["copy"]]]
    for down, row in enumerate(values):
        for right, value in enumerate(row):
            target.cell(begin.row + down, begin.column + right).value = value


def _transpose(workbook: Workbook, edit: Edit, _: Catalog) -> None:
    """Turn the rows of a range into columns."""
    sheet = _sheet(workbook, edit)
    block = [[cell.value for cell in row] for row in sheet[edit["transpose"]]]
    first = sheet[edit["transpose"]][0][0]
    for row in sheet[edit["transpose"]]:
        for cell in row:
            cell.value = None
    for right, row in enumerate(block):
        for down, value in enumerate(row):
            sheet.cell(first.row + down, first.column + right).value = value


_VERBS = {
    "set": _set,
    "figure": _figure,
    "rename": _rename,
    "new_sheet": _new_sheet,
    "comment": _comment,
    "condition": _condition,
    "insert_row": _insert_row,
    "delete_row": lambda workbook, edit, _: _sheet(workbook, edit).delete_rows(edit["delete_row"]),
    "insert_column": lambda workbook, edit, _: _sheet(workbook, edit).insert_cols(edit["insert_column"]),
    "merge": lambda workbook, edit, _: _sheet(workbook, edit).merge_cells(edit["merge"]),
    "unmerge": lambda workbook, edit, _: _sheet(workbook, edit).unmerge_cells(edit["unmerge"]),
    "delete_column": lambda workbook, edit, _: _sheet(workbook, edit).delete_cols(edit["delete_column"]),
    "move": lambda workbook, edit, _: _sheet(workbook, edit).move_range(
        edit["move"], rows=edit.get("down", 0), cols=edit.get("right", 0)
    ),
    "copy": _copy,
    "transpose": _transpose,
    "filter": lambda workbook, edit, _: setattr(_sheet(workbook, edit).auto_filter, "ref", edit["filter"]),
    "hide_column": lambda workbook, edit, _: setattr(
        _sheet(workbook, edit).column_dimensions[edit["hide_column"]], "hidden", True
    ),
    "hide_row": lambda workbook, edit, _: setattr(
        _sheet(workbook, edit).row_dimensions[edit["hide_row"]], "hidden", True
    ),
    "hide_sheet": lambda workbook, edit, _: setattr(_sheet(workbook, edit), "sheet_state", "hidden"),
    "delete_sheet": lambda workbook, edit, _: workbook.remove(workbook[edit["delete_sheet"]]),
    "copy_sheet": lambda workbook, edit, _: setattr(
        workbook.copy_worksheet(workbook[edit["copy_sheet"]]), "title", edit["as"]
    ),
    "drop_stamp": _drop_stamp,
    "meta": _meta,
    "property": _property,
    "name": _name,
}


def edit_parts(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Change the parts of a workbook's archive: replace text in a part, or remove, add or duplicate a part."""
    parts = parts_of(data)
    for edit in edits:
        name = edit["part"]
        if "replace" in edit:
            old, new = (text.encode() for text in edit["replace"])
            assert any(part == name and old in content for part, content in parts), f"nothing to replace in {name}"
            parts = [(part, content.replace(old, new, 1) if part == name else content) for part, content in parts]
        elif "encode" in edit:
            parts = [(part, _encoded(content, edit["encode"]) if part == name else content) for part, content in parts]
        elif edit.get("remove"):
            parts = [(part, content) for part, content in parts if part != name]
        else:
            content = edit.get("content", "").encode() * edit.get("times", 1)
            parts.append((name, edit.get("before", "").encode() + content + edit.get("after", "").encode()))
    return pack(parts)


def _encoded(content: bytes, encoding: str) -> bytes:
    """Return an XML part in another encoding, which its declaration names."""
    text = content.decode()
    body = text.partition("?>")[2] if text.startswith("<?xml") else text
    name = encoding.upper().replace("-BE", "BE").replace("-LE", "LE")
    return f'<?xml version="1.0" encoding="{name}"?>{body}'.encode(encoding)


def parts_of(data: bytes) -> list[tuple[str, bytes]]:
    """Return names and contents of the parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def pack(parts: Sequence[tuple[str, bytes]]) -> bytes:
    """Pack parts into an archive; duplicate names are allowed."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore", UserWarning)
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, compresslevel=1)
    return buffer.getvalue()

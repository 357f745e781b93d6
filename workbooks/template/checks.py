"""Checks of a form: a line that says what is missing or wrong, beside each row, and cells that turn red."""

from collections.abc import Iterator, Mapping

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import absolute_coordinate, get_column_letter, quote_sheetname
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole, Input
from workbooks.cells.addresses import split_address
from workbooks.cells.stamp import CHECKS_SHEET, checks_name
from workbooks.formulas.compile import CompiledChecks, compile_checks, mark_of, place_of
from workbooks.formulas.lines import LineSource
from workbooks.template.assignment import Assignment
from workbooks.template.blank import FormCells, VillageCells, WrittenChecks
from workbooks.template.form import HEADER_ROW, SUMMARY_ROW
from workbooks.template.styles import StyleName
from workbooks.template.village import HEADER_ROW as VILLAGE_HEADER_ROW
from workbooks.text.catalog_cache import cached_per_catalog

_WIDTH = 60
_KEPT = 64
"""Compilations kept for a catalogue: one for each set of due indicators, number of villages and stage of the rules."""
_WRONG, _OPEN = "FFFFC7CE", "FFFFEB9C"
_WRONG_INK, _ASKED_INK = "FFC00000", "FF9C5700"
_HERE = "ADDRESS(ROW(),COLUMN(),4)"


def write_checks(
    workbook: Workbook, assignment: Assignment, form: FormCells, villages: VillageCells | None
) -> WrittenChecks:
    """Add the sheet of checks, and to each sheet the column that shows it; call it after all other sheets are there."""
    sources = tuple(_sources(assignment, form, villages))
    compiled = _compiled(assignment, sources)
    shown: set[tuple[str, str]] = set()
    sheets = {source.sheet: None for source in sources}
    for name in sheets:
        is_form = name == form.sheet
        shown.update(_write_column(workbook, workbook[name], compiled, assignment, is_form=is_form))
        _colour_figures(workbook[name], [source for source in sources if source.sheet == name], assignment.catalog)
    summary = f"A{SUMMARY_ROW}"
    workbook[form.sheet][summary].value = compiled.summary
    _name(workbook, "summary", form.sheet, summary)
    workbook.create_sheet(CHECKS_SHEET).sheet_state = "hidden"
    return WrittenChecks(compiled.part, frozenset({*shown, (form.sheet, summary)}))


def _sources(assignment: Assignment, form: FormCells, villages: VillageCells | None) -> Iterator[LineSource]:
    indicators = assignment.catalog.indicators
    for line in assignment.layout.lines:
        numerator = form.figures.get((line.indicator or "", ColumnRole.NUMERATOR))
        if line.indicator is not None and numerator is not None:
            denominator = form.figures.get((line.indicator, ColumnRole.DENOMINATOR))
            row = _row(numerator)
            yield LineSource(indicators[line.indicator], line.label, form.sheet, row, numerator, denominator)
    if villages is None or not villages.registered:
        return
    for cells in villages.lines:
        for column in assignment.layout.village_columns:
            address = cells.get(column.indicator or "")
            if column.indicator is not None and address is not None:
                yield LineSource(
                    indicators[column.indicator],
                    column.header,
                    villages.sheet,
                    _row(address),
                    address,
                    is_answer=column.input is Input.YES_NO,
                    is_of_village=True,
                )


def _row(address: str) -> int:
    place = split_address(address)
    assert place is not None  # noqa: S101 # our own addresses
    return place[0]


def _compiled(assignment: Assignment, sources: tuple[LineSource, ...]) -> CompiledChecks:
    """Return the compilation, made once for all units whose forms are alike."""
    known, day = _compilations(assignment.catalog), assignment.last_day
    effects = tuple(rule.effect_on(day) for rule in assignment.catalog.rules.values())
    lines = tuple((source.sheet, source.indicator.id, source.numerator, source.denominator) for source in sources)
    key = assignment.layout.form, assignment.layout.version, effects, lines
    if key not in known:
        if len(known) >= _KEPT:
            known.clear()
        known[key] = compile_checks(assignment.catalog, sources, day)
    return known[key]


@cached_per_catalog
def _compilations(_catalog: Catalog) -> dict[object, CompiledChecks]:
    return {}


def _write_column(
    workbook: Workbook, sheet: Worksheet, compiled: CompiledChecks, assignment: Assignment, *, is_form: bool
) -> Iterator[tuple[str, str]]:
    """Write the column after the last one, which is not printed; return its cells with formulas."""
    header = HEADER_ROW if is_form else VILLAGE_HEADER_ROW
    column = len(assignment.layout.columns if is_form else assignment.layout.village_columns) + 1
    letter = get_column_letter(column)
    sheet.column_dimensions[letter].width = _WIDTH
    _put(sheet, f"{letter}{header}", assignment.text("checks_header"), StyleName.CHECKS_HEADER)
    formulas = {row: formula for (name, row), formula in compiled.status.items() if name == sheet.title}
    if is_form:
        formulas[SUMMARY_ROW] = compiled.rest
    for row, formula in formulas.items():
        _put(sheet, f"{letter}{row}", formula, StyleName.CHECKS_STATUS)
    first, last = min(formulas), max(formulas)
    _colour_status(sheet, f"{letter}{header + 1}:{letter}{last}", assignment.catalog)
    _name(workbook, "form" if is_form else "villages", sheet.title, f"{letter}{first}:{letter}{last}")
    return ((sheet.title, f"{letter}{row}") for row in formulas)


def _put(sheet: Worksheet, address: str, value: str, look: StyleName) -> None:
    cell = sheet[address]
    cell.value = value
    cell.style = look.value


def _colour_status(sheet: Worksheet, cells: str, catalog: Catalog) -> None:
    own = f"${cells.partition(':')[0]}"
    for kinds, ink in ((("missing", "wrong"), _WRONG_INK), (("asked",), _ASKED_INK)):
        shown = ",".join(f'ISNUMBER(FIND("{mark_of(catalog, kind)} ",{own}))' for kind in kinds)
        rule = _rule(f"OR({shown})", font=Font(color=ink))
        sheet.conditional_formatting.add(cells, rule)


def _colour_figures(sheet: Worksheet, sources: list[LineSource], catalog: Catalog) -> None:
    """Colour the cells that the status of their row names, by its mark."""
    addresses = [address for source in sources for address in (source.denominator, source.numerator) if address]
    places = [place for place in map(split_address, addresses) if place is not None]
    rows, columns = [row for row, _ in places], [column for _, column in places]
    letters = get_column_letter(min(columns)), get_column_letter(max(columns))
    cells = f"{letters[0]}{min(rows)}:{letters[1]}{max(rows)}"
    status = f"${get_column_letter(sheet.max_column)}{min(rows)}"
    missing = f'LEFT({status},{len(mark_of(catalog, "missing"))})="{mark_of(catalog, "missing")}"'
    named = ",".join(f'ISNUMBER(FIND(" "&{_HERE}&"{end}",{status}))' for end in ",:")
    rules: Mapping[str, str] = {
        f"ISNUMBER(FIND({place_of(catalog, 'wrong', _HERE)},{status}))": _WRONG,
        f"ISNUMBER(FIND({place_of(catalog, 'asked', _HERE)},{status}))": _OPEN,
        f"AND({missing},OR({named}))": _WRONG,
    }
    for formula, colour in rules.items():
        sheet.conditional_formatting.add(cells, _rule(formula, fill=PatternFill("solid", bgColor=colour)))


def _rule(formula: str, *, font: Font | None = None, fill: PatternFill | None = None) -> Rule:
    """Return a conditional format that no other one follows where it holds."""
    look = DifferentialStyle(font=font, fill=fill)
    return Rule(type="expression", dxf=look, stopIfTrue=True, formula=[formula])


def _name(workbook: Workbook, what: str, sheet: str, cells: str) -> None:
    name = checks_name(what)
    target = f"{quote_sheetname(sheet)}!{absolute_coordinate(cells)}"
    workbook.defined_names[name] = DefinedName(name, attr_text=target)

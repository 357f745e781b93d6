"""Form sheet of a template: national heading, table of lines, signatures."""

from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from domain.indicators import Absence, Indicator, Measure
from domain.layouts import ColumnRole, Line
from domain.periods import Period
from workbooks.template.assignment import Assignment, name_in_sentence, short_date
from workbooks.template.blank import FormCells
from workbooks.template.breaks import cut_pages
from workbooks.template.inputs import take_numbers
from workbooks.template.page import PagedSheet
from workbooks.template.styles import StyleName, figure_look

HEADER_ROW = 11
SUMMARY_ROW = HEADER_ROW - 1
"""Row above the table that says how many lines are missing or wrong, on layouts with checks."""
REQUIRED_MARK = "(*)"
"""Mark of lines without which a report is refused; readers take it for a footnote."""
_CHAPTER_NUMBERS = frozenset("IVX")


def write_form_sheet(sheet: Worksheet, assignment: Assignment, sample_note: str | None) -> FormCells:
    """Fill the form sheet; `sample_note` is the line that labels invented data."""
    page = PagedSheet(sheet, [column.width for column in assignment.layout.columns])
    place = _write_heading(page, assignment)
    page.put_headers(HEADER_ROW, assignment.layout.columns)
    table = _Table(page, assignment)
    first_row = HEADER_ROW + 2
    for row, line in enumerate(assignment.layout.lines, first_row):
        table.write(row, line)
    table.limit_inputs()
    after = first_row + len(assignment.layout.lines)
    if table.has_required:
        page.put_across(after, 1, page.last_column, assignment.text("foot_required"), StyleName.FOOTNOTE)
        after += 1
    maker, chair, last_row = _write_foot(page, after, assignment, sample_note, is_prefilled=table.is_prefilled)
    footer = assignment.text("form_number", number=assignment.form.number)
    page.set_up_print((HEADER_ROW, HEADER_ROW + 1), last_row, sample_note or footer, assignment.text("page"))
    cut_pages(page, assignment.layout.lines, first_row, last_row, (HEADER_ROW, HEADER_ROW + 1))
    sheet.freeze_panes = f"A{first_row}"
    page.protect()
    return FormCells(sheet.title, table.figures, table.notes, place, maker, chair)


def _write_heading(page: PagedSheet, assignment: Assignment) -> str:
    """Write the lines above the table; return the address of the cell of place and date."""
    left, last, text = page.middle, page.last_column, assignment.text
    right = left + 1
    page.put_across(1, 1, left, assignment.receiver.upper(), StyleName.UPPER)
    page.put_across(1, right, last, text("nation"), StyleName.NATION)
    committee = text("committee", unit=name_in_sentence(assignment.unit))
    page.put_across(2, 1, left, committee.upper(), StyleName.COMMITTEE)
    page.put_across(2, right, last, text("motto"), StyleName.MOTTO)
    page.put_across(3, 1, left, text("form_number", number=assignment.form.number), StyleName.FORM_NUMBER)
    place = page.put_across(3, right, last, assignment.place_line(None), StyleName.PLACE)
    page.put_across(5, 1, last, assignment.title, StyleName.TITLE)
    page.put_across(6, 1, last, assignment.period_line, StyleName.SUBTITLE)
    page.put_across(8, 1, left, text("reporting_unit", unit=assignment.unit.name), StyleName.PARTY)
    page.put_across(8, right, last, text("receiving_unit", unit=assignment.receiver), StyleName.PARTY)
    page.put_across(9, 1, left, text("deadline", day=short_date(assignment.deadline)), StyleName.PARTY)
    page.put_across(9, right, last, text("received_on"), StyleName.PARTY_INPUT)
    for row in (4, 7, 10):
        page.sheet.row_dimensions[row].height = 8
    if assignment.layout.checks:
        page.put_across(SUMMARY_ROW, 1, last, "", StyleName.CHECKS_SUMMARY)
    return place.coordinate


class _Table:
    """Writer of the form's lines that collects the addresses of the input cells."""

    def __init__(self, page: PagedSheet, assignment: Assignment) -> None:
        self.figures: dict[tuple[str, ColumnRole], str] = {}
        self.notes: dict[str, str] = {}
        self._inputs: dict[tuple[int, Period | None, bool], list[str]] = {}
        self._page = page
        self._assignment = assignment
        self._columns = assignment.layout.columns

    def write(self, row: int, line: Line) -> None:
        """Write a section heading or an indicator's line."""
        if line.indicator is None:
            self._write_section(row, line)
            return
        indicator = self._assignment.catalog.indicators[line.indicator]
        is_due = indicator.id in self._assignment.due
        for number, column in enumerate(self._columns, 1):
            match column.role:
                case ColumnRole.ORDER:
                    self._page.put(row, number, line.number, StyleName.CENTRED)
                case ColumnRole.CODE:
                    self._page.put(row, number, line.code, StyleName.CENTRED)
                case ColumnRole.LABEL:
                    is_required = is_due and indicator.absence is Absence.REFUSE
                    label = f"{line.label} {REQUIRED_MARK}" if is_required else line.label
                    self._page.put_fitting(row, number, label, StyleName.LABEL)
                case ColumnRole.UNIT:
                    self._page.put(row, number, indicator.unit.vi, StyleName.CENTRED)
                case ColumnRole.NOTE if is_due:
                    self.notes[indicator.id] = self._page.put(row, number, None, StyleName.TEXT_INPUT).coordinate
                case ColumnRole.NOTE:
                    reason = self._assignment.not_due_reason(indicator)
                    self._page.put_fitting(row, number, reason, StyleName.NOT_DUE_NOTE)
                case _ if not is_due:
                    self._page.put(row, number, None, StyleName.NOT_DUE)
                case _:
                    self._write_figure(row, number, column.role, indicator)

    @property
    def is_prefilled(self) -> bool:
        """Return whether previously reported figures are filled in."""
        return any(filled_from is not None for _, filled_from, _ in self._inputs)

    @property
    def has_required(self) -> bool:
        """Return whether a line is required."""
        return any(is_required for _, _, is_required in self._inputs)

    def limit_inputs(self) -> None:
        """Add data validation to the input cells."""
        for (decimals, filled_from, is_required), cells in self._inputs.items():
            take_numbers(self._page.sheet, cells, decimals, self._assignment, filled_from, is_required=is_required)

    def _write_section(self, row: int, line: Line) -> None:
        is_chapter = bool(line.number) and set(line.number) <= _CHAPTER_NUMBERS
        plain, centred = (
            (StyleName.CHAPTER, StyleName.CHAPTER_CENTRED)
            if is_chapter
            else (StyleName.SECTION, StyleName.SECTION_CENTRED)
        )
        for number, column in enumerate(self._columns, 1):
            match column.role:
                case ColumnRole.ORDER:
                    self._page.put(row, number, line.number, centred)
                case ColumnRole.LABEL:
                    self._page.put_fitting(row, number, line.label, plain)
                case _:
                    self._page.put(row, number, None, plain)

    def _write_figure(self, row: int, column: int, role: ColumnRole, indicator: Indicator) -> None:
        if role is not ColumnRole.NUMERATOR and indicator.measure is Measure.COUNT:
            self._page.put(row, column, None, StyleName.NO_FIGURE)
            return
        known = self._registered(indicator) if role is ColumnRole.DENOMINATOR else None
        if role is ColumnRole.PERCENT:
            cell = self._page.put_formula(row, column, self._percent_formula(row), StyleName.PERCENT)
        elif known is not None:
            cell = self._page.put(row, column, known, StyleName.FIXED_FIGURE)
        else:
            cell = self._write_input(row, column, role, indicator)
        self.figures[indicator.id, role] = cell.coordinate

    def _write_input(self, row: int, column: int, role: ColumnRole, indicator: Indicator) -> Cell:
        past = self._assignment.past_entry(self._assignment.unit.code, indicator.id, role)
        value, filled_from = (past.value, past.period) if past else (None, None)
        cell = self._page.put(row, column, value, figure_look(indicator.decimals, is_filled=past is not None))
        is_required = indicator.absence is Absence.REFUSE
        self._inputs.setdefault((indicator.decimals, filled_from, is_required), []).append(cell.coordinate)
        return cell

    def _registered(self, indicator: Indicator) -> int | None:
        assignment = self._assignment
        return assignment.catalog.register_denominator(indicator.id, assignment.unit, assignment.last_day)

    def _percent_formula(self, row: int) -> str:
        """Return the formula: empty until both figures are numbers; rounded half-up like published percentages."""
        roles = [column.role for column in self._columns]
        over = f"{get_column_letter(roles.index(ColumnRole.NUMERATOR) + 1)}{row}"
        under = f"{get_column_letter(roles.index(ColumnRole.DENOMINATOR) + 1)}{row}"
        return f'=IF(AND(ISNUMBER({over}),N({under})>0),ROUND({over}/{under}*100,2),"")'


def _write_foot(
    page: PagedSheet, row: int, assignment: Assignment, sample_note: str | None, *, is_prefilled: bool
) -> tuple[str, str, int]:
    """Write notes and signatures; return the two cells for names, and the last row."""
    left, last, text = page.middle, page.last_column, assignment.text
    page.put_across(row, 1, last, text("foot_inputs"), StyleName.FOOTNOTE)
    row += 1
    if is_prefilled:
        page.put_across(row, 1, last, text("foot_prefilled"), StyleName.FOOTNOTE)
        row += 1
    if sample_note is not None:
        page.put_across(row, 1, last, sample_note, StyleName.FOOTNOTE)
        row += 1
    row += 1
    page.put_across(row, 1, left, text("sign_maker"), StyleName.SIGN_ROLE)
    page.put_across(row, left + 1, last, text("sign_for"), StyleName.SIGN_ROLE)
    page.put_across(row + 1, 1, left, text("sign_maker_hint"), StyleName.SIGN_HINT)
    page.put_across(row + 1, left + 1, last, text("sign_chair"), StyleName.SIGN_ROLE)
    page.put_across(row + 2, left + 1, last, text("sign_chair_hint"), StyleName.SIGN_HINT)
    names = row + 6
    maker = page.put_across(names, 1, left, "", StyleName.SIGN_NAME)
    chair = page.put_across(names, left + 1, last, "", StyleName.SIGN_NAME)
    return maker.coordinate, chair.coordinate, names

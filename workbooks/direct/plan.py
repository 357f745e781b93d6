"""Plan of a skeleton: which cells are filled in, which state facts of unit and period, and what all others hold."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from domain.indicators import Measure
from domain.layouts import ColumnRole, Input
from domain.observations import PastObservation
from domain.submissions import ParsedReport
from workbooks.cells.addresses import parse_reference
from workbooks.cells.cells import Cell, Sheet, Workbook
from workbooks.cells.stamp import KEY_SAMPLE, PROPERTY_PREFIX, is_checks_name, parse_name, property_name
from workbooks.container.archive import Archive
from workbooks.container.book_part import BookParts, read_book_parts
from workbooks.container.reader import read_workbook
from workbooks.container.styles_part import BookStyles, read_styles
from workbooks.direct.facts import facts_of, village_fact
from workbooks.direct.skeleton import Content, NotDirectError, SheetCells, SplitWorkbook
from workbooks.template.assignment import Assignment, assign
from workbooks.text.legacy_text import legacy_font

if TYPE_CHECKING:
    from workbooks.template.blank import Blank


class CellUse(Enum):
    """What a cell holds that differs between the reports of a skeleton."""

    COUNT = auto()
    PERCENT = auto()
    ANSWER = auto()
    REMARK = auto()
    PLACE = auto()
    FACT = auto()
    CHECK = auto()


_FIGURES = frozenset({CellUse.COUNT, CellUse.PERCENT, CellUse.ANSWER})
_FORMATS = {CellUse.COUNT: "#,##0", CellUse.PERCENT: "0.00"}
"""Number formats that the template gives figures."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A cell that differs between reports: its number among the cells of its sheet, its use, and the fact's name."""

    number: int
    use: CellUse
    fact: str = ""


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """Name of a sheet, and the numbers of its cells by what they hold.

    `facts` are named, `figures` have their address; `kept` are the cells whose contents are `fixed`. What computed
    checks show is in none.
    """

    name: str
    facts: tuple[tuple[int, str], ...]
    places: tuple[int, ...]
    remarks: tuple[int, ...]
    figures: Mapping[str, int]
    kept: tuple[int, ...]
    fixed: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class LinePlan:
    """Cells of an observation; `village` is the number of the village from 0, None for the reporting unit itself."""

    village: int | None
    indicator: str
    sheet: str
    numerator: str
    denominator: str | None
    percent: str | None
    is_answer: bool


@dataclass(frozen=True, slots=True)
class FormPlan:
    """How to parse the workbooks of a skeleton whose fixed contents are equal to these.

    `is_uncalculated`: a formula's zero may be no result, as in `BookParts`.
    """

    form: str
    version: str
    due: frozenset[str]
    villages: int
    is_uncalculated: bool
    sheets: tuple[SheetPlan, ...]
    properties: tuple[bytes | str, ...]
    lines: tuple[LinePlan, ...]


def make_plan(
    archive: Archive, data: bytes, split: SplitWorkbook, report: ParsedReport, assignment: Assignment
) -> FormPlan | None:
    """Return the plan of a workbook, None unless it equals the template that we make, but for what is filled in.

    `report` is what the careful way made of the file, without issues and repairs.
    """
    # Imported where a plan is made: processes that only read do without openpyxl.
    from workbooks.template.save import save  # noqa: PLC0415 - as said

    parts = read_book_parts(archive)
    workbook = read_workbook(data, archive.limits)
    if parts.since_1904 or parts.kind != "xlsx":
        return None
    blank = _blank(assignment, workbook, report)
    template = read_workbook(save(blank))
    uses = _uses(blank)
    if not _is_filled_template(workbook, template, uses):
        return None
    facts = {text: name for name, text in facts_of(blank.assignment).items()}
    expected = _Expected(uses, facts, read_styles(archive, parts.styles))
    try:
        sheets = tuple(_sheet_plans(parts, split, workbook.sheets, expected))
    except NotDirectError:
        return None
    return FormPlan(
        form=blank.assignment.form.id,
        version=blank.assignment.layout.version,
        due=blank.assignment.due,
        villages=len(blank.villages.lines) if blank.villages is not None and blank.villages.registered else 0,
        is_uncalculated=parts.is_uncalculated,
        sheets=sheets,
        properties=tuple(facts.get(value.decode(), value) for value in split.properties),
        lines=tuple(_lines(blank, report)),
    )


def _blank(assignment: Assignment, workbook: Workbook, report: ParsedReport) -> "Blank":
    """Return the form as it was made: as sample data or not, with figures filled in or not, with checks or not."""
    from workbooks.template.workbook import make_blank  # noqa: PLC0415 - as in make_plan

    is_sample = property_name(KEY_SAMPLE) in workbook.properties
    prefilled = assignment.text("foot_prefilled")
    if any(cell.text == prefilled for sheet in workbook.sheets for cell in sheet.cells.values()):
        past = [PastObservation(assignment.period, observation) for observation in report.observations]
        assignment = assign(assignment.catalog, assignment.form.id, assignment.unit, assignment.period, past)
    if not any(is_checks_name(name) for name in workbook.names):
        # Forms that were handed out before their layout had checks go on.
        assignment = replace(assignment, layout=replace(assignment.layout, checks=False))
    return make_blank(assignment, assignment.text("sample_note") if is_sample else None)


Uses = Mapping[tuple[str, str], Variable]
"""Variables by sheet and address, without their numbers."""


def _uses(blank: "Blank") -> Uses:
    form = blank.form
    uses: dict[tuple[str, str], Variable] = {}
    for (_, role), address in form.figures.items():
        use = CellUse.PERCENT if role is ColumnRole.PERCENT else CellUse.COUNT
        uses[form.sheet, address] = Variable(0, use)
    for address in (*form.notes.values(), form.maker, form.chair):
        uses[form.sheet, address] = Variable(0, CellUse.REMARK)
    uses[form.sheet, form.place] = Variable(0, CellUse.PLACE)
    if blank.checks is not None:
        uses.update(dict.fromkeys(blank.checks.shown, Variable(0, CellUse.CHECK)))
    if blank.villages is None or not blank.villages.registered:
        return uses
    answers = _answered(blank)
    for number, line in enumerate(blank.villages.lines):
        for what, address in line.items():
            if what in {ColumnRole.VILLAGE_CODE.value, ColumnRole.VILLAGE_NAME.value}:
                variable = Variable(0, CellUse.FACT, village_fact(what, number))
            else:
                variable = Variable(0, CellUse.ANSWER if what in answers else CellUse.COUNT)
            uses[blank.villages.sheet, address] = variable
    return uses


def _answered(blank: "Blank") -> frozenset[str]:
    """Return the indicators that the village sheet asks yes or no for."""
    columns = blank.assignment.layout.village_columns
    return frozenset(column.indicator or "" for column in columns if column.input is Input.YES_NO)


def _is_filled_template(workbook: Workbook, template: Workbook, uses: Uses) -> bool:
    """Return whether a workbook says what the template says, but for variables."""
    return (
        len(workbook.sheets) == len(template.sheets)
        and _references(workbook) == _references(template)
        and _own_properties(workbook) == _own_properties(template)
        and all(_is_filled_sheet(*sheets, uses) for sheets in zip(workbook.sheets, template.sheets, strict=True))
    )


def _references(workbook: Workbook) -> Mapping[object, object]:
    return {
        what: parse_reference(text) for name, text in workbook.names.items() if (what := parse_name(name)) is not None
    }


def _own_properties(workbook: Workbook) -> Mapping[str, str]:
    return {name: text for name, text in workbook.properties.items() if name.startswith(PROPERTY_PREFIX)}


def _is_filled_sheet(sheet: Sheet, template: Sheet, uses: Uses) -> bool:
    contents, own = sheet.contents, template.contents
    is_same = (
        (sheet.name, sheet.state, sheet.refusal) == (template.name, template.state, None)
        and not (contents.comments or contents.threads or contents.strays or contents.conditions)
        and not (contents.hidden_rows or contents.hidden_columns)
        and set(contents.merged) == set(own.merged)
        and sorted(contents.page_texts) == sorted(own.page_texts)
    )
    addresses = {address for address in (*sheet.cells, *template.cells) if (sheet.name, address) not in uses}
    return is_same and all(_says(sheet.cells.get(each)) == _says(template.cells.get(each)) for each in addresses)


def _says(cell: Cell | None) -> tuple[object, ...] | None:
    """Return all that is read of a cell, None of one without content."""
    if cell is None or cell.is_empty:
        return None
    kept = (cell.kind, cell.value, cell.number_format, cell.has_formula, cell.is_struck, cell.is_blended)
    return (*kept, cell.runs, legacy_font(cell.font))


@dataclass(frozen=True, slots=True)
class _Expected:
    """What cells may be: variables by sheet and address, names of facts by text, and the styles of the file."""

    uses: Uses
    facts: Mapping[str, str]
    styles: BookStyles


def _sheet_plans(
    parts: BookParts, split: SplitWorkbook, sheets: Sequence[Sheet], expected: _Expected
) -> Iterator[SheetPlan]:
    """Yield the plan of each sheet, in the order of their parts, as they are split.

    Raises:
        NotDirectError: a variable's cell shows something else than what is typed, or the two ways see other cells.
    """
    by_part = {cells.shape.part: cells for cells in split.sheets}
    entries = [entry for entry in parts.sheets if not entry.is_checks]
    if sorted(by_part) != sorted(entry.part for entry in entries):
        raise NotDirectError("other sheets")
    ordered = sorted(zip(entries, sheets, strict=True), key=lambda pair: pair[0].part)
    for entry, sheet in ordered:
        cells = by_part[entry.part]
        _check_contents(cells, sheet)
        variables = dict(_variables(cells, sheet, expected))
        by_use: dict[CellUse, list[Variable]] = defaultdict(list)
        for variable in variables.values():
            by_use[variable.use].append(variable)
        numbers = {variable.number for variable in variables.values()}
        kept = tuple(number for number in range(len(cells.contents)) if number not in numbers)
        yield SheetPlan(
            entry.name,
            facts=tuple((variable.number, variable.fact) for variable in by_use[CellUse.FACT]),
            places=tuple(variable.number for variable in by_use[CellUse.PLACE]),
            remarks=tuple(variable.number for variable in by_use[CellUse.REMARK]),
            figures={address: variable.number for address, variable in variables.items() if variable.use in _FIGURES},
            kept=kept,
            fixed=tuple(cells.contents[number] for number in kept),
        )


def _variables(cells: SheetCells, sheet: Sheet, expected: _Expected) -> Iterator[tuple[str, Variable]]:
    for number, address in enumerate(map(bytes.decode, cells.shape.addresses)):
        variable = expected.uses.get((sheet.name, address))
        if variable is None:
            fact = expected.facts.get(sheet.cells[address].text) if address in sheet.cells else None
            variable = Variable(0, CellUse.FACT, fact) if fact else None
        if variable is not None:
            _check_variable(expected.styles, cells, number, variable.use)
            yield address, Variable(number, variable.use, variable.fact)


def _check_variable(styles: BookStyles, cells: SheetCells, number: int, use: CellUse) -> None:
    """Raise unless a variable's cell shows what is typed, as in the template; only percentages, checks compute."""
    index = int(cells.shape.styles[number] or b"0")
    style = styles.cells[index] if index < len(styles.cells) else None
    if style is None or style.is_struck or style.is_blended or legacy_font(style.font) is not None:
        raise NotDirectError("a cell that shows something else")
    if bool(cells.shape.formulas[number]) is not (use in {CellUse.PERCENT, CellUse.CHECK}):
        raise NotDirectError("a formula where none belongs, or none where one does")
    if _FORMATS.get(use, style.number_format) != style.number_format:
        raise NotDirectError("a cell of another format")


def _check_contents(cells: SheetCells, sheet: Sheet) -> None:
    """Raise unless the careful reader sees a cell wherever the skeleton has content, and nowhere else."""
    contents = {
        address.decode(): text for address, (_, text) in zip(cells.shape.addresses, cells.contents, strict=True)
    }
    filled = {address for address, text in contents.items() if text}
    if not filled <= sheet.cells.keys() <= contents.keys():
        raise NotDirectError("cells that only one way sees")


def _lines(blank: "Blank", report: ParsedReport) -> Iterator[LinePlan]:
    assignment, answers = blank.assignment, _answered(blank)
    villages = assignment.catalog.units.villages(assignment.unit, assignment.last_day)
    numbers = {village.code: number for number, village in enumerate(villages)}
    for observation in report.observations:
        indicator = assignment.catalog.indicators[observation.indicator]
        is_of_village = observation.sheet != blank.form.sheet
        is_ratio = indicator.measure is Measure.RATIO
        yield LinePlan(
            numbers[observation.unit] if is_of_village else None,
            indicator.id,
            observation.sheet,
            observation.numerator.cell,
            observation.denominator.cell if observation.denominator is not None else None,
            None if is_of_village or not is_ratio else blank.form.figures.get((indicator.id, ColumnRole.PERCENT)),
            is_of_village and indicator.id in answers,
        )

"""Planting of known figures in forms made by hand, in any table shape and spelling, with the address of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.worksheet import Worksheet

from domain.catalog.catalog import Catalog
from domain.issues import Severity
from domain.layouts import ColumnRole
from domain.periods import parse_period
from domain.submissions import ParsedReport
from tests.workbooks.workbook_edits import FORM, make_handmade, save
from workbooks.cells.addresses import cell_address

UNIT, PERIOD = "22813", "2025-05"
Key = tuple[str, ColumnRole]


@dataclass(frozen=True)
class Shape:
    """Shape of the table: its position, the order of its columns, and what surrounds it."""

    down: int = 0
    right: int = 0
    order: Sequence[int] = ()
    sheet: str = "Biểu 01-T"
    split_heading: bool = False
    column_numbers: bool = True
    blank_rows: frozenset[int] = frozenset()
    wrong_numbering: bool = False
    notes: bool = False
    hidden: frozenset[int] = frozenset()
    second_table: bool = False
    """Whether the second half of the lines has its own heading with the figure columns exchanged."""


@dataclass(frozen=True)
class Quirk:
    """Spelling of a known number: the cell's value and its number format."""

    name: str
    value: Callable[[int], object]
    format: str = "General"


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _raised(number: int) -> object:
    return CellRichText(str(number), TextBlock(InlineFont(vertAlign="superscript"), "1"))


def _struck(number: int) -> object:
    return CellRichText(TextBlock(InlineFont(strike=True), "9"), TextBlock(InlineFont(), str(number)))


QUIRKS = (
    Quirk("plain", lambda n: n),
    Quirk("grouped format", lambda n: n, "#,##0"),
    Quirk("accounting format", lambda n: n, r'_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)'),
    Quirk("two decimals format", lambda n: n, "0.00"),
    Quirk("text format", lambda n: n, "@"),
    Quirk("scientific format", lambda n: n, "0.00E+00"),
    Quirk("text", str),
    Quirk("dots", _dotted),
    Quirk("commas", lambda n: f"{n:,}"),
    Quirk("spaces", lambda n: f"{n:,}".replace(",", " ")),
    Quirk("hard spaces", lambda n: f"\u00a0{n:,}".replace(",", "\u00a0")),
    Quirk("zero width", lambda n: "\u200b" + str(n)),
    Quirk("full width", lambda n: "".join(chr(ord(digit) + 0xFEE0) for digit in str(n))),
    Quirk("comma decimals", lambda n: f"{n},0"),
    Quirk("dots and comma", lambda n: f"{_dotted(n)},00"),
    Quirk("unit", lambda n: f"{n} người"),
    Quirk("thousands in words", lambda n: f"{n // 1000} nghìn"),
    Quirk("power", lambda n: f"{n:E}"),
    Quirk("footnote", lambda n: f"{n}(1)"),
    Quirk("raised footnote", _raised),
    Quirk("struck digit", _struck),
    Quirk("percent format", lambda n: n / 100, "0%"),
    Quirk("percent sign", lambda n: n, '0"%"'),
    Quirk("in thousands", lambda n: n * 1000, "#,##0,"),
    Quirk("in millions", lambda n: n * 1_000_000, "0.0,,"),
    Quirk("zeros printed", lambda n: n / 1000, '0"000"'),
    Quirk("zeros escaped", lambda n: n / 1000, r"0\0\0\0"),
    Quirk("thousands printed", lambda n: n / 1000, '#,##0" nghìn"'),
    Quirk("date format", lambda n: n, "dd/mm/yyyy"),
    Quirk("formula", lambda n: f"={n}"),
)


def plant(
    catalog: Catalog, shape: Shape, truth: Mapping[Key, int], quirks: Mapping[Key, Quirk]
) -> tuple[bytes, Mapping[Key, str]]:
    """Return a workbook with the figures of `truth`, and the address of each."""
    workbook = make_handmade(catalog, UNIT, PERIOD)
    sheet = workbook.worksheets[0]
    sheet.delete_rows(9, sheet.max_row)
    sheet.title = shape.sheet
    cells = _write(catalog, sheet, shape, truth, quirks)
    return save(workbook), cells


def _write(
    catalog: Catalog, sheet: Worksheet, shape: Shape, truth: Mapping[Key, int], quirks: Mapping[Key, Quirk]
) -> Mapping[Key, str]:
    layout = catalog.forms.layout_for(FORM, parse_period(PERIOD))
    columns = {
        layout.columns[index].role: shape.right + place
        for place, index in enumerate(shape.order or range(len(layout.columns)), start=1)
    }
    row = _head(catalog, sheet, shape, columns, 10 + shape.down)
    cells: dict[Key, str] = {}
    for number, line in enumerate(layout.lines):
        row += 1 + (number in shape.blank_rows)
        if shape.second_table and number == len(layout.lines) // 2:
            columns = {
                **columns,
                ColumnRole.NUMERATOR: columns[ColumnRole.DENOMINATOR],
                ColumnRole.DENOMINATOR: columns[ColumnRole.NUMERATOR],
            }
            row = _head(catalog, sheet, shape, columns, row + 1) + 1
        sheet.row_dimensions[row].hidden = number in shape.hidden
        sheet.cell(row, columns[ColumnRole.ORDER], "7" if shape.wrong_numbering else line.number)
        sheet.cell(row, columns[ColumnRole.LABEL], line.label)
        for role in (ColumnRole.NUMERATOR, ColumnRole.DENOMINATOR):
            key = (line.indicator or "", role)
            if key in truth:
                cell = sheet.cell(row, columns[role])
                cell.value = quirks[key].value(truth[key])  # type: ignore[assignment] # rich text and numbers alike
                cell.number_format = quirks[key].format
                cells[key] = cell_address(row, columns[role])
    if shape.notes:
        sheet.cell(row + 2, columns[ColumnRole.LABEL], "Ghi chú: số liệu tính đến ngày 14/5/2025")
        sheet.cell(row + 3, columns[ColumnRole.NUMERATOR], "Lâm Sơn, ngày 15 tháng 5 năm 2025")
    return cells


def _head(catalog: Catalog, sheet: Worksheet, shape: Shape, columns: Mapping[ColumnRole, int], row: int) -> int:
    """Write the heading and return its last row."""
    layout = catalog.forms.layout_for(FORM, parse_period(PERIOD))
    for number, column in enumerate(layout.columns):
        is_lower = shape.split_heading and number % 2
        sheet.cell(row + 1 if is_lower else row, columns[column.role], column.header)
        if shape.column_numbers:
            sheet.cell(row + 2 if shape.split_heading else row + 1, columns[column.role], column.mark)
    return row + int(shape.split_heading) + int(shape.column_numbers)


def misreads(report: ParsedReport, truth: Mapping[Key, int], cells: Mapping[Key, str]) -> list[str]:
    """Return the figures that were misread or lost without an issue."""
    if not report.is_placeable:
        return [] if report.has_critical else ["the report has no place and no critical issue"]
    numbers = {
        (observation.indicator, role): figure.number
        for observation in report.observations
        for role, figure in (
            (ColumnRole.NUMERATOR, observation.numerator),
            (ColumnRole.DENOMINATOR, observation.denominator),
        )
        if figure is not None
    }
    noted = {issue.cell for issue in report.issues} | {issue.indicator for issue in report.issues}
    whole = any(issue.severity is Severity.CRITICAL and issue.indicator is None for issue in report.issues)
    return [
        f"{key} in {cells[key]}: planted {number}, read {numbers.get(key)}"
        for key, number in truth.items()
        if numbers.get(key) != Decimal(number) and not {cells[key], key[0]} & noted and not whole
    ]

"""Check of the units a form states against the catalogue's: thousands or another unit change the figures."""

import re
from collections.abc import Collection, Iterator, Sequence

from domain.catalog.marks import CellMarks
from domain.indicators import Indicator, Measure
from domain.layouts import ColumnRole, Layout
from domain.texts import normalise_name
from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace
from workbooks.cells.stamp import FIGURE_ROLES
from workbooks.numbers.unit_words import base_unit, power_of_ten, unit_power, unit_words_of
from workbooks.report.figures import SheetContext
from workbooks.tables.locate import LocatedLine
from workbooks.tables.table_header import TableHeader, find_header
from workbooks.text.labels import normalise_label

_ROUND = re.compile(r"\(?1[., ]?0{3}(?:[., ]?0{3})*(?![0-9])")
_AROUND = " .:;()[]"


def check_units(context: SheetContext, layout: Layout, lines: Sequence[LocatedLine]) -> None:
    """Note captions that state figures in thousands, and lines whose unit differs from the catalogue's."""
    header = find_header(context.sheet, layout.columns)
    if header is None:
        return
    rows = {spot[0] for line in lines for spot in line.spots.values()}
    indicators = [context.catalog.indicators[line.indicator] for line in lines]
    units = "; ".join(dict.fromkeys(indicator.unit.vi for indicator in indicators))
    powers = {unit_power(indicator, ColumnRole.NUMERATOR, context.catalog.marks) for indicator in indicators}
    for cell, power in _captions(context, layout, header, rows):
        # A caption in millions above a form whose every line counts millions says what the catalogue says.
        if powers != {power}:
            place = FigurePlace(context.sheet.name, cell.a1)
            context.findings.issue("unit_scaled", place, cell.text.strip(), units, second=_spelled(power))
    column = header.column(ColumnRole.UNIT)
    for line in lines if column is not None else ():
        row = line.spots[ColumnRole.NUMERATOR][0]
        unit = context.sheet.at(row, column or 0)
        if unit is not None and unit.text.strip():
            _check(context, line, unit)


def _check(context: SheetContext, line: LocatedLine, cell: Cell) -> None:
    indicator = context.catalog.indicators[line.indicator]
    text = " ".join(cell.text.split())
    place = FigurePlace(context.sheet.name, cell.a1, line.label, line.indicator)
    if _is_unit(text, indicator):
        return
    marks = context.catalog.marks
    power, own_power = _power(text, marks), unit_power(indicator, ColumnRole.NUMERATOR, marks)
    base, own_base = base_unit(text, marks), base_unit(indicator.unit.vi, marks)
    if power != own_power and (power or base == own_base):
        context.findings.issue("unit_scaled", place, text, indicator.unit.vi, second=_spelled(abs(power - own_power)))
    elif not power or base not in {"", own_base}:
        context.findings.issue("unit_changed", place, text, indicator.unit.vi)


def _is_unit(text: str, indicator: Indicator) -> bool:
    """Return whether a text names the indicator's unit, or what its parts count ("hồ sơ" for a share of dossiers)."""
    name = normalise_name(text).strip(_AROUND)
    words = unit_words_of(indicator, ColumnRole.NUMERATOR) | unit_words_of(indicator, ColumnRole.DENOMINATOR)
    if name in {*words, normalise_name(indicator.unit.vi), normalise_name(indicator.unit.en)}:
        return True
    return indicator.measure is Measure.RATIO and "%" in name


def _captions(
    context: SheetContext, layout: Layout, header: TableHeader, rows: Collection[int]
) -> Iterator[tuple[Cell, int]]:
    """Yield cells above the figures that name a multiple ("ĐVT: nghìn người", "(triệu đồng)"), and its power of ten."""
    known = {normalise_label(name) for column in layout.columns for name in (column.header, *column.aliases)}
    units = [
        name for column in layout.columns if column.role is ColumnRole.UNIT for name in (column.header, *column.aliases)
    ]
    columns = {header.column(role) for role in FIGURE_ROLES}
    first, last = min(rows, default=header.bottom + 1), max(rows, default=0)
    for row, cells in context.sheet.rows.items():
        for cell in cells if row not in rows and row < max(first, last) else ():
            is_above = header.top <= row < first and cell.column in columns
            is_heading = is_above and normalise_label(cell.text) not in known
            text = cell.text if is_heading else _behind(cell.text, units)
            power = _power(text, context.catalog.marks, only_first=not is_heading) if text else 0
            if power:
                yield cell, power


def _behind(text: str, names: Sequence[str]) -> str:
    """Return the part of a caption after the word for unit, or "" where it does not begin with that word."""
    line = normalise_name(text).strip(_AROUND)
    for name in sorted(map(normalise_name, names), key=len, reverse=True):
        if line.startswith(name):
            return line[len(name) :].strip(_AROUND)
    return ""


def _power(text: str, marks: CellMarks, *, only_first: bool = False) -> int:
    """Return the power of ten of a unit; with `only_first` by its first word, since later ones may be a place name."""
    name = normalise_name(text).strip(_AROUND)
    if match := _ROUND.match(name):
        return match[0].count("0")
    power = power_of_ten(name, marks)
    return power if not only_first or power_of_ten(name.split(" ")[0], marks) else 0


def _spelled(power: int) -> str:
    return f"{10 ** (power or 3):,}".replace(",", "\u00a0")

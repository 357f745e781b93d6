"""Totals rows ("Tổng cộng"): not read as figures, but compared with the sum of the rows they cover."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from domain.observations import Observation
from workbooks.cells.addresses import cell_address, split_address
from workbooks.cells.cells import Cell, CellKind
from workbooks.cells.findings import FigurePlace
from workbooks.numbers.figure_values import without_noise
from workbooks.numbers.number_text import read_number_text
from workbooks.report.figures import SheetContext
from workbooks.tables.label_texts import text_at

Columns = Mapping[int, Mapping[int, Decimal]]
"""Figures read, by column and row number."""


def check_totals(context: SheetContext, rows: Sequence[int], observations: Iterable[Observation]) -> None:
    """Note each figure of a totals row that matches no sum of the figures read in its column."""
    if not rows:
        return
    for column, figures in _columns(context, observations).items():
        for row in rows:
            cell = context.sheet.at(row, column)
            if cell is None or cell.is_empty or cell.kind is CellKind.UNCACHED or _is_mark(context, cell):
                continue
            sums = list(dict.fromkeys(_sums(row, figures, rows)))
            if not _numbers(cell).intersection(sums):
                label = next((text for number in range(1, column) if (text := text_at(context.sheet, row, number))), "")
                place = FigurePlace(context.sheet.name, cell_address(row, column), label)
                context.findings.issue("total_differs", place, found=cell.raw, expected=f"{sums[0]:f}")


def _columns(context: SheetContext, observations: Iterable[Observation]) -> Columns:
    results: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for observation in observations:
        # Numerator and denominator of a yes/no share one cell; people add up the answers, so the numerator wins.
        for figure in (observation.denominator, observation.numerator):
            spot = split_address(figure.cell) if figure is not None and figure.cell else None
            if figure is not None and spot is not None and observation.sheet == context.sheet.name:
                results[spot[1]][spot[0]] = figure.number if isinstance(figure.number, Decimal) else Decimal(0)
    return results


def _sums(row: int, figures: Mapping[int, Decimal], totals: Collection[int]) -> Iterator[Decimal]:
    """Yield what a row may sum: rows above, all rows, rows since the previous totals row, rows until the next one."""
    before = max((total for total in totals if total < row), default=0)
    after = min((total for total in totals if total > row), default=max(figures, default=0) + 1)
    above = sum((number for figure, number in figures.items() if figure < row), Decimal(0))
    whole = sum(figures.values(), Decimal(0))
    yield above or whole
    yield whole
    yield sum((number for figure, number in figures.items() if before < figure < row), Decimal(0))
    yield sum((number for figure, number in figures.items() if row < figure < after), Decimal(0))


def _numbers(cell: Cell) -> frozenset[Decimal]:
    if isinstance(cell.value, Decimal) and cell.kind is CellKind.NUMBER:
        return frozenset({without_noise(cell.value)})
    read = read_number_text(cell.text, is_count=True) if cell.text else None
    return frozenset(read.readings) if read is not None else frozenset()


def _is_mark(context: SheetContext, cell: Cell) -> bool:
    return bool(cell.text) and context.catalog.marks.state_of(cell.text) is not None

"""Description of a workbook that is no known form: its title, and the headings of its first table."""

from collections.abc import Iterator, Sequence

from domain.texts import cut
from workbooks.cells.cells import Cell, Sheet, SheetState, Workbook
from workbooks.cells.findings import FigurePlace
from workbooks.cells.stamp import META_SHEET

_ROWS_SEARCHED = 40
_FEWEST_HEADINGS = 3
_MOST_HEADINGS = 6
_LONGEST_TITLE, _LONGEST_HEADING = 120, 30


def describe_workbook(workbook: Workbook) -> tuple[str, FigurePlace | None]:
    """Return what a person sees first in a workbook, and where; the names of its sheets if these have no text."""
    sheets = [sheet for sheet in workbook.sheets if sheet.name != META_SHEET]
    visible = [sheet for sheet in sheets if sheet.state is SheetState.VISIBLE] or sheets
    for sheet in visible:
        headings = _headings(sheet)
        title = _title(sheet, headings[0].row if headings else None)
        texts = [cut(" ".join(title.text.split()), _LONGEST_TITLE)] if title is not None else []
        if headings:
            texts.append(" | ".join(cut(" ".join(cell.text.split()), _LONGEST_HEADING) for cell in headings))
        first = title or (headings[0] if headings else None)
        if first is not None:
            return " – ".join(texts), FigurePlace(sheet.name, first.a1)
    return ", ".join(sheet.name for sheet in sheets), None


def _headings(sheet: Sheet) -> Sequence[Cell]:
    """Return the texts of the first row that has several, which heads a table."""
    for cells in _rows(sheet):
        texts = [cell for cell in cells if cell.text.strip()]
        if len(texts) >= _FEWEST_HEADINGS:
            return texts[:_MOST_HEADINGS]
    return ()


def _title(sheet: Sheet, before_row: int | None) -> Cell | None:
    """Return the longest text above the first table."""
    above = [
        cell
        for cells in _rows(sheet)
        for cell in cells
        if cell.text.strip() and (before_row is None or cell.row < before_row)
    ]
    return max(above, key=lambda cell: min(len(cell.text), _LONGEST_TITLE), default=None)


def _rows(sheet: Sheet) -> Iterator[Sequence[Cell]]:
    yield from (cells for row, cells in sheet.rows.items() if row <= _ROWS_SEARCHED)

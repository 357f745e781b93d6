"""A sheet whose rows are written as XML at once: XlsxWriter keeps an object for each cell until the end."""

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet

from domain.texts import cut, visible

_LONGEST_TEXT: Final = 32_767
"""Letters that a cell of Excel holds."""
_DIGITS: Final = 16
"""Significant digits that a number of Excel has."""
_LINE_HEIGHT, _PADDING = 14.5, 3
# Characters beyond a column's width that still fit on its line, on average: letters are narrower than digits.
_SLACK = 1.2
_TEXT: Final = ' t="s"'
"""Attribute of a cell that holds a text."""
_NUMBER: Final = "\0"
"""Mark for the number of a row in its pattern."""
_BLOCK: Final = 16
"""Rows that state the same columns, as XlsxWriter has it."""

Value = str | Decimal | int | None


class StyledCell(NamedTuple):
    """A value and the name of its style; None leaves the cell empty."""

    value: Value
    style: str = "text"


Cell = tuple[Value, str]
"""A `StyledCell`, or a plain pair of the same, which takes a fifth of its time to make."""


class _RowShape:
    """Columns and formats of the cells that rows have in common.

    `width` is how many columns they reach over, `pattern` the rows' XML between the marks for their number, in which
    further marks stand for the attributes of a row and the contents of its cells.
    """

    __slots__ = ("cells", "pattern", "width")

    def __init__(self, cells: Sequence[tuple[int, Format]]) -> None:
        self.cells, self.width = cells, cells[-1][0] + 1
        self.pattern: list[str] = []


def shown(text: str) -> str:
    """Return a text as a cell shows it: nothing in it acts, and it is no longer than a cell holds."""
    return cut(visible(text), _LONGEST_TEXT)


class LongSheet(Worksheet):  # type: ignore[misc] # XlsxWriter has no types
    """Worksheet whose rows XlsxWriter does not know.

    `by_block`: rows state the columns of their block, as those of XlsxWriter do; else their own.
    """

    dim_rowmin: int | None
    dim_colmin: int | None
    dim_rowmax: int
    dim_colmax: int

    def __init__(self) -> None:
        """Begin without rows."""
        super().__init__()
        self.by_block = True
        self._rows: list[tuple[int, float | None, _RowShape, list[str]]] = []
        self._texts: dict[str, tuple[str, float]] = {}
        self._shapes: dict[tuple[tuple[int, str], ...] | tuple[str, ...], _RowShape] = {}

    def append_rows(
        self, first: int, rows: Iterable[Sequence[Cell]], widths: Sequence[float], styles: Mapping[str, Format]
    ) -> int:
        """Append rows of cells, as high as their tallest cells: not every program adjusts the height itself.

        Args:
            first: Row of the first one, counted from 0.
            rows: Their cells, one for each column.
            widths: Widths of the columns in characters.
            styles: Formats by name, the same for all rows of the sheet.

        Returns:
            The number of the row below the last one.
        """
        texts, number = self._texts, first - 1
        for number, row in enumerate(rows, first):
            most, contents = 1, []
            for (value, _), width in zip(row, widths, strict=True):
                if isinstance(value, str):
                    content, length = texts.get(value) or self._add_text(value)
                    if length > width:  # nearly all texts fit into their column
                        most = max(most, _lines_of(value, width))
                    contents.append(content)
                else:
                    contents.append(_number(value))
            names = tuple([style for _, style in row])
            shape = self._shapes.get(names)
            if shape is None:
                shape = self._shapes[names] = _RowShape([(column, styles[name]) for column, name in enumerate(names)])
            self._append(number, shape, contents, _height(most))
        return number + 1

    def append_row(self, number: int, row: Sequence[Cell], height: float, styles: Mapping[str, Format]) -> None:
        """Append a row of cells of that height, one for each column."""
        self.append_parts(number, list(enumerate(row)), height, styles)

    def append_parts(
        self, number: int, parts: Sequence[tuple[int, Cell]], height: float | None, styles: Mapping[str, Format]
    ) -> None:
        """Append a row that has cells in some columns only, counted from 0; its height None: that of one line."""
        key = tuple([(column, style) for column, (_, style) in parts])
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = _RowShape([(column, styles[style]) for column, style in key])
        self._append(number, shape, [self._content(value) for _, (value, _) in parts], height)

    def add_table_over(self, head: int, last_row: int, last_column: int, options: dict[str, Any]) -> None:
        """Add a table from the first column to the last, counted from 0; see `add_table`."""
        # Which notes every cell of a table, to see whether tables overlap, and would write the headers itself.
        self.add_table(head, 0, head + 1, last_column, options)
        del self.table[head]
        cells = xl_range(head, 0, last_row, last_column)
        self.tables[-1].update(range=cells, a_range=cells, autofilter=cells)

    def _append(self, number: int, shape: _RowShape, contents: list[str], height: float | None) -> None:
        if self.dim_rowmin is None:  # XlsxWriter leaves the rows of a sheet out that it takes for empty
            self.dim_rowmin, self.dim_colmin, self.dim_rowmax, self.dim_colmax = number, 0, number, 0
        self._rows.append((number, height, shape, contents))

    def _content(self, value: Value) -> str:
        """Return what follows the attributes of a cell that all have."""
        if isinstance(value, str):
            return (self._texts.get(value) or self._add_text(value))[0]
        return _number(value)

    def _add_text(self, text: str) -> tuple[str, float]:
        """Return what follows the attributes of a cell with that text, and its length, endless if it breaks lines."""
        content = "/>"
        if text:
            index = self.str_table._get_shared_string_index(shown(text))  # noqa: SLF001 # no public access
            content = f"{_TEXT}><v>{index}</v></c>"
        self._texts[text] = content, math.inf if "\n" in text else len(text)
        return self._texts[text]

    def _write_rows(self) -> None:
        """Write the rows; called by XlsxWriter, which numbers formats as they are first used: so do these."""
        super()._write_rows()
        written = "".join(
            [
                str(above + 1).join(shape.pattern or _complete(shape)) % (_row_attributes(width, height), *contents)
                for (above, height, shape, contents), width in zip(self._rows, self._widths(), strict=True)
            ]
        )
        self.fh.write(written)
        # The table of texts has counted each of this sheet once.
        self.str_table.count += written.count(_TEXT) - sum(1 for text in self._texts if text)

    def _widths(self) -> list[int]:
        """Return the number of columns that each row states."""
        widths = [shape.width for _, _, shape, _ in self._rows]
        if not self.by_block:
            return widths
        blocks = [above // _BLOCK for above, *_ in self._rows]
        widest: dict[int, int] = {}
        for block, width in zip(blocks, widths, strict=True):
            if width > widest.get(block, 0):
                widest[block] = width
        return [widest[block] for block in blocks]

    def _write_dimension(self) -> None:
        """Write the range of cells; called by XlsxWriter before the rows."""
        last_row, last_column = self.dim_rowmax, self.dim_colmax
        if self._rows:
            self.dim_rowmax = self._rows[-1][0]
            self.dim_colmax = max(shape.width for shape in self._shapes.values()) - 1
        super()._write_dimension()
        self.dim_rowmax, self.dim_colmax = last_row, last_column


def _complete(shape: _RowShape) -> list[str]:
    """Make the pattern of a shape and return it."""
    shape.pattern = _pattern(tuple([(column, style._get_xf_index()) for column, style in shape.cells]))  # noqa: SLF001 # no public access
    return shape.pattern


@lru_cache(maxsize=1 << 9)  # shapes recur from workbook to workbook
def _pattern(cells: tuple[tuple[int, int], ...]) -> list[str]:
    written = (f'<c r="{xl_col_to_name(column)}{_NUMBER}" s="{style}"%s' for column, style in cells)
    return f'<row r="{_NUMBER}" %s>{"".join(written)}</row>'.split(_NUMBER)


def _number(value: Decimal | int | None) -> str:
    """Return what follows the attributes of a cell that holds a number or nothing."""
    if value is None:
        return "/>"
    text = str(value)  # as XlsxWriter writes it, where it has no more digits than a number of Excel
    return f"><v>{text if len(text) <= _DIGITS else format(value, f'.{_DIGITS}G')}</v></c>"


@lru_cache(maxsize=1 << 10)
def _row_attributes(width: int, height: float | None) -> str:
    """Return the attributes of a row but its number."""
    if height is None:
        return f'spans="1:{width}"'
    points = int(height * 4 / 3 + 0.5) * 0.75  # of whole pixels, as XlsxWriter rounds them
    return f'spans="1:{width}" ht="{points:.16g}" customHeight="1"'


def _height(lines: int) -> float:
    return _PADDING + _LINE_HEIGHT * lines


def _lines_of(text: str, width: float) -> int:
    """Return how many lines a text wraps to in a column."""
    return sum(math.ceil(max(len(line), 1) / (width * _SLACK)) for line in text.split("\n"))

"""A sheet of many rows, whose cells are written as XML at once: XlsxWriter keeps an object for each until the end."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from domain.texts import cut, visible

_LONGEST_TEXT: Final = 32_767
"""Letters that a cell of Excel holds."""


class StyledCell(NamedTuple):
    """A value and the name of its style; None leaves the cell empty."""

    value: str | Decimal | int | None
    style: str = "text"


def shown(text: str) -> str:
    """Return a text as a cell shows it: nothing in it acts, and it is no longer than a cell holds."""
    return cut(visible(text), _LONGEST_TEXT)


class LongSheet(Worksheet):  # type: ignore[misc] # XlsxWriter has no types
    """Worksheet with rows of its own at the end, which XlsxWriter writes behind those that it knows."""

    dim_rowmin: int | None
    dim_colmin: int | None
    dim_rowmax: int
    dim_colmax: int

    def __init__(self) -> None:
        """Begin without rows."""
        super().__init__()
        self._rows: list[tuple[int, str, list[tuple[int, Format, str]]]] = []
        self._width = 0
        self._index_of: dict[str, int] = {}

    def append_rows(
        self,
        first: int,
        rows: Sequence[Sequence[StyledCell]],
        heights: Sequence[float],
        styles: Mapping[str, Format],
    ) -> None:
        """Append rows of cells, all of the same number; below them rows can only be appended.

        Args:
            first: Row of the first one, counted from 0.
            rows: Their cells.
            heights: Height of each row in points.
            styles: Formats by name.
        """
        for number, (row, height) in enumerate(zip(rows, heights, strict=True), first):
            cells = [(column, styles[style], self._content(value)) for column, (value, style) in enumerate(row)]
            self._append(number, cells, height)

    def append_parts(
        self, number: int, parts: Iterable[tuple[int, StyledCell]], height: float, styles: Mapping[str, Format]
    ) -> None:
        """Append a row that has cells in some columns only, counted from 0."""
        cells = [(column, styles[cell.style], self._content(cell.value)) for column, cell in parts]
        self._append(number, cells, height)

    def _append(self, number: int, cells: list[tuple[int, Format, str]], height: float) -> None:
        width = cells[-1][0] + 1
        if self.dim_rowmin is None:  # XlsxWriter leaves the rows of a sheet out that it takes for empty
            self.dim_rowmin, self.dim_colmin, self.dim_rowmax, self.dim_colmax = number, 0, number, 0
        self._width = max(self._width, width)
        points = int(height * 4 / 3 + 0.5) * 0.75  # of whole pixels, as XlsxWriter rounds them
        attributes = f'spans="1:{width}" ht="{points:.16g}" customHeight="1"'
        self._rows.append((number, attributes, cells))

    def _content(self, value: str | Decimal | int | None) -> str:
        """Return what follows the attributes of a cell that all have."""
        if value is None or value == "":
            return "/>"
        if isinstance(value, str):
            return f' t="s"><v>{self._shared(value)}</v></c>'
        return f"><v>{value:.16G}</v></c>"

    def _shared(self, text: str) -> int:
        index = self._index_of.get(text)
        if index is None:
            index = self.str_table._get_shared_string_index(shown(text))  # noqa: SLF001 # no public access
            self._index_of[text] = index
        else:
            self.str_table.count += 1
        return index

    def _write_rows(self) -> None:
        """Write the rows; called by XlsxWriter, which numbers formats as they are first used: so do these."""
        super()._write_rows()
        letters = [xl_col_to_name(column) for column in range(self._width)]
        indices: dict[Format, int] = {}
        for above, attributes, cells in self._rows:
            number = above + 1
            written = [f'<row r="{number}" {attributes}>']
            for column, style, content in cells:
                if style not in indices:
                    indices[style] = style._get_xf_index()  # noqa: SLF001 # no public access
                written.append(f'<c r="{letters[column]}{number}" s="{indices[style]}"{content}')
            written.append("</row>")
            self.fh.write("".join(written))

    def _write_dimension(self) -> None:
        """Write the range of cells; called by XlsxWriter before the rows."""
        last_row, last_column = self.dim_rowmax, self.dim_colmax
        if self._rows:
            self.dim_rowmax = self._rows[-1][0]
            self.dim_colmax = max(last_column, self._width - 1)
        super()._write_dimension()
        self.dim_rowmax, self.dim_colmax = last_row, last_column

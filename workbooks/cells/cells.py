"""Contents of a workbook before interpretation: sheets, cells with A1 addresses, formats, comments and names."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeVar, cast

from domain.issues import Issue
from workbooks.cells.addresses import CellRange, cell_address
from workbooks.cells.text_runs import RichText, TextRun

_T = TypeVar("_T")


class CellKind(StrEnum):
    """Kind of a cell's value. `uncached` is a formula whose result is not stored in the file."""

    NUMBER = "number"
    TEXT = "text"
    BOOL = "bool"
    DATE = "date"
    ERROR = "error"
    UNCACHED = "uncached"


Value = Decimal | str | bool | datetime | None


class Cell(NamedTuple):
    """A non-empty cell.

    `value` is a Decimal, str, bool or datetime by kind, and None for an uncached formula; an error's value is its text
    ("#DIV/0!"). `raw` is the text in the file, `number_format` its format code ("0.00%"), `font` its font name.
    `is_struck`: the whole cell is crossed out; `is_blended`: its text has the colour of its background.
    """

    a1: str
    row: int
    column: int
    kind: CellKind
    value: Value
    raw: str
    number_format: str
    font: str
    has_formula: bool
    is_struck: bool = False
    is_blended: bool = False

    @property
    def text(self) -> str:
        """Return the text of a text cell, "" for every other kind."""
        return str(self.value) if self.kind is CellKind.TEXT else ""

    @property
    def runs(self) -> tuple[TextRun, ...]:
        """Return the formatted runs of a rich text, or nothing for uniformly formatted text."""
        return self.value.runs if isinstance(self.value, RichText) else ()

    @property
    def is_empty(self) -> bool:
        """Return whether the cell is text consisting of spaces only."""
        return self.kind is CellKind.TEXT and not self.raw.strip()


class SheetState(StrEnum):
    """Visibility of a sheet; `veryHidden` cannot be unhidden from Excel's menus."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    VERY_HIDDEN = "veryHidden"


@dataclass(slots=True, weakref_slot=True)
class SheetContents:
    """Mutable contents of a sheet while the reader streams it; `Sheet` is the immutable view."""

    cells: dict[str, Cell] = field(default_factory=dict)
    merged: list[CellRange] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    comments: dict[str, str] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)
    threads: dict[str, str] = field(default_factory=dict)
    page_texts: list[str] = field(default_factory=list)
    conditions: list[tuple[CellRange, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A worksheet. `strays` are addresses beyond the limits that hold only spaces.

    `refusal` is why the sheet could not be read; it has no cells then.
    """

    name: str
    state: SheetState
    contents: SheetContents
    refusal: Issue | None = None

    @property
    def cells(self) -> Mapping[str, Cell]:
        """Return the non-empty cells by address, in file order."""
        return self.contents.cells

    @property
    def comments(self) -> Mapping[str, str]:
        """Return comment texts by cell address."""
        return self.contents.comments

    @property
    def remarks(self) -> Mapping[str, str]:
        """Return what people wrote on cells: threads where there are any, whose notes only repeat them, else notes."""
        return {**self.contents.comments, **self.contents.threads}

    def conditional_formats(self, row: int, column: int) -> tuple[str, ...]:
        """Return the number formats that conditions may give a cell."""
        return tuple(
            dict.fromkeys(
                number_format for covered, number_format in self.contents.conditions if covered.covers(row, column)
            )
        )

    @property
    def strays(self) -> tuple[str, ...]:
        """Return addresses beyond the limits that hold only spaces, at most twenty."""
        return tuple(self.contents.strays)

    @property
    def page_texts(self) -> tuple[str, ...]:
        """Return the texts of printed page headers and footers, without their codes."""
        return tuple(self.contents.page_texts)

    @property
    def merged(self) -> tuple[CellRange, ...]:
        """Return the merged ranges; the value of a range is in its top left cell."""
        return tuple(self.contents.merged)

    @cached_property
    def rows(self) -> Mapping[int, tuple[Cell, ...]]:
        """Return cells by row number, rows from the top, cells from the left."""
        gathered: dict[int, list[Cell]] = {}
        for cell in self.cells.values():
            gathered.setdefault(cell.row, []).append(cell)
        return {row: tuple(sorted(gathered[row], key=lambda cell: cell.column)) for row in sorted(gathered)}

    @cached_property
    def _computed(self) -> dict[Hashable, object]:
        return {}

    def compute_once(self, key: Hashable, compute: Callable[[], _T]) -> _T:
        """Return what `compute` makes of the cells, computed at the first call with this key.

        The value must not refer to the sheet: a cycle would keep every workbook in memory until the next collection.
        """
        if key not in self._computed:
            self._computed[key] = compute()
        return cast("_T", self._computed[key])

    def at(self, row: int, column: int) -> Cell | None:
        """Return the cell at a row and column, or None if it is empty."""
        return self.cells.get(cell_address(row, column))

    def is_hidden(self, row: int, column: int) -> bool:
        """Return whether the cell is invisible because its row, its column or the whole sheet is hidden."""
        return (
            self.state is not SheetState.VISIBLE
            or row in self.contents.hidden_rows
            or any(first <= column <= last for first, last in self.contents.hidden_columns)
        )

    def merge_around(self, row: int, column: int) -> CellRange | None:
        """Return the merged range that covers the cell, or None."""
        return next((merged_range for merged_range in self.contents.merged if merged_range.covers(row, column)), None)


@dataclass(frozen=True)
class Workbook:
    """A workbook: its worksheets in order, its defined names (name to reference) and custom document properties.

    `kind` is "xlsx", "xlsm" or "xls". Chart and dialogue sheets are not among the sheets: they hold no cells.
    """

    kind: str
    sheets: tuple[Sheet, ...]
    names: Mapping[str, str]
    properties: Mapping[str, str]

    def sheet(self, name: str) -> Sheet | None:
        """Return the sheet with exactly this name, or None."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)

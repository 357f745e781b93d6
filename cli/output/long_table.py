"""Tables of many rows: a line each, which is neither folded nor cut, and printed without measuring every word."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

MOST_FOLDED = 300
"""Most rows of a table that is fitted to the terminal's width."""

_GAP = "  "


class LongTable:
    """A table of texts whose rows keep their lines: ten thousand take a second, and programs can search them.

    To be printed with `soft_wrap`, so that the console does not crop it. Every line of a cell is a line of the row;
    columns are as wide as their widest line.
    """

    def __init__(self, table: Table) -> None:
        """Print that table; its cells are texts with markup."""
        self._title = table.title if isinstance(table.title, str) else ""
        self._header = [[Text.from_markup(str(column.header), style="bold")] for column in table.columns]
        self._rows = list(zip(*(map(_lines, column.cells) for column in table.columns), strict=True))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield title, header, a line below it, and the rows."""
        widths = [
            max(cell_len(line.plain) for row in (self._header, *self._rows) for line in row[column])
            for column in range(len(self._header))
        ]
        if self._title:
            yield from _segments(console, [Text.from_markup(self._title, style="bold")], [0])
        yield from _segments(console, [lines[0] for lines in self._header], widths)
        yield Segment("─" * (sum(widths) + len(_GAP) * (len(widths) - 1)) + "\n")
        for row in self._rows:
            for line in range(max(map(len, row))):
                yield from _segments(console, [lines[line] if line < len(lines) else Text() for lines in row], widths)


def _lines(cell: object) -> list[Text]:
    text = cell if isinstance(cell, Text) else Text.from_markup(str(cell))
    return list(text.split("\n", allow_blank=True)) if "\n" in text.plain else [text]


def _segments(console: Console, texts: Sequence[Text], widths: Sequence[int]) -> Iterator[Segment]:
    """Yield the texts of one line, each but the last filled up to its column's width."""
    last = len(texts) - 1
    for column, (text, width) in enumerate(zip(texts, widths, strict=True)):
        if text.spans or text.style:
            yield from text.render(console)
        else:
            yield Segment(text.plain)
        if column < last:
            yield Segment(" " * (width - cell_len(text.plain)) + _GAP)
    yield Segment("\n")

"""Restyling cells in a worksheet's markup; missing cells and rows are created."""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workbooks.cells.addresses import cell_address
from workbooks.marking.tags import SheetMarkup, Tag, place_of

_STYLE = re.compile(rb"""(?<=\s)s\s*=\s*("[^"]*"|'[^']*')""")
_SPANS = re.compile(rb"""\s+spans\s*=\s*("[^"]*"|'[^']*')""")

Restyle = Callable[[int], int]
"""Maps the index of a style to that of the same style with a mark."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's tag and the position where the next row begins."""

    number: int
    tag: Tag
    end: int


class RowIndex:
    """The rows of a worksheet, in file order."""

    def __init__(self, markup: SheetMarkup) -> None:
        """Index every row."""
        tags = list(markup.tags("row", markup.cells_begin, markup.cells_end))
        ends = [tag.start for tag in tags[1:]] + [markup.cells_end] * bool(tags)
        self._markup = markup
        self._rows: list[_Row] = []
        number = 0
        for tag, end in zip(tags, ends, strict=True):
            result = tag.get("r")
            number = int(result) if result.isdecimal() else number + 1
            self._rows.append(_Row(number, tag, end))
        self._by_number = {row.number: row for row in self._rows}
        self._numbers = [row.number for row in self._rows]

    def heights(self) -> dict[int, float]:
        """Return the explicit row heights in points, by row number."""
        return {row.number: _number(height) for row in self._rows if (height := row.tag.get("ht"))}

    def restyle(self, styles: Mapping[tuple[int, int], Restyle]) -> None:
        """Restyle the cells at these rows and columns, creating missing cells and rows."""
        by_row: dict[int, dict[int, Restyle]] = {}
        for row, column in sorted(styles):
            by_row.setdefault(row, {})[column] = styles[row, column]
        for row, wanted in by_row.items():
            if row in self._by_number:
                self._restyle_row(self._by_number[row], wanted)
            else:
                self._add_row(row, wanted)

    def _restyle_row(self, row: _Row, wanted: dict[int, Restyle]) -> None:
        markup, missing = self._markup, dict(wanted)
        own = int(row.tag.get("s") or 0) if row.tag.get("customFormat") in {"1", "true"} else None
        cells: list[tuple[int, Tag]] = []
        place = row.number, 0
        for tag in markup.tags("c", row.tag.end, row.end):
            place = place_of(tag, place)
            cells.append((place[1], tag))
            if place[1] in missing:
                _restyle_cell(markup, tag, missing.pop(place[1]))
        if not missing:
            return
        close = row.tag.end if row.tag.is_closed else markup.data.rfind(b"</", row.tag.end, row.end)
        made: dict[int, list[bytes]] = {}
        for column, restyle in missing.items():
            at = next((tag.start for number, tag in cells if number > column), close)
            made.setdefault(at, []).append(self._cell(row.number, column, restyle, own))
        # `spans` is an optional hint, but a wrong one may make a program reject the file.
        opened = _SPANS.sub(b"", markup.data[row.tag.start : row.tag.end])
        if row.tag.is_closed:
            content = b"".join(cell for cells_made in made.values() for cell in cells_made)
            opened = opened[:-1].rstrip(b"/ ") + b">" + content + b"</" + markup.prefix + b"row>"
            made = {}
        markup.change(row.tag.start, row.tag.end, opened)
        for at, new in made.items():
            markup.change(at, at, b"".join(new))

    def _add_row(self, number: int, wanted: dict[int, Restyle]) -> None:
        markup = self._markup
        at = bisect_left(self._numbers, number)
        place = self._rows[at].tag.start if at < len(self._rows) else markup.cells_end
        cells = b"".join(self._cell(number, column, restyle, None) for column, restyle in wanted.items())
        prefix = markup.prefix
        markup.change(place, place, b'<%srow r="%d">%s</%srow>' % (prefix, number, cells, prefix))

    def _cell(self, row: int, column: int, restyle: Restyle, row_style: int | None) -> bytes:
        """Return a blank cell in the style of its row, or else of its column, with a mark."""
        style = restyle(column_style(self._markup, column) if row_style is None else row_style)
        return b'<%sc r="%s" s="%d"/>' % (self._markup.prefix, cell_address(row, column).encode(), style)


def column_style(markup: SheetMarkup, column: int) -> int:
    """Return the style of missing cells of a column."""
    for tag in markup.tags("col", 0, markup.cells_begin):
        if int(tag.get("min") or 0) <= column <= int(tag.get("max") or 0):
            return int(tag.get("style") or 0)
    return 0


def _restyle_cell(markup: SheetMarkup, tag: Tag, restyle: Restyle) -> None:
    new = b's="%d"' % restyle(int(tag.get("s") or 0))
    whole = markup.data[tag.start : tag.end]
    if _STYLE.search(whole):
        markup.change(tag.start, tag.end, _STYLE.sub(new, whole, count=1))
        return
    behind_name = tag.start + 1 + len(markup.prefix) + 1
    markup.change(behind_name, behind_name, b" " + new)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0

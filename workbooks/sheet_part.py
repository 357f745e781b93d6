"""One worksheet, streamed: which places of it hold what, within the limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbooks.addresses import LAST_COLUMN, cell_address, parse_range, split_address
from workbooks.archive import Archive
from workbooks.bounds import keep_cell
from workbooks.cell_values import CellSource, DamagedCellError, read_value
from workbooks.cells import Cell, SheetContents
from workbooks.guards import Limits, RefusedError, refusal
from workbooks.markup import MAIN_NAMESPACES, stream_part
from workbooks.strings_part import TextGatherer
from workbooks.styles_part import Style


@dataclass(frozen=True, slots=True)
class BookContext:
    """What cells refer to: the workbook's texts and styles, and the epoch of its dates."""

    strings: Sequence[str]
    styles: Sequence[Style]
    since_1904: bool


def read_sheet(archive: Archive, part: str, name: str, context: BookContext) -> SheetContents:
    """The contents of the worksheet in `part`, which people call `name`.

    Raises:
        RefusedError: damaged, beyond the limits, or ambiguous (one cell twice).
    """
    handler = _SheetHandler(part, name, context, archive.limits)
    stream_part(archive, part, handler)
    return handler.contents


class _SheetHandler:
    """Follows the stream cell by cell. Speed matters here: a national night is ten thousand workbooks."""

    __slots__ = (
        "_column", "_context", "_depth", "_formula", "_gatherer", "_in_cell", "_in_inline", "_in_value", "_inline",
        "_limits", "_name", "_part", "_place", "_prefix", "_row", "_style", "_type", "_value", "_values", "contents",
    )  # fmt: skip

    def __init__(self, part: str, name: str, context: BookContext, limits: Limits) -> None:
        self.contents = SheetContents()
        self._part = part
        self._name = name
        self._context = context
        self._limits = limits
        self._gatherer = TextGatherer()
        self._prefix = ""
        self._depth = self._row = self._column = self._values = 0
        self._in_cell = self._in_value = self._in_inline = self._formula = False
        self._type = self._style = self._place = ""
        self._value: list[str] = []
        self._inline: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if not self._prefix:
            self._begin(name)
        if not name.startswith(self._prefix):
            self._check_depth()
            return
        local = name[len(self._prefix) :]
        if self._in_cell:
            self._start_inside(local, attributes)
        elif local == "c":
            self._start_cell(attributes)
        elif local == "row":
            self._start_row(attributes)
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif local == "col" and attributes.get("hidden") in {"1", "true"}:
            self._hide_columns(attributes)
        else:
            self._check_depth()

    def end(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        if not self._in_cell or not name.startswith(self._prefix):
            return
        local = name[len(self._prefix) :]
        if local == "v":
            self._in_value = False
        elif local == "c":
            self._in_cell = False
            self._finish_cell()
        elif local == "is":
            self._inline = self._gatherer.take()
            self._in_inline = False
        elif self._in_inline:
            self._gatherer.end(local)

    def text(self, data: str) -> None:
        """Text between the marks."""
        if self._in_value:
            self._value.append(data)
        elif self._in_inline:
            self._gatherer.text(data)

    def _begin(self, root: str) -> None:
        namespace, _, local = root.rpartition(" ")
        if namespace not in MAIN_NAMESPACES or local != "worksheet":
            raise refusal("xml_damaged", part=self._part)
        self._prefix = namespace + " "

    def _check_depth(self) -> None:
        if self._depth > self._limits.depth:
            raise refusal("part_too_complex", part=self._part)

    def _start_inside(self, local: str, attributes: dict[str, str]) -> None:
        if local == "v":
            self._in_value = True
            self._values += 1
        elif local == "f":
            self._formula = True
        elif local == "is":
            self._in_inline = True
        elif self._in_inline:
            self._gatherer.start(local, attributes)
        self._check_depth()

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        self._row = self._whole(given) if given else self._row + 1
        self._column = 0
        if attributes.get("hidden") in {"1", "true"} and self._row <= self._limits.rows:
            self.contents.hidden_rows.add(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        if given:
            place = split_address(given)
            if place is None:
                raise self._damaged(given)
            self._row, self._column = place
        else:
            self._column += 1
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._in_cell = True
        self._formula = False
        self._values = 0
        self._value.clear()
        self._inline = None

    def _finish_cell(self) -> None:
        if not self._values and self._inline is None and not self._formula:
            return
        address = cell_address(self._row, self._column)
        if self._values > 1:
            raise self._damaged(address)
        style = self._style_of(address)
        source = CellSource(
            self._type, "".join(self._value) if self._values else None, self._inline, has_formula=self._formula
        )
        try:
            read = read_value(source, style, self._context.strings, since_1904=self._context.since_1904)
        except DamagedCellError as error:
            raise self._damaged(address) from error
        if read is None:
            return
        kind, value, raw = read
        cell = Cell(address, self._row, self._column, kind, value, raw, style.number_format, style.font, self._formula)
        keep_cell(cell, self.contents, self._limits, self._name)

    def _style_of(self, address: str) -> Style:
        if not self._style:
            return self._context.styles[0]
        index = self._whole(self._style)
        if index >= len(self._context.styles):
            raise self._damaged(address)
        return self._context.styles[index]

    def _merge(self, reference: str) -> None:
        merged = parse_range(reference)
        if merged is None:
            raise self._damaged(reference)
        if len(self.contents.merged) >= self._limits.merged_ranges:
            raise refusal("part_too_complex", part=self._part)
        self.contents.merged.append(merged)

    def _hide_columns(self, attributes: dict[str, str]) -> None:
        if len(self.contents.hidden_columns) >= LAST_COLUMN:
            raise refusal("part_too_complex", part=self._part)
        span = self._whole(attributes.get("min", "")), self._whole(attributes.get("max", ""))
        self.contents.hidden_columns.append(span)

    def _whole(self, text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
        raise self._damaged(text)

    def _damaged(self, where: str) -> RefusedError:
        return refusal("cell_damaged", sheet=self._name, cell=where)

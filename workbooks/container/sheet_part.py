"""Streaming of a worksheet into cells, within the limits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbooks.cells.addresses import LAST_COLUMN, CellRange, cell_address, parse_range, split_address
from workbooks.cells.cells import Cell, CellKind, SheetContents
from workbooks.cells.guards import Limits, RefusedError, refusal
from workbooks.container.archive import Archive
from workbooks.container.bounds import keep_cell
from workbooks.container.cell_values import DamagedCellError, read_value
from workbooks.container.markup import MAIN_NAMESPACES, stream_part
from workbooks.container.page_texts import page_texts
from workbooks.container.strings_part import TextGatherer
from workbooks.container.styles_part import Style

HIDDEN = ";;;"
"""Number format that shows nothing."""
_PAGE_TEXTS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_EXTENDED = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main "
_RANGES = "http://schemas.microsoft.com/office/excel/2006/main sqref"
"""Conditional formats as of Excel 2010, in the sheet's extension list, and their ranges behind the rules."""
_BROKEN = "#REF!"
"""What a formula holds in place of a cell that was deleted."""
_NO_RESULT = "0"
"""Placeholder results that programs without a calculation engine store with formulas."""


@dataclass(frozen=True, slots=True)
class BookContext:
    """What cells refer to: shared strings, styles, the date epoch, and whether formulas were calculated.

    `conditional_formats` are the number formats of conditional formats, "" where one sets none.
    """

    strings: Sequence[str]
    styles: Sequence[Style]
    since_1904: bool
    is_uncalculated: bool
    conditional_formats: Sequence[str] = ()


def read_sheet(archive: Archive, part: str, name: str, context: BookContext) -> SheetContents:
    """Return the contents of the worksheet in `part`, whose name is `name`.

    Raises:
        RefusedError: damaged, beyond the limits, or ambiguous (a duplicate cell).
    """
    handler = _SheetHandler(part, name, context, archive.limits)
    stream_part(archive, part, handler)
    return handler.contents


class _SheetHandler:
    """Handler that follows the stream cell by cell. Speed matters: a national nightly run reads 10,000 workbooks.

    Actions are looked up by an element's full name, which saves splitting a million names.
    """

    __slots__ = (
        "_book_styles", "_column", "_conditional_formats", "_covered", "_deepest", "_depth", "_ends",
        "_extended", "_formula", "_gatherer", "_in_cell", "_in_formula", "_in_inline", "_in_page", "_in_ranges",
        "_in_value", "_inline", "_is_broken", "_is_uncalculated", "_limits", "_name", "_page", "_part", "_prefix",
        "_ranges", "_row", "_since_1904", "_starts", "_strings", "_style", "_styles", "_type", "_value", "_values",
        "contents",
    )  # fmt: skip

    def __init__(self, part: str, name: str, context: BookContext, limits: Limits) -> None:
        self.contents = SheetContents()
        self._part = part
        self._name = name
        self._strings, self._book_styles, self._since_1904 = context.strings, context.styles, context.since_1904
        self._is_uncalculated = context.is_uncalculated
        self._conditional_formats = context.conditional_formats
        self._limits = limits
        self._deepest = limits.depth
        self._gatherer = TextGatherer()
        self._prefix = ""
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {}
        self._ends: dict[str, Callable[[], None]] = {}
        self._styles: dict[str, Style] = {"": context.styles[0]}
        self._depth = self._row = self._column = self._values = 0
        self._in_cell = self._in_value = self._in_inline = self._formula = False
        self._in_formula = self._is_broken = self._in_page = False
        self._in_ranges = False
        self._page = self._ranges = ""
        self._extended: list[str] = []
        self._covered: tuple[CellRange, ...] = ()
        self._type = self._style = self._value = ""
        self._inline: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        self._depth += 1
        if self._depth > self._deepest:
            raise refusal("part_too_complex", part=self._part)
        if self._in_inline:
            if name.startswith(self._prefix):
                self._gatherer.start(name[len(self._prefix) :], attributes)
        elif (action := self._starts.get(name)) is not None:
            action(attributes)
        elif not self._prefix:
            self._begin(name)

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        self._depth -= 1
        if (action := self._ends.get(name)) is not None:
            action()
        elif self._in_inline and name.startswith(self._prefix):
            self._gatherer.end(name[len(self._prefix) :])

    def text(self, data: str) -> None:
        """Handle text content."""
        if self._in_value:
            self._value += data
        elif self._in_inline:
            self._gatherer.text(data)
        elif self._in_formula:
            self._is_broken = self._is_broken or _BROKEN in data
        elif self._in_page:
            self._page += data
        elif self._in_ranges:
            self._ranges += data

    def _begin(self, root: str) -> None:
        namespace, _, local = root.rpartition(" ")
        if namespace not in MAIN_NAMESPACES or local != "worksheet":
            raise refusal("xml_damaged", part=self._part)
        self._prefix = prefix = namespace + " "
        self._starts = {
            prefix + "c": self._start_cell,
            prefix + "v": self._start_value,
            prefix + "f": self._start_formula,
            prefix + "is": self._start_inline,
            prefix + "row": self._start_row,
            prefix + "mergeCell": self._merge,
            prefix + "col": self._hide_columns,
            prefix + "conditionalFormatting": self._start_condition,
            prefix + "cfRule": self._format_by_condition,
            prefix + "dataBar": self._hide_by_condition,
            prefix + "iconSet": self._hide_by_condition,
            # Within a sheet, only the formats of extended conditions have a number format of their own.
            prefix + "numFmt": self._format_by_extended_condition,
            _EXTENDED + "dataBar": self._hide_by_extended_condition,
            _EXTENDED + "iconSet": self._hide_by_extended_condition,
            _EXTENDED + "conditionalFormatting": self._start_extended_condition,
            _RANGES: self._start_ranges,
            **dict.fromkeys((prefix + name for name in _PAGE_TEXTS), self._start_page_text),
        }
        self._ends = {
            prefix + "c": self._end_cell,
            prefix + "v": self._end_value,
            prefix + "f": self._end_formula,
            prefix + "is": self._end_inline,
            _EXTENDED + "conditionalFormatting": self._end_extended_condition,
            _RANGES: self._end_ranges,
            **dict.fromkeys((prefix + name for name in _PAGE_TEXTS), self._end_page_text),
        }

    def _start_value(self, _attributes: dict[str, str]) -> None:
        self._in_value = self._in_cell
        self._values += 1

    def _end_value(self) -> None:
        self._in_value = False

    def _start_formula(self, _attributes: dict[str, str]) -> None:
        self._formula = self._in_formula = True

    def _end_formula(self) -> None:
        self._in_formula = False

    def _start_inline(self, _attributes: dict[str, str]) -> None:
        self._in_inline = self._in_cell

    def _end_inline(self) -> None:
        if self._in_inline:
            self._inline = self._gatherer.take()
            self._in_inline = False

    def _start_row(self, attributes: dict[str, str]) -> None:
        result = attributes.get("r")
        self._row = self._whole(result) if result else self._row + 1
        self._column = 0
        if attributes.get("hidden") in {"1", "true"} and self._row <= self._limits.rows:
            self.contents.hidden_rows.add(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if self._in_cell:
            raise self._damaged(cell_address(self._row, self._column))
        result = attributes.get("r")
        if result:
            place = split_address(result)
            if place is None:
                raise self._damaged(result)
            self._row, self._column = place
        else:
            self._column += 1
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._in_cell = True
        self._formula = self._is_broken = False
        self._values = 0
        self._value = ""
        self._inline = None

    def _end_cell(self) -> None:
        self._in_cell = False
        if not self._values and self._inline is None and not self._formula:
            return
        address = cell_address(self._row, self._column)
        if self._values > 1:
            raise self._damaged(address)
        style = self._style_of(address)
        source = self._type, self._value if self._values else None, self._inline, self._formula
        try:
            read = read_value(source, style, self._strings, since_1904=self._since_1904)
        except DamagedCellError as error:
            raise self._damaged(address) from error
        if read is None:
            return
        kind, value, raw = read
        if self._formula and self._is_uncalculated and raw == _NO_RESULT:
            kind, value, raw = CellKind.UNCACHED, None, ""
        if kind is CellKind.UNCACHED and self._is_broken:
            kind, value, raw = CellKind.ERROR, _BROKEN, _BROKEN
        number_format, font, _, struck, blended = style
        row, column, formula = self._row, self._column, self._formula
        cell = Cell(address, row, column, kind, value, raw, number_format, font, formula, struck, blended)
        keep_cell(cell, self.contents, self._limits, self._name)

    def _style_of(self, address: str) -> Style:
        known = self._styles.get(self._style)
        if known is None:
            index = self._whole(self._style)
            if index >= len(self._book_styles):
                raise self._damaged(address)
            known = self._styles[self._style] = self._book_styles[index]
        return known

    def _merge(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("ref", "")
        merged = parse_range(reference)
        if merged is None:
            raise self._damaged(reference)
        if len(self.contents.merged) >= self._limits.merged_ranges:
            raise refusal("part_too_complex", part=self._part)
        self.contents.merged.append(merged)

    def _start_page_text(self, _attributes: dict[str, str]) -> None:
        self._in_page, self._page = True, ""

    def _end_page_text(self) -> None:
        self._in_page = False
        self.contents.page_texts.extend(page_texts(self._page))

    def _start_condition(self, attributes: dict[str, str]) -> None:
        self._cover(attributes.get("sqref", ""))

    def _cover(self, references: str) -> None:
        ranges = (parse_range(reference) for reference in references.split())
        self._covered = tuple(covered for covered in ranges if covered is not None)

    def _format_by_condition(self, attributes: dict[str, str]) -> None:
        index = attributes.get("dxfId", "")
        if index.isascii() and index.isdigit() and len(index) < 10:
            # What a style that the file does not have would show is unknown.
            known = self._conditional_formats
            self._add_condition(known[int(index)] if int(index) < len(known) else HIDDEN)

    def _hide_by_condition(self, attributes: dict[str, str]) -> None:
        """Note data bars and icons that stand in place of the number."""
        if attributes.get("showValue") in {"0", "false"}:
            self._add_condition(HIDDEN)

    def _start_extended_condition(self, _attributes: dict[str, str]) -> None:
        self._extended, self._ranges = [], ""

    def _format_by_extended_condition(self, attributes: dict[str, str]) -> None:
        if len(self._extended) >= self._limits.merged_ranges:
            raise refusal("part_too_complex", part=self._part)
        self._extended.append(attributes.get("formatCode", ""))

    def _hide_by_extended_condition(self, attributes: dict[str, str]) -> None:
        if attributes.get("showValue") in {"0", "false"}:
            self._format_by_extended_condition({"formatCode": HIDDEN})

    def _start_ranges(self, _attributes: dict[str, str]) -> None:
        self._in_ranges = True

    def _end_ranges(self) -> None:
        self._in_ranges = False

    def _end_extended_condition(self) -> None:
        self._cover(self._ranges)
        for number_format in self._extended:
            self._add_condition(number_format)

    def _add_condition(self, number_format: str) -> None:
        if len(self.contents.conditions) + len(self._covered) > self._limits.merged_ranges:
            raise refusal("part_too_complex", part=self._part)
        if number_format:
            self.contents.conditions.extend((covered, number_format) for covered in self._covered)

    def _hide_columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") not in {"1", "true"}:
            return
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

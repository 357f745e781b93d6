"""Matching of rows to a form's lines by code or label; rows with figures that match no line are issues."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from domain.layouts import ColumnRole, Line
from workbooks.cells.addresses import cell_address
from workbooks.cells.cells import Cell, Sheet
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import FIGURE_ROLES
from workbooks.tables.cell_shapes import is_column_number_row, resembles_figure
from workbooks.tables.heading_cells import HEADING_HEIGHT
from workbooks.tables.label_texts import RowLabel, row_label, text_at
from workbooks.tables.line_index import LineIndex
from workbooks.tables.table_header import TableHeader

_FEW_LINES = 3
"""Up to so many duplicate lines are noted one by one; more are a duplicate table."""


@dataclass(frozen=True, slots=True)
class FormRows:
    """Row of each indicator found on the form, and the rows of totals."""

    rows: Mapping[str, int] = field(default_factory=dict)
    totals: tuple[int, ...] = ()


def find_rows(
    sheet: Sheet,
    header: TableHeader | None,
    end: int,
    index: LineIndex,
    findings: Findings,
    *,
    named: Collection[int] = frozenset(),
) -> FormRows:
    """Match the rows between a heading and the row `end`. A duplicate line is an issue and keeps its first row.

    Rows that defined names refer to (`named`) are read whatever their labels are, which is noted elsewhere.
    """
    if header is None or (header.column(ColumnRole.LABEL) is None and header.column(ColumnRole.CODE) is None):
        return FormRows()
    search = _Search(sheet, header, index, findings)
    for row, cells in sheet.rows.items():
        if header.bottom < row < end:
            search.visit(row, cells)
    search.note_issues(named)
    return FormRows(search.rows, tuple(search.totals))


class _Search:
    """Walk down the rows of a table that keeps track of the current section."""

    def __init__(self, sheet: Sheet, header: TableHeader, index: LineIndex, findings: Findings) -> None:
        self.rows: dict[str, int] = {}
        self.totals: list[int] = []
        self._sheet, self._header, self._index, self._findings = sheet, header, index, findings
        self._labels = header.span(ColumnRole.LABEL)
        self._order, self._code = header.column(ColumnRole.ORDER), header.column(ColumnRole.CODE)
        self._figures = [number for role in FIGURE_ROLES if (number := header.column(role)) is not None]
        self._sections: tuple[str, ...] = ()
        self._unknown: list[tuple[int, FigurePlace, str]] = []
        self._maybe_unknown: list[tuple[int, FigurePlace, str]] = []
        self._twice: list[tuple[FigurePlace, str]] = []

    def visit(self, row: int, cells: Sequence[Cell]) -> None:
        """Classify a row as line, section, total, column numbers, or unknown."""
        label = row_label(self._sheet, row, self._labels, self._order)
        place = FigurePlace(self._sheet.name, self._address(row))
        line = self._line(row, label)
        if isinstance(line, Line) and line.indicator is not None:
            place = FigurePlace(place.sheet, place.cell, line.label, line.indicator)
            self._assign(row, cells, line.indicator, place, is_continued=label.is_continued)
        elif isinstance(line, Line):
            self._sections = (*line.sections, line.label)
            if self._has_figures(cells):
                place = FigurePlace(place.sheet, place.cell, line.label)
                self._findings.issue("figure_on_section", place, found=label.shown)
        elif line is None and any(self._index.is_total(text) for text in label.texts):
            self.totals.append(row)
        elif line is None and not self._numbers_columns(row, cells):
            if self._has_figures(cells):
                self._unknown.append((row, place, label.shown))
            elif label.texts and self._has_words(row, cells):
                self._maybe_unknown.append((row, place, label.shown))

    def note_issues(self, named: Collection[int]) -> None:
        """Note unknown lines but those in `named` rows, and duplicate lines, after all rows have been visited."""
        rows = range(min(self.rows.values(), default=0), max(self.rows.values(), default=0))
        # Words in figure columns: between the lines probably a misnamed line, around them units and signatures.
        unknown = self._unknown + [entry for entry in self._maybe_unknown if entry[0] in rows]
        unread = [(place, label) for row, place, label in sorted(unknown) if row not in named]
        _note_unknown(unread, self._index, self.rows, self._findings)
        if len(self._twice) > _FEW_LINES:
            ((place, first),) = self._twice[:1]
            self._findings.issue("table_twice", FigurePlace(place.sheet, place.cell), found=place.cell, expected=first)
            return
        for place, first in self._twice:
            self._findings.issue("line_twice", place, found=first)

    def _line(self, row: int, label: RowLabel) -> Line | str | None:
        """Return the line of a row by its code, or else by its label; the code as text if the two contradict."""
        number = text_at(self._sheet, row, self._order) if self._order else ""
        named = (self._index.find(text, number, self._sections) for text in label.texts)
        by_label = next((line for line in named if line is not None), None)
        code = text_at(self._sheet, row, self._code) if self._code else ""
        by_code = self._index.by_code(code)
        if by_code is None:
            if code and by_label is not None:
                place = FigurePlace(
                    self._sheet.name, cell_address(row, self._code or 1), by_label.label, by_label.indicator
                )
                self._findings.issue("code_unknown", place, found=code, expected=by_label.code or "")
            return by_label
        place = FigurePlace(self._sheet.name, cell_address(row, self._code or 1), by_code.label, by_code.indicator)
        if by_label is not None and by_label is not by_code:
            self._findings.issue("code_disagrees", place, found=label.shown, expected=by_code.label, line_code=code)
            return code
        if by_label is None and label.texts:
            self._findings.issue("label_changed", place, found=label.shown, expected=by_code.label)
        return by_code

    def _assign(
        self, row: int, cells: Sequence[Cell], indicator: str, place: FigurePlace, *, is_continued: bool
    ) -> None:
        first = self.rows.get(indicator)
        if first is None:
            self.rows[indicator] = row
        elif not is_continued or (self._is_filled(cells) and self._is_filled(self._sheet.rows[first])):
            self._twice.append((place, self._address(first)))
        elif self._is_filled(cells):
            # One label merged over two rows, with its figures in the lower row.
            self.rows[indicator] = row

    def _address(self, row: int) -> str:
        return cell_address(row, (self._labels or (self._code or 1,))[0])

    def _has_figures(self, cells: Sequence[Cell]) -> bool:
        return any(cell.column in self._figures and resembles_figure(cell) for cell in cells)

    def _is_filled(self, cells: Sequence[Cell]) -> bool:
        return any(cell.column in self._figures and not cell.is_empty for cell in cells)

    def _has_words(self, row: int, cells: Sequence[Cell]) -> bool:
        return self._is_filled(cells) and not any(abs(row - again) < HEADING_HEIGHT for again in self._header.again)

    def _numbers_columns(self, row: int, cells: Sequence[Cell]) -> bool:
        headings = (self._header.bottom, *self._header.again)
        below_heading = any(0 < row - heading < HEADING_HEIGHT for heading in headings)
        return is_column_number_row(self._header.own(cells), below_heading=below_heading)


def _note_unknown(
    unknown: Sequence[tuple[FigurePlace, str]], index: LineIndex, rows: Mapping[str, int], findings: Findings
) -> None:
    """Note unknown labels; one similar to a missing line would lose figures, others may be the commune's own lines."""
    missing = [line.label for line in index.lines if line.indicator is not None and line.indicator not in rows]
    for place, label in unknown:
        candidates = index.nearest(label, missing)
        several = index.called(label)
        if not label:
            findings.issue("figure_without_label", place)
        elif len(several) > 1:
            named = "; ".join(" › ".join((*line.sections, line.label)) for line in several)
            findings.issue("label_ambiguous", place, found=label, candidates=named)
        elif index.is_of_villages(label):
            findings.issue("line_of_villages", place, found=label)
        elif candidates:
            findings.issue("label_unplaced", place, found=label, candidates="; ".join(candidates))
        else:
            near = "; ".join(index.nearest(label, index.labels))
            findings.issue("label_unknown", place, found=label, candidates=near)

"""Result sheet of a returned workbook: all issues and repairs, line by line, with links to the cells."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

from domain.catalog.texts import Texts
from domain.issues import Severity
from domain.texts import Lang, visible
from workbooks.cells.addresses import parse_range
from workbooks.marking.cell_styles import CellStyles
from workbooks.marking.result_lines import ResultLine, UnitOutcome, UnitVerdict, counts_text, severity_text

SHEET_MARK = "tonghop:result-sheet:1"
"""Text in a hidden column that identifies the result sheet even when it is renamed."""

MOST_LINES = 2_000
"""Maximum lines of each table; the sheet has to pass the reader's limits when the file is sent again."""

_WIDTHS = (5.5, 17, 9, 12, 46, 18, 22, 48)
_LINE_POINTS = 16.5
_LETTERS_PER_WIDTH = 1.05
_MARK_COLUMN = len(_WIDTHS) + 1
_LINE = "".join(f'<{side} style="thin"><color rgb="FFBFBFBF"/></{side}>' for side in ("left", "right", "top", "bottom"))
_FONT = '{}<sz val="{}"/><color rgb="{}"/><name val="Times New Roman"/><family val="1"/>'


class ResultStyle(StrEnum):
    """Cell styles of the result sheet."""

    TITLE = "title"
    TEXT = "text"
    SECTION = "section"
    HEADER = "header"
    CELL = "cell"
    CENTRE = "centre"
    LINK = "link"
    WRONG = "wrong"
    DOUBTED = "doubted"


_MADE = {
    ResultStyle.TITLE: (_FONT.format("<b/>", 15, "FF1F3864"), "", "", 'vertical="center"'),
    ResultStyle.TEXT: (_FONT.format("", 12, "FF000000"), "", "", 'vertical="center"'),
    ResultStyle.SECTION: (_FONT.format("<b/>", 13, "FF1F3864"), "", "", 'vertical="center"'),
    ResultStyle.HEADER: (
        _FONT.format("<b/>", 12, "FFFFFFFF"), "FF1F3864", _LINE, 'horizontal="center" vertical="center" wrapText="1"',
    ),
    ResultStyle.CELL: (_FONT.format("", 12, "FF000000"), "", _LINE, 'vertical="top" wrapText="1"'),
    ResultStyle.CENTRE: (
        _FONT.format("", 12, "FF000000"), "", _LINE, 'horizontal="center" vertical="top" wrapText="1"',
    ),
    ResultStyle.LINK: (
        _FONT.format("<u/>", 12, "FF0563C1"), "", _LINE, 'horizontal="center" vertical="top" wrapText="1"',
    ),
    ResultStyle.WRONG: (
        _FONT.format("<b/>", 12, "FF9C0006"), "FFFFC7CE", _LINE, 'horizontal="center" vertical="top" wrapText="1"',
    ),
    ResultStyle.DOUBTED: (
        _FONT.format("<b/>", 12, "FF7F4F00"), "FFFFE0A3", _LINE, 'horizontal="center" vertical="top" wrapText="1"',
    ),
}  # fmt: skip
_BY_SEVERITY = {
    Severity.CRITICAL: ResultStyle.WRONG,
    Severity.HOLD: ResultStyle.DOUBTED,
    Severity.WARNING: ResultStyle.DOUBTED,
    Severity.INFO: ResultStyle.CENTRE,
}

_BY_OUTCOME = {
    UnitVerdict.REFUSED: ResultStyle.WRONG,
    UnitVerdict.HELD: ResultStyle.DOUBTED,
    UnitVerdict.ASKED: ResultStyle.DOUBTED,
}


@dataclass
class _Writer:
    """Writer of rows as markup that collects the links in them."""

    looks: Mapping[ResultStyle, int]
    rows: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def row(self, cells: Sequence[tuple[ResultStyle, str | int]], height: float | None = None, first: int = 1) -> int:
        """Write a row of cells starting at a column; return its number."""
        number = len(self.rows) + 1
        made = "".join(self._cell(number, column, look, value) for column, (look, value) in enumerate(cells, first))
        tall = f' ht="{height}" customHeight="1"' if height else ""
        self.rows.append(f'<row r="{number}"{tall}>{made}</row>')
        return number

    def link(self, row: int, column: int, location: str) -> None:
        """Link a cell to a location in the workbook."""
        self.links.append(f'<hyperlink ref="{_letters(column)}{row}" location={quoteattr(location)}/>')

    def _cell(self, row: int, column: int, look: ResultStyle, value: str | int) -> str:
        place = f'r="{_letters(column)}{row}" s="{self.looks[look]}"'
        if isinstance(value, int):
            return f"<c {place}><v>{value}</v></c>"
        if not value:
            return f"<c {place}/>"
        text = escape(visible(value))
        return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


@dataclass(frozen=True)
class ResultSheet:
    """Contents of the result sheet: introduction, then its tables. `sheets` are names that can be linked to.

    `units` are the outcomes of a workbook of many units, which come first.
    """

    notes: tuple[str, ...]
    issues: tuple[ResultLine, ...]
    repairs: tuple[ResultLine, ...]
    sheets: frozenset[str]
    units: tuple[UnitOutcome, ...] = ()


def result_sheet(
    result: ResultSheet, styles: CellStyles, namespace: str, texts: Texts, lang: Lang
) -> tuple[bytes, str]:
    """Return the result sheet as a part in the vocabulary `namespace`, and its rows to repeat on printed pages."""
    writer = _Writer({look: _add(styles, look) for look in ResultStyle})
    writer.row([(ResultStyle.TITLE, texts.text("workbooks.result_title", lang))], height=26)
    for note in (counts_text(result.issues, result.repairs, texts, lang), *result.notes):
        writer.row([(ResultStyle.TEXT, note)], height=18)
    if result.units:
        _write_units(writer, result, texts, lang)
    writer.row([])
    writer.row([(ResultStyle.SECTION, texts.text("workbooks.result_issues", lang))], height=22)
    titles = writer.row(_headers(texts, lang, "what", "found", "expected", "action"))
    if not result.issues:
        writer.row(
            [
                (ResultStyle.CELL, ""),
                *[(ResultStyle.CELL, "")] * 3,
                (ResultStyle.CELL, texts.text("workbooks.result_no_issues", lang)),
            ]
        )
    _write_lines(writer, result, result.issues, texts, lang)
    if result.repairs:
        writer.row([])
        writer.row([(ResultStyle.SECTION, texts.text("workbooks.result_repairs", lang))], height=22)
        writer.row(_headers(texts, lang, "how", "before", "after", ""))
        _write_lines(writer, result, result.repairs, texts, lang)
    writer.row([(ResultStyle.TEXT, SHEET_MARK)], first=_MARK_COLUMN)
    return _part(writer, namespace, titles), f"${titles}:${titles}"


def _headers(texts: Texts, lang: Lang, *last: str) -> list[tuple[ResultStyle, str | int]]:
    keys = ("number", "where", "cell", "severity" if "what" in last else "", *last)
    return [(ResultStyle.HEADER, texts.text(f"workbooks.result_{key}", lang) if key else "") for key in keys]


def _write_units(writer: _Writer, result: ResultSheet, texts: Texts, lang: Lang) -> None:
    writer.row([])
    writer.row([(ResultStyle.SECTION, texts.text("workbooks.result_units", lang))], height=22)
    heads = ("number", "unit", "cell", "outcome", "what")
    writer.row([(ResultStyle.HEADER, texts.text(f"workbooks.result_{key}", lang)) for key in heads])
    for number, unit in enumerate(result.units, 1):
        name = unit.name or texts.text("workbooks.result_no_unit", lang)
        location = _location(unit.sheet, unit.cell, result.sheets)
        row = writer.row(
            [
                (ResultStyle.CENTRE, number),
                (ResultStyle.CELL, name),
                (ResultStyle.LINK if location else ResultStyle.CENTRE, unit.cell),
                (
                    _BY_OUTCOME.get(unit.verdict, ResultStyle.CENTRE),
                    texts.text(f"workbooks.result_unit_{unit.verdict}", lang),
                ),
                (ResultStyle.CELL, unit.message),
            ],
            height=_height(["", name, unit.cell, "", unit.message]),
        )
        if location:
            writer.link(row, 3, location)


def _write_lines(writer: _Writer, result: ResultSheet, lines: Sequence[ResultLine], texts: Texts, lang: Lang) -> None:
    for number, line in enumerate(lines[:MOST_LINES], 1):
        location = _location(line.sheet, line.cell, result.sheets)
        severity = (
            (_BY_SEVERITY[line.severity], severity_text(line.severity, texts, lang))
            if line.severity
            else (ResultStyle.CENTRE, "")
        )
        words = line.message, line.found, line.expected, line.action
        row = writer.row(
            [
                (ResultStyle.CENTRE, number),
                (ResultStyle.CELL, line.sheet),
                (ResultStyle.LINK if location else ResultStyle.CENTRE, line.cell),
                severity,
                *((ResultStyle.CELL, text) for text in words),
            ],
            height=_height(["", line.sheet, line.cell, "", *words]),
        )
        if location:
            writer.link(row, 3, location)
    if len(lines) > MOST_LINES:
        more = texts.text("workbooks.result_more", lang, count=len(lines) - MOST_LINES)
        writer.row([(ResultStyle.TEXT, more)], first=5)


def _height(texts: Sequence[str]) -> float:
    """Return the height that a row of texts needs; not all programs compute it on opening."""
    lines = 1
    for width, text in zip(_WIDTHS, texts, strict=False):
        letters = width * _LETTERS_PER_WIDTH
        lines = max(lines, sum(max(1, math.ceil(len(part) / letters)) for part in text.split("\n")))
    return min(400.0, lines * _LINE_POINTS + 3)


def _location(sheet: str, cell: str, sheets: frozenset[str]) -> str:
    """Return the target of a line's link, "" if it has none."""
    if sheet not in sheets or parse_range(cell) is None:
        return ""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"


def _part(writer: _Writer, namespace: str, titles: int) -> bytes:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(_WIDTHS, 1)
    )
    links = f"<hyperlinks>{''.join(writer.links)}</hyperlinks>" if writer.links else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{namespace}"><sheetPr><tabColor rgb="FFC00000"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" workbookViewId="0">'
        f'<pane ySplit="{titles}" topLeftCell="A{titles + 1}" activePane="bottomLeft" state="frozen"/>'
        '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15.75"/>'
        f'<cols>{columns}<col min="{_MARK_COLUMN}" max="{_MARK_COLUMN}" width="9" hidden="1" customWidth="1"/></cols>'
        f"<sheetData>{''.join(writer.rows)}</sheetData>{links}"
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C&amp;P/&amp;N</oddFooter></headerFooter></worksheet>"
    ).encode()


def _add(styles: CellStyles, look: ResultStyle) -> int:
    font, fill, border, alignment = _MADE[look]
    pattern = f'<patternFill patternType="solid"><fgColor rgb="{fill}"/></patternFill>' if fill else ""
    return styles.add_look(font=font, fill=pattern, border=border, alignment=alignment)


def _letters(column: int) -> str:
    return chr(64 + column)

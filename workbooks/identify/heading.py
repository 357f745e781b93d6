"""Extraction of the lines above a form's table that name form, unit and period, as raw texts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import zip_longest

from domain.texts import normalise_name
from workbooks.cells.cells import Cell, CellKind, Sheet
from workbooks.identify.hints import period_in_words
from workbooks.text.days import date_range_in, signing_date, without_dates
from workbooks.text.heading_patterns import HeadingPatterns
from workbooks.text.heading_vocabulary import HeadingVocabulary
from workbooks.text.word_patterns import MonthNames

_LINES_SEARCHED = 30
_PERIOD_ALONE = re.compile(r"\(?(?P<period>(?:tháng|quý|6 tháng|sáu tháng|năm)\s*[\divx].*)")
_HAS_CONTENT = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """A line of the heading with its sheet and cell."""

    text: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Heading:
    """Statements of the heading on form number, reporting unit, the unit above it, and period; normalised texts.

    `days` are lines with the date range of the figures, `signed` those with the date of signing. `mentions` are
    standalone names of communes, as beside a cell "Đơn vị báo cáo:", `titles` are titles that may name a commune,
    `bare` names without a kind after the word for the people's committee. `lines` are all lines above a table, empty
    without a table, since then any line could be among them.
    """

    forms: tuple[HeadingLine, ...]
    units: tuple[HeadingLine, ...]
    above: tuple[HeadingLine, ...]
    periods: tuple[HeadingLine, ...]
    days: tuple[HeadingLine, ...] = ()
    signed: tuple[HeadingLine, ...] = ()
    mentions: tuple[HeadingLine, ...] = ()
    titles: tuple[HeadingLine, ...] = ()
    bare: tuple[HeadingLine, ...] = ()
    lines: tuple[HeadingLine, ...] = ()


def read_heading(sheet: Sheet, before_row: int | None, vocabulary: HeadingVocabulary) -> Heading:
    """Collect the statements of the rows above the table; unfilled lines of dots are ignored."""
    results: dict[str, list[HeadingLine]] = {field.name: [] for field in fields(Heading)}
    for line in _lines(sheet, before_row or _LINES_SEARCHED, vocabulary.months):
        if before_row is not None:
            results["lines"].append(line)
        for kind, part in (*_of_form_and_units(line, vocabulary), *_of_time(line, vocabulary.heading)):
            if _HAS_CONTENT.search(part.text):
                results[kind].append(part)
    return Heading(**{kind: tuple(lines) for kind, lines in results.items()})


def _of_form_and_units(line: HeadingLine, vocabulary: HeadingVocabulary) -> Iterator[tuple[str, HeadingLine]]:
    patterns, in_full = vocabulary.heading, vocabulary.kinds.at_start
    if match := patterns.form_number.match(line.text):
        yield "forms", _part(line, match["number"])
    if match := patterns.reporter.search(line.text):
        yield from _unit_and_above(line, in_full(patterns.board.sub("", match["name"])), patterns)
    elif match := patterns.unit_named.match(line.text):
        # "Đơn vị:" also introduces units of measure: a name in such a line counts only if such a commune exists.
        yield "mentions", _part(line, patterns.before_above.split(match["name"])[0])
    elif patterns.commune_alone.fullmatch(in_full(line.text)):
        yield "mentions", _part(line, in_full(line.text))
    elif match := patterns.board.match(line.text):
        rest = in_full(line.text[match.end() :])
        if patterns.commune.match(rest):
            yield from _unit_and_above(line, rest, patterns)
        elif patterns.above.match(rest):
            yield "above", _part(line, rest)
        else:
            yield "bare", _part(line, rest)
    elif match := patterns.other_body.match(line.text):
        yield "mentions", _part(line, patterns.before_above.split(match["name"])[0])


def _unit_and_above(line: HeadingLine, text: str, patterns: HeadingPatterns) -> Iterator[tuple[str, HeadingLine]]:
    """Yield a commune's name, and the names of units above it that follow: "xã Lâm Sơn - huyện Ninh Sơn"."""
    unit, *above = patterns.before_above.split(text)
    yield "units", _part(line, unit)
    yield from (("above", _part(line, name)) for name in above)


def _of_time(line: HeadingLine, patterns: HeadingPatterns) -> Iterator[tuple[str, HeadingLine]]:
    undated = without_dates(line.text)
    is_title = patterns.title.match(line.text) is not None
    if is_title:
        yield "titles", line
    if match := patterns.period_line.search(line.text) or _PERIOD_ALONE.match(line.text):
        yield "periods", _part(line, without_dates(match["period"]))
    elif is_title and period_in_words(undated) is not None:
        yield "periods", _part(line, undated)
    if date_range_in(line.text) is not None:
        yield "days", line
    elif signing_date(line.text) is not None:
        yield "signed", line


def _lines(sheet: Sheet, before_row: int, months: MonthNames) -> Iterator[HeadingLine]:
    for row, cells in sheet.rows.items():
        if row >= before_row:
            return
        filled = [cell for cell in cells if cell.text.strip() or cell.kind is CellKind.DATE]
        for cell, after in zip_longest(filled, filled[1:]):
            for text in cell.text.splitlines():
                name = months.numbered(normalise_name(text))
                if name:
                    yield HeadingLine(name, sheet.name, cell.a1)
            # "Kỳ báo cáo:" in one cell, "Tháng 5/2025" in the next.
            if after is not None and cell.text.rstrip().endswith(":"):
                yield HeadingLine(
                    months.numbered(normalise_name(f"{cell.text} {_beside(after)}")), sheet.name, after.a1
                )


def _beside(cell: Cell) -> str:
    """Return the text of a cell next to its label, or the month of a date that is displayed without its day."""
    if isinstance(cell.value, datetime):
        return "" if "d" in cell.number_format.lower() else f"tháng {cell.value.month}/{cell.value.year}"
    return cell.text


def _part(line: HeadingLine, text: str) -> HeadingLine:
    return HeadingLine(text.strip(" .…_-"), line.sheet, line.cell)

"""Extraction of the lines above a form's table that name form, unit and period, as raw texts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest

from domain.texts import normalise_name
from workbooks.cells.addresses import split_address
from workbooks.cells.cells import Cell, CellKind, Sheet
from workbooks.cells.findings import FigurePlace
from workbooks.identify.hints import ends_in_period, is_bare_period, names_month_alone, names_period
from workbooks.numbers.displayed_numbers import display_number
from workbooks.numbers.format_sections import sections_of
from workbooks.text.days import date_range_in, days_in, last_day_in, signing_date, without_dates
from workbooks.text.heading_patterns import HeadingPatterns
from workbooks.text.heading_vocabulary import HeadingVocabulary
from workbooks.text.word_patterns import MonthNames

_LINES_SEARCHED = 30
_PERIOD_ALONE = re.compile(r"\(?(?P<period>(?:tháng|quý|6 tháng|sáu tháng|năm)\s*[\divx].*)")
_MONTH_AS_NUMBER = re.compile(r"(?:0?[1-9]|1[0-2])\.20\d{2}|20\d{2}(?:0[1-9]|1[0-2])")
_JOINED_MONTH = re.compile(r"(?P<n>0?[1-9]|1[0-2])(?P<year>20[1-4]\d)")
_LETTER = re.compile(r"[^\W\d_]")
_COVER_ROWS = 10
_HAS_CONTENT = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """A line of the heading: its normalised text, its sheet and cell, and the line as it stands there.

    `cell` is "" for a page header or footer.
    """

    text: str
    sheet: str
    cell: str
    shown: str = ""

    @property
    def place(self) -> FigurePlace:
        """Return the place of the line."""
        return FigurePlace(self.sheet, self.cell)

    @property
    def address(self) -> str:
        """Return sheet and cell as messages name them."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


@dataclass(frozen=True, slots=True)
class Heading:
    """Statements of the heading on form number, reporting unit, the unit above it, and period; normalised texts.

    `days` are lines with the date range of the figures, `signed` those with the date of signing, `due` those with the
    date until which the report is to be sent. `mentions` are
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
    due: tuple[HeadingLine, ...] = ()
    mentions: tuple[HeadingLine, ...] = ()
    titles: tuple[HeadingLine, ...] = ()
    bare: tuple[HeadingLine, ...] = ()
    lines: tuple[HeadingLine, ...] = ()


def read_heading(sheet: Sheet, before_row: int | None, vocabulary: HeadingVocabulary) -> Heading:
    """Collect the statements of the rows above the table; unfilled lines of dots are ignored."""
    results: dict[str, list[HeadingLine]] = {field.name: [] for field in fields(Heading)}
    for line in (*_lines(sheet, before_row, vocabulary.months), *_page_lines(sheet, vocabulary.months)):
        if before_row is not None:
            results["lines"].append(line)
        for kind, part in (*_of_form_and_units(line, vocabulary), *_of_time(line, vocabulary)):
            if _HAS_CONTENT.search(part.text):
                results[kind].append(part)
    return Heading(**{kind: tuple(lines) for kind, lines in results.items()})


def read_cover(sheet: Sheet, vocabulary: HeadingVocabulary) -> Heading:
    """Collect the months that a sheet beside the form states at its top: by their label, in a title, or alone.

    Years are no months of the report: a list of the year may lie beside it.
    """
    patterns = vocabulary.heading
    stated: list[HeadingLine] = []
    for line in _lines(sheet, None, vocabulary.months):
        spot = split_address(line.cell)
        text = vocabulary.without_other_times(without_dates(line.text))
        is_heading = patterns.period_line.search(text) or patterns.title.match(text) or is_bare_period(text)
        is_on_top = spot is not None and spot[0] <= _COVER_ROWS
        if is_on_top and is_heading and (names_period(text) or is_bare_period(text)) and not text.startswith("năm"):
            stated.append(_part(line, text))
    return Heading((), (), (), tuple(stated))


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


def _of_time(line: HeadingLine, vocabulary: HeadingVocabulary) -> Iterator[tuple[str, HeadingLine]]:
    patterns = vocabulary.heading
    undated = without_dates(line.text)
    if patterns.title.match(line.text):
        yield "titles", line
    if match := patterns.period_line.search(line.text) or _PERIOD_ALONE.match(line.text):
        yield "periods", _part(line, without_dates(match["period"]))
    elif _states_period(line, undated, vocabulary):
        yield "periods", _part(line, undated)
    if patterns.due_line.match(line.text) and days_in(line.text, (2000,)):
        yield "due", line
    elif date_range_in(line.text) is not None or last_day_in(line.text) is not None:
        yield "days", line
    elif signing_date(line.text) is not None:
        yield "signed", line


def _states_period(line: HeadingLine, undated: str, vocabulary: HeadingVocabulary) -> bool:
    """Return whether a line without its dates is a period, a title that names one, or the end of such a title."""
    patterns = vocabulary.heading
    if is_bare_period(undated) or (patterns.title.match(line.text) and names_period(undated)):
        return True
    if patterns.reference.search(line.text):
        return False
    text = vocabulary.without_other_times(undated)
    return ends_in_period(text) or (patterns.title.match(line.text) is not None and names_month_alone(text))


def _lines(sheet: Sheet, before_row: int | None, months: MonthNames) -> Iterator[HeadingLine]:
    for row, cells in sheet.rows.items():
        if row >= (before_row or _LINES_SEARCHED):
            return
        is_alone = sum(not cell.is_empty for cell in cells) == 1
        shown = [(cell, shown_in_heading(cell, is_alone=is_alone)) for cell in cells]
        # Without a table any row may hold figures: only texts are lines then.
        filled = [(cell, text) for cell, text in shown if text.strip() and (before_row is not None or cell.text)]
        for (cell, shown_text), after in zip_longest(filled, filled[1:]):
            for text in shown_text.splitlines():
                name = months.numbered(normalise_name(text))
                if name:
                    yield HeadingLine(name, sheet.name, cell.a1, " ".join(text.split()))
            # "Kỳ báo cáo:" in one cell, "Tháng 5/2025" in the next.
            if after is not None and cell.text.rstrip().endswith(":"):
                text = " ".join(f"{cell.text} {after[1]}".split())
                yield HeadingLine(months.numbered(normalise_name(text)), sheet.name, after[0].a1, text)


def _page_lines(sheet: Sheet, months: MonthNames) -> Iterator[HeadingLine]:
    """Yield the lines of printed page headers and footers."""
    for text in sheet.page_texts:
        name = months.numbered(normalise_name(text))
        if name:
            yield HeadingLine(name, sheet.name, "", " ".join(text.split()))


def shown_in_heading(cell: Cell, *, is_alone: bool) -> str:
    """Return what a person reads in a cell above the table: its text, a date, or a number that may be a month.

    "6/2025" typed into a cell becomes the first of June, which Excel shows without its day or, in a cell of dates, with
    it: the first day of a month alone in its row stands for the month. "6.2025" and "062025" become numbers, and 6 may
    be shown as "Tháng 6/2025".
    """
    if isinstance(cell.value, datetime):
        day = cell.value
        has_day = any(token.text.lower() == "d" for token in sections_of(cell.number_format)[0].tokens)
        is_day = has_day and not (is_alone and day.day == 1)
        return f"ngày {day.day} tháng {day.month} năm {day.year}" if is_day else f"tháng {day.month}/{day.year}"
    if isinstance(cell.value, Decimal) and cell.kind is CellKind.NUMBER:
        text = display_number(cell.value, cell.number_format).text.strip().replace(",", ".")
        if is_alone and (joined := _JOINED_MONTH.fullmatch(text)):
            return f"{joined['n']}/{joined['year']}"
        return text if _MONTH_AS_NUMBER.fullmatch(text) or _LETTER.search(text) else ""
    return cell.text


def _part(line: HeadingLine, text: str) -> HeadingLine:
    return replace(line, text=text.strip(" .…_-"))

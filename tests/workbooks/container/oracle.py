"""Comparison of the reader with openpyxl: all differences in a workbook, and the intended kinds."""

import datetime as dt
import io
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook as OpenpyxlWorkbook
from openpyxl.worksheet.worksheet import Worksheet

from workbooks.cells.cells import CellKind, Sheet, Workbook
from workbooks.container.strings_part import unescape

_XML_SPACES = " \t\r\n"
_STRUCK = "\u0336"


@dataclass(frozen=True)
class ReaderDifference:
    """A difference between the readers: attribute (value, font, merged …), location, and both results."""

    what: str
    sheet: str
    place: str
    ours: Any
    theirs: Any


@dataclass(frozen=True)
class DifferenceKind:
    """An intended kind of difference, with the reason why this reader's result is right."""

    name: str
    reason: str
    holds: Callable[[ReaderDifference], bool]


def open_with_openpyxl(data: bytes) -> tuple[OpenpyxlWorkbook, OpenpyxlWorkbook] | None:
    """Open the workbook twice, with results and with formulas; None if openpyxl cannot open it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(io.BytesIO(data), data_only=True), openpyxl.load_workbook(io.BytesIO(data))
        except Exception:  # noqa: BLE001 - openpyxl raises arbitrary exceptions
            return None


def differences(ours: Workbook, theirs: tuple[OpenpyxlWorkbook, OpenpyxlWorkbook]) -> Iterator[ReaderDifference]:
    """Yield all differences: sheets, cells, formats, fonts, formulas, comments, visibility, names."""
    values, formulas = theirs
    sheets = [(sheet.title, sheet.sheet_state) for sheet in values.worksheets]
    if sheets != [(sheet.name, sheet.state.value) for sheet in ours.sheets]:
        yield ReaderDifference("sheets", "", "", [(sheet.name, sheet.state.value) for sheet in ours.sheets], sheets)
    names = {name: defined.value for name, defined in values.defined_names.items()}
    if names != ours.names:
        yield ReaderDifference("names", "", "", dict(ours.names), names)
    for sheet in ours.sheets:
        if sheet.name in values.sheetnames:
            yield from _cells(sheet, values[sheet.name], formulas[sheet.name])
            yield from _surroundings(sheet, values[sheet.name])


def _cells(ours: Sheet, theirs: Worksheet, with_formulas: Worksheet) -> Iterator[ReaderDifference]:
    # openpyxl's public iterators build the whole grid first: four gigabytes for a cell in the last corner.
    known = {cell.coordinate: cell for cell in theirs._cells.values() if cell.value is not None}
    formulas = {cell.coordinate for cell in with_formulas._cells.values() if cell.data_type == "f"}
    flagged = {address for address, cell in ours.cells.items() if cell.has_formula}
    if flagged != formulas:
        yield ReaderDifference("formulas", ours.name, "", flagged - formulas, formulas - flagged)
    mine = {address: cell for address, cell in ours.cells.items() if cell.value not in ("", None)}
    unmade = {address for address, cell in ours.cells.items() if cell.kind is CellKind.UNCACHED}
    for address in sorted({*known, *mine}):
        result, other = mine.get(address), known.get(address)
        if address in unmade and other is not None:
            yield ReaderDifference("unmade sum", ours.name, address, None, other.value)
            continue
        if result is None or other is None:
            yield ReaderDifference("value", ours.name, address, result and result.value, other and other.value)
            continue
        pairs = {
            "value": (result.value, other.value),
            "number format": (result.number_format, other.number_format),
            "font": (result.font, other.font.name or ""),
            "error": (result.kind is CellKind.ERROR, other.data_type == "e"),
        }
        for what, (here, there) in pairs.items():
            if _plain(here) != _plain(there):
                yield ReaderDifference(what, ours.name, address, here, there)


def _surroundings(ours: Sheet, theirs: Worksheet) -> Iterator[ReaderDifference]:
    comments = {cell.coordinate: cell.comment.text for cell in theirs._cells.values() if cell.comment is not None}
    columns = {
        number
        for column_dimension in theirs.column_dimensions.values()
        if column_dimension.hidden
        for number in range(column_dimension.min or 0, (column_dimension.max or 0) + 1)
    }
    pairs: dict[str, tuple[object, object]] = {
        "comments": (_squeezed(dict(ours.comments)), _squeezed(comments)),
        "merged": (
            {str(merged_range) for merged_range in ours.merged},
            {str(other_range) for other_range in theirs.merged_cells.ranges},
        ),
        "hidden rows": (
            ours.contents.hidden_rows,
            {number for number, row in theirs.row_dimensions.items() if row.hidden},
        ),
        "hidden columns": (
            {number for first, last in ours.contents.hidden_columns for number in range(first, last + 1)},
            columns,
        ),
    }
    for what, (here, there) in pairs.items():
        if here != there:
            yield ReaderDifference(what, ours.name, "", here, there)


def _squeezed(comments: dict[str, str]) -> dict[str, str]:
    return {address: "".join(text.split()) for address, text in comments.items()}


def _plain(value: object) -> object:
    """Return numbers as floats and dates to the second, since openpyxl rounds what it reads."""
    match value:
        case bool():
            return value
        case Decimal() | int() | float():
            return float(value)
        case dt.datetime():
            return (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
        case _:
            return value


def unexplained(result: Iterator[ReaderDifference]) -> list[ReaderDifference]:
    """Return the differences of no intended kind."""
    return [
        reader_difference for reader_difference in result if not any(kind.holds(reader_difference) for kind in KINDS)
    ]


def _texts(result: ReaderDifference) -> tuple[str, str] | None:
    is_both = result.what == "value" and isinstance(result.ours, str | None) and isinstance(result.theirs, str)
    return (str(result.ours or ""), result.theirs) if is_both else None


def _is_escape(result: ReaderDifference) -> bool:
    texts = _texts(result)
    return (
        texts is not None
        and "_x" in texts[1].lower()
        and unescape(texts[1]).strip(_XML_SPACES) == texts[0].strip(_XML_SPACES)
    )


def _is_trimmed(result: ReaderDifference) -> bool:
    texts = _texts(result)
    return texts is not None and texts[0] != texts[1] and texts[0] == texts[1].strip(_XML_SPACES)


def _is_marked(result: ReaderDifference) -> bool:
    texts = _texts(result)
    if texts is None or texts[0] == texts[1]:
        return False
    return unicodedata.normalize("NFKC", texts[0].replace(_STRUCK, "")) == unicodedata.normalize("NFKC", texts[1])


def _is_empty_text(result: ReaderDifference) -> bool:
    return result.what == "value" and result.ours is None and result.theirs == ""


def _is_time(result: ReaderDifference) -> bool:
    is_day_zero = isinstance(result.ours, dt.datetime) and result.ours.date() == dt.date(1899, 12, 30)
    return isinstance(result.theirs, dt.time) and (is_day_zero or isinstance(result.ours, str))


def _is_span(result: ReaderDifference) -> bool:
    return isinstance(result.theirs, dt.timedelta) and isinstance(result.ours, dt.datetime)


def _is_negative_date(result: ReaderDifference) -> bool:
    return isinstance(result.ours, Decimal) and result.ours < 0 and isinstance(result.theirs, dt.datetime)


def _several(ranges: set[str]) -> set[str]:
    """Return the ranges of more than one cell."""
    return {text for text in ranges if len(set(text.split(":"))) > 1}


def _is_plain_date(result: ReaderDifference) -> bool:
    return (
        isinstance(result.ours, dt.datetime)
        and type(result.theirs) is dt.date
        and result.ours == dt.datetime.combine(result.theirs, dt.time())
    )


KINDS = (
    DifferenceKind(
        "sum nobody made",
        "A zero behind a formula, in a file whose writer left the sums to whoever opens it, is no result.",
        lambda difference: difference.what == "unmade sum" and difference.theirs == 0,
    ),
    DifferenceKind(
        "broken formula",
        "A formula without result that refers to a deleted cell can have no other result than its error.",
        lambda difference: difference.what == "value" and difference.ours == "#REF!" and difference.theirs is None,
    ),
    DifferenceKind(
        "merged range of one cell",
        "A merged range of one cell merges nothing, and openpyxl leaves its second corner out.",
        lambda difference: difference.what == "merged" and not _several(difference.ours ^ difference.theirs),
    ),
    DifferenceKind("empty text", "A text of no letters is no content: the cell looks blank, and is.", _is_empty_text),
    DifferenceKind(
        "escaped letters", "`_x000D_` is how the format writes a letter XML cannot hold; Excel shows it.", _is_escape
    ),
    DifferenceKind(
        "spaces at the ends", "Without xml:space=preserve they belong to the markup; Excel drops them.", _is_trimmed
    ),
    DifferenceKind(
        "raised or struck", "A raised 1 beside 12 is a footnote, not 121; a struck digit does not count.", _is_marked
    ),
    DifferenceKind(
        "time of day", "A serial below one is the moment of day zero; openpyxl makes it a type of its own.", _is_time
    ),
    DifferenceKind(
        "span of hours", "Under [h]:mm the serial stays the moment it is; no figure of a form is a span.", _is_span
    ),
    DifferenceKind(
        "negative date", "No day has a negative serial: Excel shows ####, and the number is kept.", _is_negative_date
    ),
    DifferenceKind(
        "date in words", "A date cell of ISO text is that day's first moment, like every other date.", _is_plain_date
    ),
    DifferenceKind(
        "font of nobody",
        "Where the file names no font, none is made up.",
        lambda difference: difference.what == "font" and difference.ours == "" and difference.theirs == "Calibri",
    ),
    DifferenceKind(
        "strict workbook",
        "openpyxl knows the strict namespace too little to list the sheets; Excel opens them.",
        lambda difference: difference.what == "sheets" and difference.theirs == [] and difference.ours != [],
    ),
)

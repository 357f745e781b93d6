"""Page breaks of a printed form: before a section that does not fit, never right after a heading."""

from collections.abc import Sequence

from openpyxl.worksheet.pagebreak import Break

from domain.layouts import Line
from workbooks.template.page import PagedSheet

_CAREFUL = 0.94
"""Share of a page to fill: row heights differ by a few per cent between programs and printers."""


def cut_pages(
    page: PagedSheet, lines: Sequence[Line], first_row: int, last_row: int, header_rows: tuple[int, int]
) -> None:
    """Set page breaks; the rows after the lines, with the signatures, stay with the last section.

    Args:
        page: the sheet, with final row heights.
        lines: the form's lines, one a row from `first_row` on.
        first_row: the row of the first line.
        last_row: the last row that is printed.
        header_rows: the rows that are printed on every page.
    """
    starts = [first_row + place for place, _ in enumerate(lines) if place and _opens_section(lines, place)]
    space = page.printed_height * _CAREFUL
    repeated = page.height_of(*header_rows)
    used = page.height_of(1, starts[0] - 1) if starts else 0.0
    for start, following in zip(starts, [*starts[1:], last_row + 1], strict=True):
        height = page.height_of(start, following - 1)
        if used + height > space:
            page.sheet.row_breaks.append(Break(id=start - 1))
            used = repeated
        used += height


def _opens_section(lines: Sequence[Line], place: int) -> bool:
    """Return whether a line is a heading that does not follow another heading."""
    return lines[place].indicator is None and lines[place - 1].indicator is not None

"""Lines with numerator and denominator in one cell, and their comparison with the line's other cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.catalog.marks import CellMarks
from domain.indicators import Indicator
from domain.layouts import ColumnRole
from domain.observations import CellState, Figure
from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.formats import GENERAL
from workbooks.numbers.figure_values import ExpectedFigure, cell_as_text
from workbooks.numbers.share_text import ShareTerm, ShareText, read_share_text
from workbooks.numbers.text_cells import figure_from_text, refuse_words
from workbooks.numbers.unit_words import are_known_words, unit_words_of


@dataclass(frozen=True, slots=True)
class ShareCell:
    """A share in one cell: its place, its text, and the figures of both roles.

    `percent` is a cell made of the percentage typed with the share, None if there is none.
    """

    place: FigurePlace
    text: str
    percent: Cell | None
    figures: Mapping[ColumnRole, Figure]


def parse_share(
    cell: Cell | None, place: FigurePlace, marks: CellMarks, indicator: Indicator, findings: Findings
) -> ShareCell | None:
    """Return the share of a cell, None if it holds none; note an issue for an unreadable term."""
    text = cell_as_text(cell) if cell is not None and cell.text else ""
    read = read_share_text(text, is_count=not indicator.decimals)
    if cell is None or read is None:
        return None
    figures = {
        role: _figure(part, place, text, ExpectedFigure(marks, words, indicator.decimals), findings)
        for role, part, words in _parts(read, indicator)
    }
    percent = cell._replace(value=read.percent, raw=read.percent, number_format=GENERAL) if read.percent else None
    return ShareCell(place, text, percent, figures)


def _parts(read: ShareText, indicator: Indicator) -> Iterator[tuple[ColumnRole, ShareTerm, dict[str, str]]]:
    """Yield the terms of a share with their known words; the final word may count either ("69.586/91.032 hộ")."""
    own, other = unit_words_of(indicator, ColumnRole.NUMERATOR), unit_words_of(indicator, ColumnRole.DENOMINATOR)
    yield ColumnRole.NUMERATOR, read.numerator, own
    yield ColumnRole.DENOMINATOR, read.denominator, own | other


def _figure(part: ShareTerm, place: FigurePlace, text: str, expected: ExpectedFigure, findings: Findings) -> Figure:
    if not are_known_words(part.words, expected.words):
        return refuse_words(part, place, text, expected, findings)
    rules = ("share_in_one_cell", "trailing_unit") if part.words else ("share_in_one_cell",)
    return figure_from_text(part.read, rules, place, text, findings)


def choose_figure(role: ColumnRole, own: Figure | None, shares: Sequence[ShareCell], findings: Findings) -> Figure:
    """Return the figure of a role from its own cell, or else from the first share; note shares that disagree with it.

    `own` is None if the role's own cell holds a share.
    """
    stated = [(share.figures[role], share) for share in shares]
    if own is not None and (own.state is not CellState.BLANK or own.raw):
        chosen, others = own, stated
    else:
        chosen, others = stated[0][0], stated[1:]
    for figure, share in others:
        states = {figure.state, chosen.state}
        if CellState.UNREADABLE not in states and (figure.number != chosen.number or figure.number is None):
            findings.issue("share_disagrees", share.place, found=share.text, expected=chosen.raw)
    return chosen


def choose_stated_percent(stated: Sequence[Figure], shares: Sequence[ShareCell], findings: Findings) -> Figure | None:
    """Return the first stated percentage, or None; note others that differ by more than their decimals allow."""
    for figure in stated[1:]:
        decimals = min(figure.decimals or 0, stated[0].decimals or 0)
        difference = abs((figure.number or Decimal(0)) - (stated[0].number or Decimal(0)))
        if difference > Decimal(1).scaleb(-decimals):
            findings.issue("share_disagrees", shares[0].place, found=shares[0].text, expected=stated[0].raw)
    return stated[0] if stated else None

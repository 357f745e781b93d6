"""Parsing of yes/no answers on the village sheet into 1 or 0, over a denominator of 1 (the village itself)."""

from collections.abc import Mapping
from decimal import Decimal

from domain.catalog.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.observations import CellState, Figure, Observation
from domain.texts import normalise_name
from workbooks.cells.cells import Cell, CellKind
from workbooks.cells.findings import FigurePlace
from workbooks.numbers.displayed_numbers import display_number
from workbooks.numbers.figure_values import cell_as_text, refuse_figure, without_noise
from workbooks.report.figures import SheetContext

YES, NO = "workbooks.yes", "workbooks.no"
"""Keys of the catalogue's texts for the two answers, which the template's list offers."""
_AROUND = " .;"


def parse_yes_no(context: SheetContext, cell: Cell | None, place: FigurePlace, indicator: Indicator) -> Observation:
    """Return the observation of a yes/no cell; only a share gets a denominator."""
    numerator = _numerator(context, cell, place)
    denominator = None
    if indicator.measure is Measure.RATIO:
        known = numerator.number is not None
        state = CellState.VALUE if known else numerator.state
        denominator = Figure(state, Decimal(1) if known else None, place.cell, numerator.raw)
    return Observation(place.unit or "", indicator.id, context.sheet.name, numerator, denominator)


def _numerator(context: SheetContext, cell: Cell | None, place: FigurePlace) -> Figure:
    if cell is None or cell.is_empty:
        return Figure(CellState.BLANK, None, place.cell, "")
    text = cell_as_text(cell)
    answer = _answer(context.catalog, cell)
    if answer is not None:
        word = context.catalog.texts.text(YES if answer else NO, "vi")
        if cell.kind is not CellKind.TEXT or text.isdigit():
            context.findings.repair("yes_no_number", place, text, word)
        elif normalise_name(text) != normalise_name(word):
            context.findings.repair("yes_no_word", place, text, word)
        return Figure(CellState.VALUE if answer else CellState.ZERO, Decimal(int(answer)), place.cell, text)
    state = context.catalog.marks.state_of(text) if cell.kind is CellKind.TEXT else None
    # A lone "x" may tick or cross out, and "-" is ambiguous: only marks of several characters count as blank or n/a.
    if state in {CellState.BLANK, CellState.NOT_APPLICABLE} and len(text) > 1:
        return Figure(state, None, place.cell, text)
    return refuse_figure("yes_no_expected", place, text, context.findings)


def is_answer(catalog: Catalog, cell: Cell) -> bool:
    """Return whether a cell holds a yes/no answer."""
    return _answer(catalog, cell) is not None


def _answer(catalog: Catalog, cell: Cell) -> bool | None:
    """Return the answer of a cell, given in words, as 1 or 0, or as TRUE or FALSE; None if it is none."""
    match cell.value:
        case bool() as truth:
            return truth
        case Decimal() as stored if (number := without_noise(stored)) in {0, 1}:
            # The format may show 1 as "Có" or as another number; a format that hides it is noted elsewhere.
            look = display_number(number, cell.number_format)
            seen = look.text.strip()
            is_plain = not seen or (seen == look.digits and not look.scale and look.rounded == number)
            return bool(number) if is_plain or _answers(catalog).get(normalise_name(seen)) == number else None
        case str() as text if cell.kind is CellKind.TEXT:
            return _answers(catalog).get(normalise_name(text).strip(_AROUND))
        case _:
            return None


def _answers(catalog: Catalog) -> Mapping[str, bool]:
    """Return the words and digits that mean yes or no."""
    own = {normalise_name(catalog.texts.text(key, "vi")): key == YES for key in (YES, NO)}
    return (
        {"1": True, "0": False} | dict.fromkeys(catalog.marks.yes, True) | dict.fromkeys(catalog.marks.no, False) | own
    )

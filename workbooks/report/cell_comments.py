"""Notes and threaded comments of people on the parsed lines: figures are judged together with them."""

from collections.abc import Iterable, Iterator

from domain.observations import Observation
from domain.texts import says
from workbooks.cells.addresses import split_address
from workbooks.cells.findings import FigurePlace
from workbooks.report.figures import SheetContext

_LONGEST = 200
"""Characters of a comment that are quoted in its issue."""


def note_comments(context: SheetContext, observations: Iterable[Observation]) -> None:
    """Note comments in the rows of lines and villages, and those elsewhere that call the report a draft."""
    figures = dict(_figures(context, observations))
    rows = {spot[0]: place for address, place in figures.items() if (spot := split_address(address)) is not None}
    provisional = context.catalog.marks.provisional | context.catalog.marks.other_figures
    for address, text in context.sheet.remarks.items():
        spot = split_address(address)
        quoted = " ".join(text.split())[:_LONGEST]
        if spot is None or not quoted:
            continue
        line = figures.get(address) or rows.get(spot[0])
        if line is not None:
            place = FigurePlace(context.sheet.name, address, line.label, line.indicator, line.unit)
            context.findings.issue("cell_comment", place, found=quoted)
        elif says(quoted, provisional):
            context.findings.issue("heading_provisional", FigurePlace(context.sheet.name, address), found=quoted)


def _figures(context: SheetContext, observations: Iterable[Observation]) -> Iterator[tuple[str, FigurePlace]]:
    """Yield the address and place of each figure on the sheet."""
    for observation in observations:
        label = context.catalog.indicators[observation.indicator].name.vi
        for figure in (observation.stated, observation.denominator, observation.numerator):
            if figure is not None and figure.cell and observation.sheet == context.sheet.name:
                unit = observation.unit or None
                yield figure.cell, FigurePlace(observation.sheet, figure.cell, label, observation.indicator, unit)

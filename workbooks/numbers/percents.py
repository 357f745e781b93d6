"""Parsing of stated percentages, typed or computed by a formula; they are only compared with the recomputed ones."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from domain.catalog.marks import CellMarks
from domain.observations import CellState, Figure
from workbooks.cells.cells import Cell, CellKind
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.formats import has_literal_percent, is_percent_format, shown_decimals
from workbooks.numbers.figure_values import (
    MOST_DECIMALS,
    TOO_LARGE,
    cell_as_text,
    count_decimals,
    plain_number,
    refuse_ambiguous,
)
from workbooks.numbers.number_text import read_number_text

_DIVISION_BY_ZERO = "#DIV/0!"
_MOST_DECIMALS = 4
"""A General cell displays as many decimals as fit; beyond four they are not deliberate."""


class _PercentReading(NamedTuple):
    """A percentage (0 to 100) with its decimals, and the repair rule of this reading ("" for none)."""

    percent: Decimal
    decimals: int
    rule: str


def parse_stated_percent(
    cell: Cell | None,
    place: FigurePlace,
    marks: CellMarks,
    findings: Findings,
    computed: Decimal | None,
    *,
    has_counts: bool,
) -> Figure | None:
    """Return the stated percentage, None if the cell has no readable one.

    `computed` is the percentage of numerator and denominator; it decides whether 0.94 means 0.94 % or 94 %.
    `has_counts`: a numerator or denominator was given.
    A formula without a stored result is no statement, and no issue for the commune.
    """
    if cell is None or cell.is_empty or cell.kind is CellKind.UNCACHED:
        return None
    if cell.kind is CellKind.ERROR:
        note_percent_error(cell, place, findings, has_counts=has_counts)
        return None
    state = marks.state_of(cell_as_text(cell)) if cell.kind is CellKind.TEXT else None
    if state is not None:
        is_denied = state is CellState.NOT_APPLICABLE or (state is CellState.ZERO and bool(computed))
        if computed is not None and is_denied:
            findings.issue("percent_unreadable", place, found=cell_as_text(cell))
        return None
    readings = () if cell.is_struck else tuple(_readings(cell))
    if not readings or abs(readings[0].percent) >= TOO_LARGE:
        findings.issue("percent_unreadable", place, found=cell_as_text(cell))
        return None
    chosen = _choose(readings, computed)
    if chosen is None:
        _note_unclear(cell, readings, place, findings)
        return None
    # A formula's quotient may have endless decimals; six suffice for the comparison.
    percent = plain_number(round(chosen.percent, MOST_DECIMALS))
    if chosen.rule:
        findings.repair(chosen.rule, place, cell_as_text(cell), f"{percent}%")
    state = CellState.VALUE if percent else CellState.ZERO
    return Figure(state, percent, place.cell, cell_as_text(cell), chosen.decimals)


def note_percent_error(cell: Cell, place: FigurePlace, findings: Findings, *, has_counts: bool) -> None:
    """Note an error in the column of percentages; a division by nothing is expected on a blank line."""
    is_natural = cell.raw == _DIVISION_BY_ZERO and not has_counts
    findings.issue("percent_without_parts" if is_natural else "percent_error", place, found=cell.raw)


def _readings(cell: Cell) -> Iterator[_PercentReading]:
    """Yield the percentages that the cell can mean, the literal one first."""
    if cell.kind is CellKind.NUMBER:
        yield from _numeric_readings(Decimal(str(cell.value)), cell.number_format)
    elif cell.kind is CellKind.TEXT:
        read = read_number_text(cell_as_text(cell), is_count=False)
        if read is not None:
            for number in read.readings:
                decimals = count_decimals(number) if read.is_ambiguous else read.decimals
                yield _PercentReading(number, decimals, "percent_settled" if read.is_ambiguous else read.rules[0])
            if not read.is_percent and not read.is_ambiguous:
                yield from _as_part_of_one(read.readings[0], read.decimals)


def _numeric_readings(number: Decimal, number_format: str) -> Iterator[_PercentReading]:
    format_decimals = shown_decimals(number_format)
    if is_percent_format(number_format):
        yield _PercentReading(number * 100, format_decimals or 0, "")
        return
    decimals = format_decimals if format_decimals is not None else min(count_decimals(number), _MOST_DECIMALS)
    yield _PercentReading(number, decimals, "")
    if not has_literal_percent(number_format):
        yield from _as_part_of_one(number, decimals)


def _as_part_of_one(number: Decimal, decimals: int) -> Iterator[_PercentReading]:
    if 0 < abs(number) <= 1:
        yield _PercentReading(number * 100, max(0, decimals - 2), "percent_as_fraction")


def _choose(readings: tuple[_PercentReading, ...], computed: Decimal | None) -> _PercentReading | None:
    """Return the only reading, or the only one that agrees with the computed percentage, else None."""
    if len(readings) == 1:
        return readings[0]
    if computed is None:
        return None
    agreeing = [
        reading for reading in readings if abs(reading.percent - computed) <= Decimal(1).scaleb(-reading.decimals) / 2
    ]
    return agreeing[0] if len(agreeing) == 1 else None


def _note_unclear(cell: Cell, readings: tuple[_PercentReading, ...], place: FigurePlace, findings: Findings) -> None:
    first, second = readings
    if cell.kind is CellKind.TEXT and first.rule == "percent_settled":
        refuse_ambiguous((first.percent, second.percent), place, cell_as_text(cell), findings)
        return
    findings.issue(
        "percent_unclear",
        place,
        found=cell_as_text(cell),
        first=f"{plain_number(first.percent)}%",
        second=f"{plain_number(second.percent)}%",
    )

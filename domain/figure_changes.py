"""What differs between the figures of two workbooks: which figure, which part of it, from which cell to which."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from domain.observations import Figure, Observation

_DECIMALS_KEPT = 6


class FigurePart(StrEnum):
    """A part of a figure that has a cell of its own."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    STATED = "stated"


@dataclass(frozen=True, slots=True)
class PlacedFigure:
    """A figure's cell with its sheet."""

    sheet: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One part of one figure that differs; `before` or `after` is None where only the other workbook gives it.

    `unit` is the reporting commune's code, or a village's for figures of the village sheet.
    """

    unit: str
    indicator: str
    part: FigurePart
    before: PlacedFigure | None
    after: PlacedFigure | None


def changed_figures(before: Iterable[Observation], after: Iterable[Observation]) -> tuple[FigureChange, ...]:
    """Return every part of every figure whose number or state differs, in the order of the figures after, then before.

    A figure that only moved to another cell, or is only typed otherwise, did not change.
    """
    old = {(observation.unit, observation.indicator): observation for observation in before}
    new = {(observation.unit, observation.indicator): observation for observation in after}
    return tuple(
        change for key in dict.fromkeys((*new, *old)) for change in _changes_of(key, old.get(key), new.get(key))
    )


def _changes_of(key: tuple[str, str], old: Observation | None, new: Observation | None) -> Iterator[FigureChange]:
    for part in FigurePart:
        was, now = _part_of(old, part), _part_of(new, part)
        if _meaning(was) != _meaning(now):
            yield FigureChange(*key, part, was, now)


def _part_of(observation: Observation | None, part: FigurePart) -> PlacedFigure | None:
    figure: Figure | None = getattr(observation, part, None)
    return PlacedFigure(observation.sheet, figure) if observation is not None and figure is not None else None


def _meaning(placed: PlacedFigure | None) -> tuple[object, ...] | None:
    if placed is None:
        return None
    # A percentage that a formula gave is kept rounded; one that was just read is not.
    number = placed.figure.number
    return placed.figure.state, None if number is None else round(number, _DECIMALS_KEPT)

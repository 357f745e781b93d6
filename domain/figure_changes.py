"""What differs between the figures of two workbooks, and which differences hold a correction for a decision."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from domain.issues import Issue, Severity
from domain.observations import CellState, Figure, Observation
from domain.periods import Period

_DECIMALS_KEPT = 6
FEWEST_FLOWS: Final = 3
"""With fewer flows, a move of all of them is no sign of another month."""

SHARE_MOVED: Final = Decimal("0.8")
"""Share of the flows above zero that a report of another month moves: some are equal in two months by chance."""

_Key = tuple[str, str]


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


@dataclass(frozen=True, slots=True)
class CountingVersion:
    """The version of a unit's report that counts, by its number, and its figures; `unit` is the unit's code."""

    unit: str
    version: int
    figures: tuple[Observation, ...]


def correction_issues(
    before: CountingVersion, after: Sequence[Observation], period: Period, flows: Collection[str]
) -> tuple[Issue, ...]:
    """Return the issues that hold a correction: figures that it blanks, and nearly all of the `flows` moved.

    `flows` are indicators whose figure is that of the period alone; of these the unit's own are compared, for villages
    count so little that some stay equal by chance. Figures that the correction states otherwise, or as
    not applicable, hold nothing.
    """
    new = {_key_of(observation): observation for observation in after}
    blanked = [
        issue
        for observation in before.figures
        for issue in _blanked(before, observation, new.get(_key_of(observation)))
    ]
    return (*blanked, *_all_moved(before, new, period, flows))


def _blanked(before: CountingVersion, old: Observation, new: Observation | None) -> Iterator[Issue]:
    for old_figure, new_figure in (
        (old.numerator, new.numerator if new else None),
        (old.denominator, new.denominator if new else None),
    ):
        if old_figure is None or old_figure.number is None or not _is_blank(new_figure):
            continue
        yield Issue(
            "correction_blanks_figure",
            Severity.HOLD,
            sheet=new.sheet if new else old.sheet,
            cell=new_figure.cell if new_figure else old_figure.cell,
            expected=old_figure.raw or f"{old_figure.number:f}",
            indicator=old.indicator,
            unit=old.unit,
            facts={"version": str(before.version)},
        )


def _is_blank(figure: Figure | None) -> bool:
    return figure is None or figure.state is CellState.BLANK


def _all_moved(
    before: CountingVersion, new: Mapping[_Key, Observation], period: Period, flows: Collection[str]
) -> Iterator[Issue]:
    compared: list[tuple[Observation, bool]] = []
    for old in before.figures:
        now = new.get(_key_of(old))
        if now is None or old.unit != before.unit or old.indicator not in flows:
            continue
        numbers = (old.numerator.number, now.numerator.number)
        # A flow of zero in both versions is no sign of the month.
        if None not in numbers and any(numbers):
            compared.append((now, numbers[0] != numbers[1]))
    moves = sum(moved for _, moved in compared)
    if moves >= FEWEST_FLOWS and moves >= SHARE_MOVED * len(compared):
        first = compared[0][0]
        yield Issue(
            "every_flow_moved",
            Severity.HOLD,
            sheet=first.sheet,
            found=str(moves),
            facts={
                "version": str(before.version),
                "period": period.id,
                "next_period": period.shift(1).id,
                "flows": str(len(compared)),
            },
        )


def _key_of(observation: Observation) -> _Key:
    return observation.unit, observation.indicator

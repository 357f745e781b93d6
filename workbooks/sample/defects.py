"""Planting of known defects in sample workbooks, as ground truth for the checks."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from domain.indicators import Absence
from domain.layouts import ColumnRole
from domain.sample import WrongFirst
from workbooks.sample.fill import CellEntries, CellValue
from workbooks.sample.keyed_random import KeyedRandom
from workbooks.template.blank import Blank


class DefectKind(StrEnum):
    """Kind of a planted defect."""

    NUMERATOR_ABOVE_DENOMINATOR = "numerator_above_denominator"
    TEXT_FOR_NUMBER = "text_for_number"
    MISSING_REQUIRED = "missing_required"
    VILLAGE_SUM = "village_sum"
    NEGATIVE = "negative"


class PlantedDefect(NamedTuple):
    """A defect in the workbook's bytes: its kind, sheet, cell and indicator."""

    kind: DefectKind
    sheet: str
    cell: str
    indicator: str


class _FigureCell(NamedTuple):
    """A figure of the form sheet in which a defect can be planted."""

    indicator: str
    cell: str
    value: int
    denominator: int | None


_MAKERS: dict[DefectKind, Callable[[_FigureCell, Sequence[str], KeyedRandom, tuple[object, ...]], CellValue]] = {
    DefectKind.NUMERATOR_ABOVE_DENOMINATOR: lambda spot, _, rng, key: _above(spot, rng, key),
    DefectKind.TEXT_FOR_NUMBER: lambda _, texts, rng, key: rng.choice(texts, "text", *key),
    DefectKind.MISSING_REQUIRED: lambda *_: None,
    DefectKind.VILLAGE_SUM: lambda spot, _, rng, key: spot.value + rng.integer(1, 3, "more", *key),
    DefectKind.NEGATIVE: lambda spot, _, __, ___: -max(1, spot.value),
}


def plant_any(
    blank: Blank, entries: CellEntries, texts: Sequence[str], rng: KeyedRandom, *key: object
) -> tuple[PlantedDefect, ...]:
    """Plant a random defect that the form allows into the entries; return none if no kind is possible.

    `key` identifies the workbook to the random generator.
    """
    spots = {kind: _spots_for(kind, blank, entries) for kind in DefectKind}
    possible = [kind for kind in DefectKind if spots[kind]]
    if not possible:
        return ()
    kind = rng.choice(possible, "defect", *key)
    spot = rng.choice(spots[kind], "spot", *key)
    return (_plant(kind, spot, blank, entries, _MAKERS[kind](spot, texts, rng, key)),)


def plant_wrong_first(
    blank: Blank, entries: CellEntries, wrong: WrongFirst, rng: KeyedRandom
) -> tuple[PlantedDefect, ...]:
    """Plant the defects that the catalogue states for a sample area's wrong workbook, if their indicators are due."""
    planted: list[PlantedDefect] = []
    for spot in _numerators(blank, entries):
        if spot.indicator == wrong.numerator_above_denominator and spot.denominator is not None:
            above = _above(spot, rng, (blank.assignment.period, spot.indicator))
            planted.append(_plant(DefectKind.NUMERATOR_ABOVE_DENOMINATOR, spot, blank, entries, above))
        if spot.indicator == wrong.text_indicator:
            planted.append(_plant(DefectKind.TEXT_FOR_NUMBER, spot, blank, entries, wrong.text))
    return tuple(planted)


def _plant(kind: DefectKind, spot: _FigureCell, blank: Blank, entries: CellEntries, value: CellValue) -> PlantedDefect:
    entries[blank.form.sheet, spot.cell] = value
    return PlantedDefect(kind, blank.form.sheet, spot.cell, spot.indicator)


def _above(spot: _FigureCell, rng: KeyedRandom, key: tuple[object, ...]) -> int:
    whole = spot.denominator or 0
    return whole + rng.integer(1, max(1, whole // 4), "above", *key)


def _spots_for(kind: DefectKind, blank: Blank, entries: CellEntries) -> list[_FigureCell]:
    indicators = blank.assignment.catalog.indicators
    spots = _numerators(blank, entries)
    match kind:
        case DefectKind.NUMERATOR_ABOVE_DENOMINATOR:
            return [
                spot
                for spot in spots
                if spot.denominator is not None and not indicators[spot.indicator].denominator_is_target
            ]
        case DefectKind.MISSING_REQUIRED:
            return [spot for spot in spots if indicators[spot.indicator].absence is Absence.REFUSE]
        case DefectKind.VILLAGE_SUM:
            return [spot for spot in spots if spot.indicator in blank.assignment.layout.village_indicators]
        case DefectKind.TEXT_FOR_NUMBER | DefectKind.NEGATIVE:
            return spots


def _numerators(blank: Blank, entries: CellEntries) -> list[_FigureCell]:
    form = blank.form
    spots: list[_FigureCell] = []
    for (indicator, role), cell in form.figures.items():
        value = entries.get((form.sheet, cell))
        if role is ColumnRole.NUMERATOR and isinstance(value, int):
            spots.append(_FigureCell(indicator, cell, value, _denominator(blank, entries, indicator)))
    return spots


def _denominator(blank: Blank, entries: CellEntries, indicator: str) -> int | None:
    cell = blank.form.figures.get((indicator, ColumnRole.DENOMINATOR))
    if cell is None:
        return None
    prefilled = blank.workbook[blank.form.sheet][cell].value
    value = entries.get((blank.form.sheet, cell), prefilled)
    return value if isinstance(value, int) else None

"""Workbooks that are wrong on purpose, with the truth of what is wrong, so that checks can be held against it."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from domain.indicators import Absence
from domain.layouts import ColumnRole
from workbooks.sample.fill import CellEntries, CellValue
from workbooks.sample.keyed_random import KeyedRandom
from workbooks.sample.parameters import WrongFirst
from workbooks.template.blank import Blank


class DefectKind(StrEnum):
    """What a planted defect is."""

    NUMERATOR_ABOVE_DENOMINATOR = "numerator_above_denominator"
    TEXT_FOR_NUMBER = "text_for_number"
    MISSING_REQUIRED = "missing_required"
    VILLAGE_SUM = "village_sum"
    NEGATIVE = "negative"


class PlantedDefect(NamedTuple):
    """A defect that really is in the bytes: its kind and where it stands."""

    kind: DefectKind
    sheet: str
    cell: str
    indicator: str


class _Spot(NamedTuple):
    """A figure of the form sheet that a defect can be planted in."""

    indicator: str
    cell: str
    value: int
    denominator: int | None


_MAKERS: dict[DefectKind, Callable[[_Spot, Sequence[str], KeyedRandom, tuple[object, ...]], CellValue]] = {
    DefectKind.NUMERATOR_ABOVE_DENOMINATOR: lambda spot, _, draws, what: _above(spot, draws, what),
    DefectKind.TEXT_FOR_NUMBER: lambda _, texts, draws, what: draws.choice(texts, "text", *what),
    DefectKind.MISSING_REQUIRED: lambda *_: None,
    DefectKind.VILLAGE_SUM: lambda spot, _, draws, what: spot.value + draws.integer(1, 3, "more", *what),
    DefectKind.NEGATIVE: lambda spot, _, __, ___: -max(1, spot.value),
}


def plant_any(
    blank: Blank, entries: CellEntries, texts: Sequence[str], draws: KeyedRandom, *what: object
) -> tuple[PlantedDefect, ...]:
    """Plant one defect, of a kind that the form has room for, into the entries; empty if it has room for none.

    `what` names the workbook to the draws.
    """
    spots = {kind: _spots_for(kind, blank, entries) for kind in DefectKind}
    possible = [kind for kind in DefectKind if spots[kind]]
    if not possible:
        return ()
    kind = draws.choice(possible, "defect", *what)
    spot = draws.choice(spots[kind], "spot", *what)
    return (_plant(kind, spot, blank, entries, _MAKERS[kind](spot, texts, draws, what)),)


def plant_wrong_first(
    blank: Blank, entries: CellEntries, wrong: WrongFirst, draws: KeyedRandom
) -> tuple[PlantedDefect, ...]:
    """Plant what the catalogue says of a sample area's wrong workbook, as far as the indicators are due."""
    planted: list[PlantedDefect] = []
    for spot in _numerators(blank, entries):
        if spot.indicator == wrong.numerator_above_denominator and spot.denominator is not None:
            above = _above(spot, draws, (blank.assignment.period, spot.indicator))
            planted.append(_plant(DefectKind.NUMERATOR_ABOVE_DENOMINATOR, spot, blank, entries, above))
        if spot.indicator == wrong.text_indicator:
            planted.append(_plant(DefectKind.TEXT_FOR_NUMBER, spot, blank, entries, wrong.text))
    return tuple(planted)


def _plant(kind: DefectKind, spot: _Spot, blank: Blank, entries: CellEntries, value: CellValue) -> PlantedDefect:
    entries[blank.form.sheet, spot.cell] = value
    return PlantedDefect(kind, blank.form.sheet, spot.cell, spot.indicator)


def _above(spot: _Spot, draws: KeyedRandom, what: tuple[object, ...]) -> int:
    whole = spot.denominator or 0
    return whole + draws.integer(1, max(1, whole // 4), "above", *what)


def _spots_for(kind: DefectKind, blank: Blank, entries: CellEntries) -> list[_Spot]:
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
            return [other_spot for other_spot in spots if indicators[other_spot.indicator].absence is Absence.REFUSE]
        case DefectKind.VILLAGE_SUM:
            return [item for item in spots if item.indicator in blank.assignment.layout.village_indicators]
        case DefectKind.TEXT_FOR_NUMBER | DefectKind.NEGATIVE:
            return spots


def _numerators(blank: Blank, entries: CellEntries) -> list[_Spot]:
    form = blank.form
    spots: list[_Spot] = []
    for (indicator, role), cell in form.figures.items():
        value = entries.get((form.sheet, cell))
        if role is ColumnRole.NUMERATOR and isinstance(value, int):
            spots.append(_Spot(indicator, cell, value, _denominator(blank, entries, indicator)))
    return spots


def _denominator(blank: Blank, entries: CellEntries, indicator: str) -> int | None:
    cell = blank.form.figures.get((indicator, ColumnRole.DENOMINATOR))
    if cell is None:
        return None
    prefilled = blank.workbook[blank.form.sheet][cell].value
    value = entries.get((blank.form.sheet, cell), prefilled)
    return value if isinstance(value, int) else None

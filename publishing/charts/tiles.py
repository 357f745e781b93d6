"""Units as a grid of tiles, shaded by their figure: a map without borders, which needs no rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, sqrt
from typing import Final

SHADES: Final = 5
"""Steps of shade, from the lowest figure to the highest; each tile says its figure as well."""


@dataclass(frozen=True, slots=True)
class TileValue:
    """A unit to be drawn: its figure and how it is shown; `value` None where it has none."""

    code: str
    name: str
    value: Decimal | None
    shown: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A unit's place in the grid, row and column from 1, and its shade from 1 to `SHADES`; 0: no figure."""

    code: str
    name: str
    shown: str
    row: int
    column: int
    shade: int


@dataclass(frozen=True, slots=True)
class TileGrid:
    """Tiles from the top row to the bottom one, each row from left to right; and the number of columns."""

    tiles: tuple[Tile, ...]
    columns: int


def lay_out(values: Sequence[TileValue], places: Mapping[str, tuple[int, int]]) -> TileGrid:
    """Lay units out.

    Args:
        values: the units.
        places: row and column (from 1) by a unit's code, as the catalogue states them. Where a unit has no place, or
            there are none, all units are laid out by code, in rows of a near-square grid.
    """
    if not places or any(value.code not in places for value in values):
        columns = max(ceil(sqrt(len(values))), 1)
        by_code = sorted(values, key=lambda value: value.code)
        places = {value.code: divmod(number, columns) for number, value in enumerate(by_code)}
        places = {code: (row + 1, column + 1) for code, (row, column) in places.items()}
    shades = _shades([value.value for value in values])
    tiles = [
        Tile(value.code, value.name, value.shown, *places[value.code], shade)
        for value, shade in zip(values, shades, strict=True)
    ]
    tiles.sort(key=lambda tile: (tile.row, tile.column))
    return TileGrid(tuple(tiles), max((tile.column for tile in tiles), default=1))


def _shades(values: Sequence[Decimal | None]) -> list[int]:
    """Divide the span of the values into equal steps; where all are equal each has the middle shade."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=Decimal(0)), max(known, default=Decimal(0))
    if low == high:
        return [0 if value is None else (SHADES + 1) // 2 for value in values]
    step = (high - low) / SHADES
    return [0 if value is None else min(int((value - low) / step) + 1, SHADES) for value in values]

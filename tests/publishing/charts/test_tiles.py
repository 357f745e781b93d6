"""Tests of the grid of tiles."""

from decimal import Decimal

from publishing.charts.tiles import TileValue, lay_out


def values_of(*numbers: int | None) -> list[TileValue]:
    """Units with these figures, by code."""
    return [
        TileValue(str(place), f"unit {place}", None if number is None else Decimal(number), str(number))
        for place, number in enumerate(numbers)
    ]


def test_units_without_places_are_laid_out_by_code() -> None:
    """Where the catalogue states no places the grid is nearly square, in the order of codes."""
    grid = lay_out(values_of(*range(7)), {})
    assert grid.columns == 3
    assert [(tile.row, tile.column) for tile in grid.tiles] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1)]


def test_stated_places_are_kept() -> None:
    """Units lie where the catalogue says."""
    grid = lay_out(values_of(1, 2), {"0": (2, 1), "1": (1, 3)})
    assert [(tile.code, tile.row, tile.column) for tile in grid.tiles] == [("1", 1, 3), ("0", 2, 1)]


def test_a_unit_without_place_has_all_laid_out_by_code() -> None:
    """A unit that came since the places were stated is not left out."""
    grid = lay_out(values_of(1, 2), {"0": (2, 1)})
    assert [(tile.row, tile.column) for tile in grid.tiles] == [(1, 1), (1, 2)]


def test_shades_follow_the_figures() -> None:
    """The lowest figure has the lightest shade, the highest the darkest, a missing one none."""
    assert [tile.shade for tile in lay_out(values_of(0, None, 50, 100), {}).tiles] == [1, 0, 3, 5]


def test_equal_figures_have_one_shade() -> None:
    """Where all units have one figure none looks better than another."""
    assert {tile.shade for tile in lay_out(values_of(7, 7, 7), {}).tiles} == {3}

"""The difference between two workbooks' figures: numbers and states, never the place or the spelling alone."""

from decimal import Decimal

from domain.figure_changes import FigurePart, changed_figures
from domain.observations import CellState, Figure, Observation


def figure(number: str | None, cell: str, raw: str = "") -> Figure:
    """A cell that holds a number, or is blank."""
    if number is None:
        return Figure(CellState.BLANK, None, cell, "")
    return Figure(CellState.VALUE if Decimal(number) else CellState.ZERO, Decimal(number), cell, raw or number)


def observation(indicator: str, numerator: Figure, denominator: Figure | None = None) -> Observation:
    """What a commune says of an indicator."""
    return Observation("22813", indicator, "Biểu", numerator, denominator)


def test_a_changed_number_names_both_cells() -> None:
    """Only the part that differs is told, with the cell it stood in and the one it stands in."""
    (change,) = changed_figures(
        [observation("a", figure("30", "E10"), figure("40", "D10"))],
        [observation("a", figure("35", "F11"), figure("40", "E11"))],
    )
    assert (change.indicator, change.part) == ("a", FigurePart.NUMERATOR)
    assert change.before is not None
    assert change.after is not None
    assert (change.before.figure.cell, change.after.figure.cell) == ("E10", "F11")


def test_zero_and_blank_differ() -> None:
    """A zero that was blank before is a change of state."""
    (change,) = changed_figures([observation("a", figure(None, "E10"))], [observation("a", figure("0", "E10"))])
    assert change.after is not None
    assert change.after.figure.state is CellState.ZERO


def test_the_same_number_typed_otherwise_or_elsewhere_is_no_change() -> None:
    """2.450 and 2450 in another row are one figure."""
    old, new = observation("a", figure("2450", "E10", "2.450")), observation("a", figure("2450.000", "E12", "2450"))
    assert changed_figures([old], [new]) == ()


def test_figure_in_one_workbook_only_is_a_change() -> None:
    """Figures that came or went have nothing on the other side."""
    came, went = observation("came", figure("1", "E1")), observation("went", figure("2", "E2"))
    result = changed_figures([went], [came])
    assert [(change.indicator, change.before is None, change.after is None) for change in result] == [
        ("came", True, False),
        ("went", False, True),
    ]

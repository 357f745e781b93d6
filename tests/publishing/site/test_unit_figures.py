"""Figures of units as facts hold them."""

from decimal import Decimal
from io import BytesIO

import pytest

from domain.indicators import Flow
from publishing.site import facts
from publishing.site.facts import UnitFigures, UnitValue, read_unit_figures

FACTS = b"""{}
{"reports": {"a": [[0, "2", "4", null, "E10", 0], [1, "1", "4", "0.5", "E11", 1], [0, "3", "4", null, "E12", 2]]},
"files": [["may.xlsx", "aa"], ["june.xlsx", "bb"], ["july.xlsx", "cc"]],
"warnings": [], "counted_forms": {}, "beside": {}}
"""


@pytest.fixture
def figures() -> UnitFigures:
    """Return the figures of an area of which one unit reported twice, and one counts in part."""
    return read_unit_figures(BytesIO(FACTS))


@pytest.mark.parametrize(
    ("flow", "value"),
    [
        (Flow.FLOW, UnitValue(Decimal("62.50"), Decimal(5), Decimal(8), "E10; E12", 2)),
        (Flow.STOCK, UnitValue(Decimal("75.00"), Decimal(3), Decimal(4), "E10; E12", 2)),
    ],
)
def test_reports_of_a_longer_period_make_a_units_figure(figures: UnitFigures, flow: Flow, value: UnitValue) -> None:
    """A flow adds up, a stock is that of the last report; the cells of all are named, and the last file."""
    half = UnitValue(Decimal("25.00"), Decimal("0.5"), Decimal("2.0"), "E11", 1)
    assert figures.values("a", flow, [2, 0]) == [None, value]
    assert figures.values("a", flow, [0, 1]) == [value, half]


def test_an_indicator_without_reports_has_no_figures(figures: UnitFigures) -> None:
    """It is asked for as any other: areas below may have it."""
    assert (figures.amounts("b", Flow.FLOW), figures.values("b", Flow.FLOW, [0])) == ({}, [None])


def test_figures_of_a_large_area_that_were_let_go_of_are_read_again(
    figures: UnitFigures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few are kept at a time; what is asked for again is the same."""
    monkeypatch.setattr(facts, "_MOST_FILES", 0)
    monkeypatch.setattr(facts, "_MOST_READ", 1)
    first = figures.values("a", Flow.FLOW, [0, 1])
    figures.amounts("b", Flow.FLOW)
    assert list(figures._read) == ["b"]  # what is kept is not to be seen otherwise
    assert figures.values("a", Flow.FLOW, [0, 1]) == first

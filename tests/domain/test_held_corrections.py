"""What holds a correction: figures that it blanks, and every flow of the month moved."""

from decimal import Decimal

import pytest

from domain.figure_changes import CountingVersion, correction_issues
from domain.issues import Severity
from domain.observations import CellState, Figure, Observation
from domain.periods import parse_period

UNIT, VILLAGE, MAY = "22813", "2281301", parse_period("2025-05")
FLOWS = frozenset({"a", "b", "c", "d"})


def figure(number: int | None, cell: str, state: CellState = CellState.VALUE) -> Figure:
    """A figure's cell; None is blank unless another state is named."""
    if number is None:
        return Figure(CellState.BLANK if state is CellState.VALUE else state, None, cell, "")
    return Figure(state, Decimal(number), cell, str(number))


def report(unit: str = UNIT, **numbers: int | None) -> tuple[Observation, ...]:
    """A report's numerators by indicator, one line each."""
    return tuple(
        Observation(unit, name, "Biểu", figure(number, f"E{line}"))
        for line, (name, number) in enumerate(numbers.items(), 10)
    )


def held(before: tuple[Observation, ...], after: tuple[Observation, ...]) -> list[tuple[str, str | None, str | None]]:
    """Code, cell and expected content of the issues that hold a correction of version 1."""
    issues = correction_issues(CountingVersion(UNIT, 1, before), after, MAY, FLOWS)
    assert {issue.severity for issue in issues} <= {Severity.HOLD}
    return [(issue.code, issue.cell, issue.expected) for issue in issues]


def test_a_blanked_figure_is_named_with_what_it_was() -> None:
    """The cell of the correction is named, and the figure of the version before."""
    assert held(report(a=312, b=0), report(a=None, b=0)) == [("correction_blanks_figure", "E10", "312")]


def test_a_figure_that_is_left_out_altogether_is_named_at_its_old_cell() -> None:
    """A line or a village that the correction no longer has is blank as well."""
    assert held(report(a=312, b=5), report(b=5)) == [("correction_blanks_figure", "E10", "312")]
    assert held(report(VILLAGE, a=3), ()) == [("correction_blanks_figure", "E10", "3")]


def test_a_blank_denominator_is_named() -> None:
    """Either cell of a ratio counts."""
    before = Observation(UNIT, "r", "Biểu", figure(3, "E10"), figure(4, "D10"))
    after = Observation(UNIT, "r", "Biểu", figure(3, "E10"), figure(None, "D10"))
    assert held((before,), (after,)) == [("correction_blanks_figure", "D10", "4")]


@pytest.mark.parametrize("state", [CellState.NOT_APPLICABLE, CellState.ZERO])
def test_a_statement_blanks_nothing(state: CellState) -> None:
    """Zero and not applicable are stated, and so is another number."""
    number = 0 if state is CellState.ZERO else None
    after = Observation(UNIT, "a", "Biểu", figure(number, "E10", state))
    assert held(report(a=312), (after,)) == []
    assert held(report(a=None, b=1), report(a=2, b=1)) == []


def test_a_flow_in_five_may_be_equal_by_chance() -> None:
    """The issue says how many of how many moved."""
    before, after = report(a=1, b=2, c=3, d=4, e=5), report(a=6, b=7, c=8, d=9, e=5)
    (issue,) = correction_issues(CountingVersion(UNIT, 1, before), after, MAY, {*FLOWS, "d", "e"})
    assert (issue.code, issue.found, issue.facts["flows"]) == ("every_flow_moved", "4", "5")


def test_every_flow_moved_is_asked_about_once() -> None:
    """All flows of the month differ: the issue says how many and which month it may be."""
    (issue,) = correction_issues(CountingVersion(UNIT, 1, report(a=1, b=2, c=3)), report(a=4, b=5, c=6), MAY, FLOWS)
    assert (issue.code, issue.found, issue.facts["next_period"]) == ("every_flow_moved", "3", "2025-06")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (report(a=1, b=2, c=3), report(a=4, b=5, c=3)),
        (report(a=1, b=2), report(a=4, b=5)),
        (report(stock=1, level=2, sum=3), report(stock=4, level=5, sum=6)),
        (report(a=1, b=2, c=0), report(a=4, b=5, c=0)),
        (report(VILLAGE, a=1, b=2, c=3), report(VILLAGE, a=4, b=5, c=6)),
    ],
    ids=["one stands", "too few", "no flows", "nothing happened in one", "a village's"],
)
def test_fewer_moves_are_an_ordinary_correction(
    before: tuple[Observation, ...], after: tuple[Observation, ...]
) -> None:
    """Unless all of the commune's own flows moved, nothing is asked."""
    assert held(before, after) == []

"""Deadlines of a form: the same for all periods, or others from a day on, with the past as it was."""

from datetime import date
from pathlib import Path

import pytest

from domain.catalog.forms import load_forms
from domain.periods import parse_period
from domain.units import Level
from tests.catalog.edits import refusal

FORM = "cds_x_t"
SHIPPED = (
    "due_working_days:\n  - {commune: 1, district: 3, province: 5}\n  - {from: 2025-07-01, commune: 2, province: 5}\n"
)
DATED = (
    "due_working_days:\n  - {commune: 1, district: 3, province: 5}\n  - {from: 2025-06-01, commune: 4, district: 6}\n"
)


def rewrite(root: Path, text: str) -> None:
    """Put other deadlines into the form's file."""
    path = root / "forms" / f"{FORM}.yaml"
    before = path.read_text("utf-8")
    assert SHIPPED in before
    path.write_text(before.replace(SHIPPED, text), "utf-8")


def test_a_later_rule_leaves_earlier_periods_as_they_were(root: Path) -> None:
    """May, which ends before the change, keeps its deadline; June has the new one."""
    may, june = parse_period("2025-05"), parse_period("2025-06")
    before = load_forms(root)
    rewrite(root, DATED)
    after = load_forms(root)
    assert after.deadline(FORM, may, Level.COMMUNE) == before.deadline(FORM, may, Level.COMMUNE) == date(2025, 5, 15)
    assert before.deadline(FORM, june, Level.COMMUNE) == date(2025, 6, 16)
    assert after.deadline(FORM, june, Level.COMMUNE) == date(2025, 6, 19)


def test_a_rule_holds_from_the_period_that_ends_on_its_day(root: Path) -> None:
    """The change on the very last day of May reaches May."""
    rewrite(root, DATED.replace("2025-06-01", "2025-05-14"))
    assert load_forms(root).deadline(FORM, parse_period("2025-05"), Level.COMMUNE) == date(2025, 5, 20)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{from: 2025-06-01, commune: 4", "{commune: 4", "do not follow one another"),
        ("- {commune: 1, district: 3", "- {from: 2025-01-01, commune: 1, district: 3", "do not follow one another"),
        ("district: 6}", "district: 6}\n  - {from: 2025-06-01, commune: 2}", "do not follow one another"),
        ("2025-06-01", "2025-06-31", "no day of the calendar"),
        ("commune: 4", "commune: 0", "0 is less than the minimum of 1"),
        ("commune: 4, district: 6", "district: 6", "'commune' is a required property"),
    ],
)
def test_wrong_deadlines_are_refused_with_their_line(root: Path, old: str, new: str, says: str) -> None:
    """Days out of order, missing days and days that no calendar has are refused, with what to write instead."""
    assert old in DATED
    rewrite(root, DATED.replace(old, new, 1))
    error = refusal(root)
    assert says in str(error)
    assert "forms/cds_x_t.yaml" in str(error)

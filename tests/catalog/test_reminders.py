"""Steps of reminders: what a catalogue says, and what it may not."""

from pathlib import Path

import pytest

from domain.catalog.catalog import load_catalog
from domain.units import Level
from tests.catalog.edits import Edit, refusal

FILE = "reminders/reminders.yaml"


def test_a_catalogue_without_the_file_reminds_no_unit(root: Path) -> None:
    """A catalogue made for an earlier version loads as it did."""
    assert [step.level for step in load_catalog(root).reminders][:1] == [Level.COMMUNE]
    (root / FILE).unlink()
    assert load_catalog(root).reminders == ()


@pytest.mark.parametrize(
    "edit",
    [
        Edit(FILE, "id: day_after,", "id: day_before,", "the id 'day_before' is already taken"),
        Edit(FILE, "level: district,", "level: country,", "none of the words allowed here"),
        Edit(FILE, "working_days: 3}", "working_days: 90}", "greater than the maximum of 60"),
        Edit(FILE, "working_days: 3}", "working_days: 3, form: bc_x}", "form 'bc_x' is unknown"),
    ],
    ids=lambda edit: edit.new,
)
def test_what_cannot_be_a_step(root: Path, edit: Edit) -> None:
    """The complaint names the line."""
    line = edit.make(root)
    error = refusal(root)
    assert (error.file, error.line) == (FILE, line)
    assert edit.says in error.problem

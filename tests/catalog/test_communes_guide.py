"""The guide for communes names sheets, severities and marks as the workbooks that communes see do."""

from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.catalog.texts import Texts
from domain.observations import CellState
from tests.builders import assignment_for

GUIDE = (Path(__file__).parents[2] / "docs" / "communes.md").read_text(encoding="utf-8")


def test_sheets_and_file_are_named_as_they_are(catalog: Catalog) -> None:
    """The sheets of a template, and its file name."""
    task = assignment_for(catalog, "22813", "2026-06")
    names = (task.layout.sheet, task.layout.village_sheet, task.text("guide_sheet"))
    assert [name for name in names if f"**{name}**" not in GUIDE] == []
    assert f"`{task.file_name}`" in GUIDE


@pytest.mark.parametrize("key", ["result_sheet", "result_critical", "result_warning"])
def test_guide_uses_the_words_of_returned_workbooks(texts: Texts, key: str) -> None:
    """The guide names the sheet of results and the marks' severities as the workbooks do."""
    assert f"**{texts.text(f'workbooks.{key}', 'vi')}**".casefold() in GUIDE.casefold()


def test_the_mark_for_not_applicable_is_one_the_reader_knows(catalog: Catalog) -> None:
    """The guide's mark for not applicable is one that the parser recognises."""
    mark = assignment_for(catalog, "22813", "2026-06").not_applicable_mark
    assert f"`{mark}`" in GUIDE
    assert catalog.marks.state_of(mark) is CellState.NOT_APPLICABLE

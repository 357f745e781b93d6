"""Every readable workbook of the cases can be marked and is read again as if it had not been."""

from collections.abc import Hashable, Iterator

import pytest
from _pytest.mark import ParameterSet

from domain.catalog.catalog import Catalog
from tests.workbooks.cases import WorkbookCase, load_cases, make
from tests.workbooks.marking.marked_copies import harm_done
from tests.workbooks.workbook_edits import OF_VALUES, type_of
from workbooks.cells.guards import Container, RefusedError, check_bytes
from workbooks.marking.mark_removal import read_without_marks


def _cases() -> Iterator[ParameterSet]:
    """Yield the cases; those whose issues, or whose kinds of edits to cells, earlier cases have are marked as long.

    Those of whose issues and of whose kinds of edits earlier cases have both are left out.

    Marks depend on parts, sheets and formats, not on figures: of cases that differ only in what the same kinds of edits
    write into cells, and have the same issues, the first is tried. Edits of nothing but values leave parts, sheets and
    formats alone whatever the issues: of these, the first with the same types of values is tried.
    """
    known: set[Hashable] = set()
    made: set[Hashable] = set()
    for case in load_cases():
        codes = frozenset(case.codes)
        making: Hashable = case.id
        kinds: Hashable = case.id
        if case.is_of_cells:
            kinds = case.given.get("start"), case.edited
            edits = case.given.get("edits", ())
            has_only_values = all(edit.keys() <= OF_VALUES for edit in edits)
            apart = frozenset(type_of(edit.get("value")) for edit in edits) if has_only_values else codes
            making = (apart, case.given.get("start"), case.edited)
        if making not in made and not {codes, kinds} <= known:
            is_long = codes in known or kinds in known
            yield pytest.param(case, id=case.id, marks=[pytest.mark.long] if is_long else [])
        known |= {codes, kinds}
        made.add(making)


@pytest.mark.parametrize("case", list(_cases()))
def test_case_given_back(case: WorkbookCase, catalog: Catalog, next_catalog: Catalog) -> None:
    """A marked workbook of the cases keeps every cell, note, name and untouched part."""
    data, _, limits = make(case, next_catalog if case.given.get("catalog") == "next" else catalog)
    try:
        before = read_without_marks(data, limits)
    except RefusedError:
        return  # unreadable: it gets a result workbook
    # The reader tolerates a package without content types, but Excel does not open it, so none needs marking.
    if check_bytes(data, limits) is Container.ZIP and b"[Content_Types].xml" in data:
        assert harm_done(data, catalog, limits, before) == []

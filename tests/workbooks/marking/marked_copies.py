"""Mark a workbook throughout and report every unintended difference."""

import io
import zipfile
from collections.abc import Iterator
from itertools import islice

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from tests.workbooks.container.oracle import open_with_openpyxl
from tests.workbooks.container.strict_package import faults_of
from workbooks.cells.addresses import LAST_COLUMN, cell_address
from workbooks.cells.cells import Sheet, Workbook
from workbooks.cells.guards import Limits
from workbooks.marking.annotate import annotate
from workbooks.marking.mark_removal import read_without_marks

_SEVERITIES = (Severity.CRITICAL, Severity.WARNING)
# Parts that change in every marked file: result sheet, styles, and properties of the marks.
_ALWAYS = ("[content_types].xml", "custom.xml", "styles.xml", "workbook.xml.rels", ".rels")


def issues_all_over(book: Workbook) -> list[Issue]:
    """Return issues on cells of every sheet, each kind in turn: filled, blank, beside, below, merged, with notes."""
    return [
        Issue("text_where_number", _SEVERITIES[number % 2], sheet.name, cell, "x", "1234", facts={"label": "x"})
        for sheet in book.sheets
        for number, cell in enumerate(dict.fromkeys(_cells_of(sheet)))
    ]


def _cells_of(sheet: Sheet) -> Iterator[str]:
    yield "A1"
    for cell in islice(sheet.cells.values(), 0, 60, 7):
        yield cell.a1
        yield cell_address(cell.row, min(cell.column + 3, LAST_COLUMN))
        yield cell_address(cell.row + 1, cell.column)
    yield from islice(sheet.comments, 5)
    for joined in sheet.merged[:3]:
        yield cell_address(joined.bottom, joined.right)
    yield "C900"


def harm_done(data: bytes, catalog: Catalog, limits: Limits | None = None, before: Workbook | None = None) -> list[str]:
    """Return the unintended differences of a readable workbook after marking; empty if there are none.

    `before` is its content, where that was read already.

    Raises:
        CannotAnnotateError: it cannot carry marks.
    """
    before = before or read_without_marks(data, limits)
    out = annotate(data, issues_all_over(before), (), catalog, "vi", limits=limits)
    known = set(_faults(data))
    return [
        *(fault for fault in _faults(out) if fault not in known),
        *_differences(before, read_without_marks(out, limits)),
        *_changed_parts(data, out),
    ]


def harm_done_twice(data: bytes, catalog: Catalog) -> list[str]:
    """Return the differences after marking twice, with fewer issues the second time, read by openpyxl as well.

    Raises:
        CannotAnnotateError: it cannot carry marks.
    """
    before = read_without_marks(data)
    issues = issues_all_over(before)
    twice = annotate(annotate(data, issues, (), catalog, "vi"), issues[:1], (), catalog, "vi")
    known = set(_faults(data))
    results = [fault for fault in _faults(twice) if fault not in known]
    results += _differences(before, read_without_marks(twice))
    if open_with_openpyxl(data) is not None and open_with_openpyxl(twice) is None:
        results.append("openpyxl opens it no more")
    return results


def _faults(data: bytes) -> list[str]:
    try:
        return faults_of(data)
    except (KeyError, RuntimeError, TypeError, ValueError, SyntaxError) as error:
        return [f"no package to look at: {type(error).__name__}"]


def _differences(before: Workbook, after: Workbook) -> Iterator[str]:
    if [sheet.name for sheet in before.sheets] != [sheet.name for sheet in after.sheets]:
        yield f"sheets {[sheet.name for sheet in after.sheets]}"
        return
    for was, now in zip(before.sheets, after.sheets, strict=True):
        if was.state is not now.state:
            yield f"{was.name} is {now.state}"
        if was.contents != now.contents:
            yield f"{was.name} differs in {_where(was, now)}"
    for what in ("kind", "names", "properties"):
        if getattr(before, what) != getattr(after, what):
            yield f"{what}: {getattr(after, what)}"


def _where(was: Sheet, now: Sheet) -> str:
    cells = [cell for cell in {**was.cells, **now.cells} if was.cells.get(cell) != now.cells.get(cell)]
    notes = [cell for cell in {**was.comments, **now.comments} if was.comments.get(cell) != now.comments.get(cell)]
    return f"cells {cells[:5]}, notes {notes[:5]} {[now.comments.get(cell) for cell in notes[:2]]}"


def _changed_parts(before: bytes, after: bytes) -> Iterator[str]:
    """Yield parts that changed or moved without reason."""
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        names = list(dict.fromkeys(old.namelist()))  # of parts of one name the last is kept
        if list(dict.fromkeys(new.namelist()))[: len(names)] != names:
            yield "parts stand in another order"
        for name in names:
            low = name.casefold()
            may_change = low.endswith((*_ALWAYS, ".vml")) or any(
                word in low for word in ("worksheets/", "workbook", "comment", "person", "styles", "sheet")
            )
            if not may_change and old.read(name) != new.read(name):
                yield f"{name} has other bytes"

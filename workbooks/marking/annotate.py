"""Marking of a commune's own workbook: coloured cells, a note on each, and a sheet that lists everything.

Parts are patched; untouched parts are copied byte for byte, so that formula results, charts, macros and everything
else stay as the commune had them.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Repair, without_shadow
from domain.texts import Lang
from workbooks.cells.addresses import parse_range
from workbooks.cells.guards import Container, Limits, RefusedError, check_bytes
from workbooks.container.reader import read_workbook
from workbooks.marking.book import Book
from workbooks.marking.cell_styles import EMPTY, CellStyles
from workbooks.marking.mark_removal import is_marked, may_be_marked, without_marks
from workbooks.marking.note_text import block
from workbooks.marking.package import CannotAnnotateError, Package
from workbooks.marking.palette import gravest
from workbooks.marking.properties import remember
from workbooks.marking.relations import Relations, base_of, declare
from workbooks.marking.result_lines import UnitOutcome, issue_lines, repair_lines, severity_text
from workbooks.marking.result_sheet import ResultSheet, result_sheet
from workbooks.marking.sheet_cells import RowIndex
from workbooks.marking.sheet_notes import NotePlace, add_notes
from workbooks.marking.tags import SheetMarkup, open_sheet

Spot = tuple[int, int]
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


def annotate(
    data: bytes,
    issues: Iterable[Issue],
    repairs: Iterable[Repair],
    catalog: Catalog,
    lang: Lang,
    *,
    limits: Limits | None = None,
    units: Sequence[UnitOutcome] = (),
) -> bytes:
    """Return a copy of a commune's .xlsx or .xlsm file with its issues marked, without marks of earlier returns.

    Cells of critical issues are red, of warnings orange, each with a note; issues without a cell, issues of severity
    info and repairs are only listed. Issues of shadow rules are left out. `units` are the outcomes of a file of many
    units, listed first.

    Raises:
        CannotAnnotateError: the file cannot carry marks (an .xls, an unreadable file); see `result_workbook`.
    """
    limits = limits or Limits()
    try:
        if check_bytes(data, limits) is not Container.ZIP:
            raise CannotAnnotateError("it is no .xlsx or .xlsm file")
        package = Package(data, limits)
        if may_be_marked(package) and is_marked(workbook := read_workbook(data, limits, partly=True)):
            package = Package(without_marks(data, workbook, limits), limits)
        return _Annotation(package, catalog, lang).made(without_shadow(issues), tuple(repairs), tuple(units))
    except RefusedError as refused:
        raise CannotAnnotateError(refused.issue.code) from refused


class _Annotation:
    """The marking of one file."""

    def __init__(self, package: Package, catalog: Catalog, lang: Lang) -> None:
        self._package = package
        self._base = base_of(self._package)
        self._book = Book(self._package)
        self._styles = CellStyles(self._package, self._styles_part())
        self._catalog, self._lang = catalog, lang

    def made(self, issues: Sequence[Issue], repairs: Sequence[Repair], units: tuple[UnitOutcome, ...]) -> bytes:
        """Return the file with all issues marked and listed."""
        for name, part in self._book.worksheets.items():
            here = [issue for issue in issues if issue.sheet == name and issue.cell]
            if here:
                self._mark(part, here)
        self._list(issues, repairs, units)
        remember(self._package, self._styles.covers, self._base)
        return self._package.save()

    def _mark(self, sheet: str, issues: Sequence[Issue]) -> None:
        markup = open_sheet(self._package.read(sheet), sheet)
        by_spot = _by_spot(markup, issues)
        if not by_spot:
            return
        rows = RowIndex(markup)
        graves = {spot: gravest(issue.severity for issue in item) for spot, item in by_spot.items()}
        rows.restyle({spot: partial(self._styles.marked, severity=grave) for spot, grave in graves.items() if grave})
        place = NotePlace(self._package, self._book.part, sheet, self._book.namespace, self._base)
        add_notes(place, markup, rows, {spot: self._note(item) for spot, item in by_spot.items()})
        self._package.write(sheet, markup.changed())

    def _note(self, issues: Sequence[Issue]) -> tuple[str, str]:
        messages = [
            self._catalog.texts.text(
                "workbooks.note_issue",
                self._lang,
                severity=severity_text(issue.severity, self._catalog.texts, self._lang),
                message=self._catalog.issue_message(issue, self._lang),
                action=self._catalog.issue_action(issue, self._lang),
            )
            for issue in issues
        ]
        return block(self._catalog.texts.text("workbooks.note_heading", self._lang), "\n".join(messages))

    def _list(self, issues: Sequence[Issue], repairs: Sequence[Repair], units: tuple[UnitOutcome, ...]) -> None:
        catalog, lang = self._catalog, self._lang
        keys = ("result_marked", "result_send_again") if issues else ()
        result = ResultSheet(
            notes=tuple(catalog.texts.text(f"workbooks.{key}", lang) for key in keys),
            issues=tuple(issue_lines(issues, catalog, lang)),
            repairs=tuple(repair_lines(repairs, catalog.texts, lang)),
            sheets=frozenset(self._book.worksheets),
            units=units,
        )
        content, titles = result_sheet(result, self._styles, self._book.namespace, catalog.texts, lang)
        name = self._book.free_name(catalog.texts.text("workbooks.result_sheet", lang))
        self._book.add_sheet(name, content, self._base, titles)

    def _styles_part(self) -> str:
        """Return the styles part, creating it if the workbook has none."""
        part = self._book.styles
        if part is not None and part in self._package:
            return part
        if part is None:
            part = self._package.unused("xl/styles{}.xml")
            Relations(self._package, self._book.part).add("styles", part, self._base)
        self._package.write(part, EMPTY.format(self._book.namespace).encode())
        declare(self._package, part, _STYLES_TYPE)
        return part


def _by_spot(markup: SheetMarkup, issues: Sequence[Issue]) -> Mapping[Spot, list[Issue]]:
    """Group issues by the cell to mark: of a merged range the top left one, the only one displayed."""
    merged_ranges = [
        cells
        for tag in markup.tags("mergeCell", markup.cells_end, len(markup.data))
        if (cells := parse_range(tag.get("ref"))) is not None
    ]
    results: dict[Spot, list[Issue]] = {}
    for issue in issues:
        place = parse_range(issue.cell or "")
        if place is None or gravest([issue.severity]) is None:
            continue
        spot = place.top, place.left
        around = next((cells for cells in merged_ranges if cells.covers(*spot)), None)
        results.setdefault((around.top, around.left) if around else spot, []).append(issue)
    return dict(sorted(results.items()))

"""Which sheet of a workbook is the form and which lists the villages, whatever people have called them."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from domain.layouts import Column, Layout, Role
from workbooks.addresses import cell_address, parse_reference
from workbooks.cells import Cell, CellKind, Sheet, SheetState, Workbook
from workbooks.column_numbers import is_column_number_row
from workbooks.findings import Findings, Place
from workbooks.heading_cells import HEADING_HEIGHT
from workbooks.labels import normalise_label
from workbooks.number_text import read_number_text
from workbooks.share_text import read_share_text
from workbooks.stamp import FIGURE_ROLES, META_SHEET, FigureName, VillageName, parse_name
from workbooks.table_header import TableHeader, find_header

_FIGURE_ROLES = frozenset({*FIGURE_ROLES, Role.FIGURE})
_RESULTS = frozenset({Role.NUMERATOR, Role.FIGURE})
_LONGEST_FIGURE = 24


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sheet whose table has the headings of a form."""

    sheet: Sheet
    header: TableHeader

    @property
    def figures(self) -> tuple[Cell, ...]:
        """What stands below the headings of figures; the numbers of the columns are none."""
        return self._below(_FIGURE_ROLES)

    @property
    def is_filled_in(self) -> bool:
        """Whether somebody gave a result; denominators that are known may come with the template."""
        return any(_is_figure(cell) for cell in self._below(_RESULTS))

    def _below(self, roles: Collection[Role]) -> tuple[Cell, ...]:
        columns = {number for key, number in self.header.columns.items() if key.role in roles}
        return tuple(
            cell
            for row, cells in self.sheet.rows.items()
            if row > self.header.bottom and not self._numbers_columns(row)
            for cell in cells
            if cell.column in columns
        )

    def _numbers_columns(self, row: int) -> bool:
        is_near = row - self.header.bottom < HEADING_HEIGHT
        return is_near and is_column_number_row(self.header.own(self.sheet.rows[row]), below_heading=True)

    @property
    def first_heading(self) -> str:
        """Where its heading begins."""
        return cell_address(self.header.top, min(self.header.columns.values()))

    @property
    def is_prose(self) -> bool:
        """Whether sentences stand where figures would: a guide explains the form under the form's own headings."""
        long = [cell.text for cell in self.figures if len(cell.text) > _LONGEST_FIGURE]
        sentences = sum(read_share_text(text, is_count=True) is None for text in long)
        return 2 * sentences > len(self.figures)


def form_like(workbook: Workbook, columns: Iterable[Sequence[Column]]) -> tuple[Candidate, ...]:
    """The sheets that hold a table with one of these sets of headings."""
    sets = tuple(columns)
    found: list[Candidate] = []
    for sheet in workbook.sheets:
        header = next((header for one in sets if (header := find_header(sheet, one)) is not None), None)
        if header is not None and sheet.name != META_SHEET and not Candidate(sheet, header).is_prose:
            found.append(Candidate(sheet, header))
    return tuple(found)


def choose_form_sheet(workbook: Workbook, layouts: Sequence[Layout], findings: Findings) -> Sheet | None:
    """The form's sheet: where the defined names point, else the sheet of its name, else the only one like it."""
    candidates = form_like(workbook, (layout.columns for layout in layouts))
    wanted = layouts[0].sheet if layouts else ""
    chosen = _choose(workbook, FigureName, tuple(layout.sheet for layout in layouts), candidates)
    if chosen is not None and not _is_outshone(chosen, candidates):
        _note_ignored(chosen, candidates, findings)
        return chosen
    if candidates:
        names = ", ".join(candidate.sheet.name for candidate in candidates)
        findings.issue("several_form_sheets", found=names, expected=wanted)
    else:
        names = ", ".join(sheet.name for sheet in workbook.sheets if sheet.name != META_SHEET)
        findings.issue("form_sheet_missing", found=names, expected=wanted)
    return None


def find_village_sheet(workbook: Workbook, layouts: Sequence[Layout]) -> Sheet | None:
    """The sheet that lists the villages in any of these layouts, before it is known which of them holds."""
    names = tuple(layout.village_sheet for layout in layouts if layout.village_sheet is not None)
    candidates = form_like(workbook, (layout.village_columns for layout in layouts if layout.village_columns))
    return _choose(workbook, VillageName, names, candidates)


def choose_village_sheet(
    workbook: Workbook, layout: Layout, form_sheet: Sheet | None, findings: Findings
) -> Sheet | None:
    """The sheet that lists the villages; None, with an issue, where a layout that has one is without."""
    if layout.village_sheet is None:
        return None
    candidates = form_like(workbook, (layout.village_columns,))
    chosen = _choose(workbook, VillageName, (layout.village_sheet,), candidates)
    if chosen is not None and not _is_outshone(chosen, candidates):
        _note_ignored(chosen, candidates, findings, form_sheet)
        return chosen
    if candidates:
        names = ", ".join(candidate.sheet.name for candidate in candidates)
        findings.issue("several_form_sheets", found=names, expected=layout.village_sheet)
    else:
        findings.issue("village_sheet_missing", expected=layout.village_sheet)
    return None


def note_renamed(sheet: Sheet, expected: str, findings: Findings) -> None:
    """Record that a sheet was read which does not have the template's name for it."""
    if sheet.name != expected:
        findings.repair("sheet_renamed", Place(sheet.name, ""), sheet.name, expected)


def _choose(
    workbook: Workbook,
    kind: type[FigureName | VillageName],
    names: Sequence[str],
    candidates: Sequence[Candidate],
) -> Sheet | None:
    for pool in (
        _named_sheets(workbook, kind),
        [sheet for sheet in workbook.sheets if sheet.name in names],
        [sheet for sheet in workbook.sheets if normalise_label(sheet.name) in {normalise_label(one) for one in names}],
        [candidate.sheet for candidate in candidates],
        [candidate.sheet for candidate in candidates if candidate.sheet.state is SheetState.VISIBLE],
    ):
        if len(pool) == 1:
            return pool[0]
    return None


def _is_outshone(chosen: Sheet, candidates: Sequence[Candidate]) -> bool:
    """Whether people filled in another sheet: this one is hidden from them, or blank, and one they see has figures."""
    filled = [candidate.sheet for candidate in candidates if candidate.is_filled_in]
    is_rivalled = any(sheet is not chosen and sheet.state is SheetState.VISIBLE for sheet in filled)
    return is_rivalled and (chosen.state is not SheetState.VISIBLE or all(sheet is not chosen for sheet in filled))


def _named_sheets(workbook: Workbook, kind: type[FigureName | VillageName]) -> list[Sheet]:
    """The sheet most of the template's defined names of one kind point at."""
    targets: Counter[str] = Counter()
    for name, text in workbook.names.items():
        reference = parse_reference(text)
        if reference is not None and isinstance(parse_name(name), kind):
            targets[reference.sheet] += 1
    sheets = (workbook.sheet(name) for name, _ in targets.most_common(1))
    return [sheet for sheet in sheets if sheet is not None]


def _note_ignored(
    chosen: Sheet, candidates: Sequence[Candidate], findings: Findings, form_sheet: Sheet | None = None
) -> None:
    """Note tables like the one chosen that hold figures nobody reads; one below the form itself by its heading."""
    for candidate in candidates:
        sheet = candidate.sheet
        if sheet is chosen or not any(_is_figure(cell) for cell in candidate.figures):
            continue
        if sheet is form_sheet:
            findings.issue("table_ignored", Place(sheet.name, candidate.first_heading), expected=chosen.name)
        else:
            findings.issue("sheet_ignored", Place(sheet.name, ""), found=sheet.name, expected=chosen.name)


def _is_figure(cell: Cell) -> bool:
    return cell.kind is CellKind.NUMBER or read_number_text(cell.text, is_count=True) is not None

"""Selection of the form's sheet and the village sheet, whatever their names."""

from collections import Counter
from collections.abc import Sequence

from domain.layouts import Layout
from workbooks.cells.addresses import parse_reference
from workbooks.cells.cells import Sheet, SheetState, Workbook
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import META_SHEET, FigureCellName, VillageCellName, parse_name
from workbooks.tables.cell_shapes import resembles_figure
from workbooks.tables.form_candidates import FormCandidate, find_form_candidates
from workbooks.text.labels import normalise_label


def choose_form_sheet(workbook: Workbook, layouts: Sequence[Layout], findings: Findings) -> Sheet | None:
    """Return the sheet that defined names refer to, else the one with the form's name, else the only candidate.

    None with an issue if there is no such sheet, or another one was filled in.
    """
    candidates = find_form_candidates(workbook, (layout.columns for layout in layouts))
    wanted = layouts[0].sheet if layouts else ""
    chosen = _choose(workbook, FigureCellName, tuple(layout.sheet for layout in layouts), candidates)
    if chosen is not None and not _has_better_candidate(chosen, candidates):
        _note_ignored(chosen, candidates, findings)
        return chosen
    if candidates:
        names = ", ".join(candidate.sheet.name for candidate in candidates)
        place = FigurePlace(candidates[0].sheet.name, candidates[0].first_heading)
        findings.issue("several_form_sheets", place, found=names, expected=wanted)
    else:
        names = ", ".join(sheet.name for sheet in workbook.sheets if sheet.name != META_SHEET)
        findings.issue("form_sheet_missing", found=names, expected=wanted)
    return None


def find_village_sheet(workbook: Workbook, layouts: Sequence[Layout]) -> Sheet | None:
    """Return the sheet that lists the villages in any of these layouts, before the layout is known."""
    names = tuple(layout.village_sheet for layout in layouts if layout.village_sheet is not None)
    candidates = find_form_candidates(
        workbook, (layout.village_columns for layout in layouts if layout.village_columns)
    )
    return _choose(workbook, VillageCellName, names, candidates)


def choose_village_sheet(
    workbook: Workbook, layout: Layout, form_sheet: Sheet | None, findings: Findings
) -> Sheet | None:
    """Return the sheet that lists the villages; None if the layout has none, None with an issue if it is missing."""
    if layout.village_sheet is None:
        return None
    candidates = find_form_candidates(workbook, (layout.village_columns,))
    chosen = _choose(workbook, VillageCellName, (layout.village_sheet,), candidates)
    if chosen is not None and not _has_better_candidate(chosen, candidates):
        _note_ignored(chosen, candidates, findings, form_sheet)
        return chosen
    if candidates:
        names = ", ".join(candidate.sheet.name for candidate in candidates)
        place = FigurePlace(candidates[0].sheet.name, candidates[0].first_heading)
        findings.issue("several_form_sheets", place, found=names, expected=layout.village_sheet)
    else:
        findings.issue("village_sheet_missing", expected=layout.village_sheet)
    return None


def note_renamed(sheet: Sheet, expected: str, findings: Findings) -> None:
    """Record a repair if the sheet does not have the template's name for it."""
    if sheet.name != expected:
        findings.repair("sheet_renamed", FigurePlace(sheet.name, ""), sheet.name, expected)


def _choose(
    workbook: Workbook,
    kind: type[FigureCellName | VillageCellName],
    names: Sequence[str],
    candidates: Sequence[FormCandidate],
) -> Sheet | None:
    for pool in (
        _named_sheets(workbook, kind),
        [sheet for sheet in workbook.sheets if sheet.name in names],
        [
            sheet
            for sheet in workbook.sheets
            if normalise_label(sheet.name) in {normalise_label(name) for name in names}
        ],
        [candidate.sheet for candidate in candidates],
        [candidate.sheet for candidate in candidates if candidate.sheet.state is SheetState.VISIBLE],
    ):
        if len(pool) == 1:
            return pool[0]
    return None


def _has_better_candidate(chosen: Sheet, candidates: Sequence[FormCandidate]) -> bool:
    """Return whether another visible sheet is filled in, while the chosen one is hidden or blank."""
    filled = [candidate.sheet for candidate in candidates if candidate.is_filled_in]
    is_rivalled = any(sheet is not chosen and sheet.state is SheetState.VISIBLE for sheet in filled)
    return is_rivalled and (chosen.state is not SheetState.VISIBLE or all(sheet is not chosen for sheet in filled))


def _named_sheets(workbook: Workbook, kind: type[FigureCellName | VillageCellName]) -> list[Sheet]:
    """Return the sheet that most defined names of one kind refer to."""
    targets: Counter[str] = Counter()
    for name, text in workbook.names.items():
        reference = parse_reference(text)
        if reference is not None and isinstance(parse_name(name), kind):
            targets[reference.sheet] += 1
    sheets = (workbook.sheet(name) for name, _ in targets.most_common(1))
    return [sheet for sheet in sheets if sheet is not None]


def _note_ignored(
    chosen: Sheet, candidates: Sequence[FormCandidate], findings: Findings, form_sheet: Sheet | None = None
) -> None:
    """Note unread tables with figures that resemble the chosen one; a table on the form's sheet by its heading.

    A second form that is filled in refuses the workbook, unless it repeats the first to the letter.
    """
    for candidate in candidates:
        sheet = candidate.sheet
        if sheet is chosen or not any(resembles_figure(cell) for cell in candidate.figures):
            continue
        if sheet is form_sheet:
            findings.issue("table_ignored", FigurePlace(sheet.name, candidate.first_heading), expected=chosen.name)
        elif candidate.is_filled_in:
            _note_second(chosen, candidate, candidates, findings)
        else:
            findings.issue("sheet_ignored", FigurePlace(sheet.name, ""), found=sheet.name, expected=chosen.name)


def _note_second(chosen: Sheet, second: FormCandidate, candidates: Sequence[FormCandidate], findings: Findings) -> None:
    """Note a second filled form at the first cell in which the two differ, a figure's if there is one."""
    own = next((candidate.figures for candidate in candidates if candidate.sheet is chosen), ())
    figures = dict.fromkeys(cell.a1 for cell in (*own, *second.figures))
    here, there = chosen.cells, second.sheet.cells
    differing = (
        address
        for address in (*figures, *here, *there)
        if (here[address].raw if address in here else "") != (there[address].raw if address in there else "")
    )
    address = next(differing, None)
    if address is None:
        findings.repair("sheet_copied", FigurePlace(second.sheet.name, ""), second.sheet.name, chosen.name)
        return
    findings.issue("second_form", FigurePlace(chosen.name, address), found=second.sheet.name, expected=chosen.name)

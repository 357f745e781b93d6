"""Sheets that could not be read: they refuse a report only where they may be a part of it."""

from collections.abc import Sequence
from dataclasses import replace

from domain.catalog.catalog import Catalog
from workbooks.cells.addresses import parse_reference
from workbooks.cells.cells import Sheet, Workbook
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import META_SHEET, parse_name
from workbooks.tables.form_candidates import find_form_candidates
from workbooks.text.labels import normalise_label


def without_unread(workbook: Workbook, catalog: Catalog, findings: Findings) -> Workbook | None:
    """Return the workbook without sheets beside the report that could not be read, each recorded as a repair.

    None, with the issue of the first of these sheets, if one of them may be the form's or its villages'.
    """
    unread = [sheet for sheet in workbook.sheets if sheet.refusal is not None]
    if not unread:
        return workbook
    readable = replace(workbook, sheets=tuple(sheet for sheet in workbook.sheets if sheet.refusal is None))
    needed = next((sheet.refusal for sheet in _needed(workbook, readable, unread, catalog)), None)
    if needed is not None:
        findings.add(needed)
        return None
    for sheet in unread:
        findings.repair("sheet_unread", FigurePlace(sheet.name, ""), sheet.name, "")
    return readable


def _needed(workbook: Workbook, readable: Workbook, unread: Sequence[Sheet], catalog: Catalog) -> Sequence[Sheet]:
    layouts = catalog.forms.layouts
    names = {normalise_label(name) for layout in layouts for name in (layout.sheet, layout.village_sheet) if name}
    references = (parse_reference(text) for name, text in workbook.names.items() if parse_name(name) is not None)
    pointed = {reference.sheet for reference in references if reference is not None} | {META_SHEET}
    named = [sheet for sheet in unread if sheet.name in pointed or normalise_label(sheet.name) in names]
    if named:
        return named
    villages = [layout.village_columns for layout in layouts if layout.village_columns]
    has_form = bool(find_form_candidates(readable, (layout.columns for layout in layouts)))
    has_villages = not villages or bool(find_form_candidates(readable, villages))
    return [] if has_form and has_villages else unread

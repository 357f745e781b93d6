"""Workbooks with a sheet a unit: each sheet is parsed as a workbook of its own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePath

from domain.layouts import Layout
from domain.periods import Period
from domain.submissions import ParsedReport
from domain.texts import ascii_key
from domain.units import Level, OrgUnit
from workbooks.cells.cells import Sheet, SheetState, Workbook
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.identify.hints import Hints, codes_in_name, periods_in_name
from workbooks.identify.sources import IdentificationSources, Stamp
from workbooks.many_units.combine import FileContext, combined
from workbooks.tables.form_candidates import FormCandidate, find_form_candidates
from workbooks.text.heading_vocabulary import heading_vocabulary_of

ParseForm = Callable[[Workbook, IdentificationSources, Findings], ParsedReport]
"""The function that parses a workbook of one unit."""


def parse_unit_sheets(
    context: FileContext, layouts: Sequence[Layout], hints: Hints, parse: ParseForm
) -> ParsedReport | None:
    """Return the report of a workbook whose sheets are the forms of several units; None of any other workbook.

    The tabs of at least two name their units. Stamp and defined names are the first sheet's alone, so they are left
    out. A village sheet goes with the unit that its codes are of.
    """
    candidates = find_form_candidates(context.workbook, [layout.columns for layout in layouts])
    shown = [each for each in candidates if each.sheet.state is SheetState.VISIBLE]
    if sum(each.is_filled_in for each in shown) < 2:
        return None
    book = _UnitSheets(context, hints, parse)
    reports = [(each, book.report([each.sheet])) for each in shown]
    filled = [report for each, report in reports if each.is_filled_in]
    if len({report.unit for each, report in reports if each.is_filled_in and _names(each.sheet, report.unit)}) < 2:
        return None  # a unit's own form, with another one left beside it
    villages = book.village_sheets(layouts)
    parts = [
        (FigurePlace(each.sheet.name, ""), book.with_villages(each.sheet, report, villages))
        for each, report in reports
        if each.is_filled_in or report.unit is not None
    ]
    placed = {report.unit.code for _, report in parts if report.unit is not None}
    lost = [each.sheet for each in candidates if each not in shown and each.is_filled_in]
    lost += [sheet for code, sheets in villages.items() if code not in placed for sheet in sheets]
    for sheet in lost:
        context.findings.issue("sheet_of_no_unit", FigurePlace(sheet.name, ""), found=sheet.name)
    first = next(report for report in filled if report.unit is not None)
    whole = ParsedReport(None, _period_of_all(filled), first.form, first.layout_version)
    return combined(whole, parts, context.findings)


class _UnitSheets:
    """The sheets of one workbook, each parsed as a workbook of its own."""

    def __init__(self, context: FileContext, hints: Hints, parse: ParseForm) -> None:
        self._catalog, self._workbook, self._findings = context.catalog, context.workbook, context.findings
        self._parse = parse
        periods = periods_in_name(PurePath(hints.file_name).stem, heading_vocabulary_of(self._catalog))
        # The file's name is the officer's: only its period is every sheet's.
        stated = (next(iter(periods)).id,) if len(periods) == 1 else ()
        self._folders = (*hints.folders, *stated)

    def report(self, sheets: Sequence[Sheet]) -> ParsedReport:
        """Return the report of a form's sheet, and of the village sheet with it."""
        alone = replace(self._workbook, sheets=tuple(sheets), names={}, properties={})
        sources = IdentificationSources(Stamp(()), (), Hints(f"{sheets[0].name}.xlsx", self._folders))
        report = self._parse(alone, sources, self._findings.for_part())
        # Tabs have the names of units here.
        return replace(report, repairs=tuple(each for each in report.repairs if each.rule != "sheet_renamed"))

    def with_villages(self, sheet: Sheet, report: ParsedReport, villages: dict[str, list[Sheet]]) -> ParsedReport:
        """Return the report of a sheet with the villages of its unit, as far as it was parsed without."""
        own = villages.get(report.unit.code, []) if report.unit is not None else []
        return self.report([sheet, *own]) if own else report

    def village_sheets(self, layouts: Sequence[Layout]) -> dict[str, list[Sheet]]:
        """Return the village sheets that are filled in by the code of their unit, "" for those of none or several."""
        columns = [layout.village_columns for layout in layouts if layout.village_columns]
        results: dict[str, list[Sheet]] = {}
        for candidate in find_form_candidates(self._workbook, columns):
            if candidate.is_filled_in:
                results.setdefault(self._unit_of_villages(candidate), []).append(candidate.sheet)
        return results

    def _unit_of_villages(self, candidate: FormCandidate) -> str:
        texts = {str(cell.value).strip() for cell in candidate.sheet.cells.values()}
        versions = (unit for text in texts for unit in self._catalog.units.versions(text))
        units = {unit.parent for unit in versions if unit.level is Level.VILLAGE and unit.parent}
        return units.pop() if len(units) == 1 else ""


def _names(sheet: Sheet, unit: OrgUnit | None) -> bool:
    """Return whether the tab of a sheet names the unit that its form is of."""
    if unit is None:
        return False
    return unit.code in codes_in_name(sheet.name) or ascii_key(unit.bare_name) in ascii_key(sheet.name)


def _period_of_all(reports: Sequence[ParsedReport]) -> Period | None:
    periods = {report.period for report in reports}
    return periods.pop() if len(periods) == 1 else None

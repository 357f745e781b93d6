"""Report parsing: from the bytes of a file to observations, repairs and all issues, in one pass."""

from collections.abc import Iterator
from dataclasses import replace

from domain.catalog.catalog import Catalog
from domain.indicators import Absence
from domain.layouts import Form, Layout
from domain.observations import Observation
from domain.periods import Period
from domain.submissions import ParsedReport
from domain.units import OrgUnit
from workbooks.cells.cells import Sheet, SheetState, Workbook
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.guards import Limits, RefusedError, check_name
from workbooks.cells.stamp import META_SHEET
from workbooks.identify.agreement import agree
from workbooks.identify.form import identify_form, identify_layout
from workbooks.identify.heading import Heading, read_cover, read_heading
from workbooks.identify.hints import Hints
from workbooks.identify.period import hinted_periods, identify_period, stated_periods
from workbooks.identify.sources import IdentificationSources, Stamp, read_stamp
from workbooks.identify.unit import identify_unit
from workbooks.many_units.by_sheet import parse_unit_sheets
from workbooks.many_units.combine import FileContext
from workbooks.marking.mark_removal import read_without_marks
from workbooks.report.cell_comments import note_comments
from workbooks.report.figures import SheetContext, parse_line
from workbooks.report.other_figures import note_other_figures
from workbooks.report.own_checks import without_checks
from workbooks.report.provisional_words import note_provisional_words
from workbooks.report.split_form import note_split
from workbooks.report.totals import check_totals
from workbooks.report.unit_column import check_units
from workbooks.report.unit_rows import parse_unit_rows
from workbooks.report.unread_sheets import without_unread
from workbooks.report.unused_figures import DueIndicators, due_indicators, note_unused_figures
from workbooks.report.villages import parse_villages
from workbooks.tables.form_candidates import find_form_candidates
from workbooks.tables.form_sheet import (
    choose_form_sheet,
    choose_village_sheet,
    find_village_sheet,
    note_renamed,
)
from workbooks.tables.locate import locate_lines
from workbooks.tables.table_header import find_header
from workbooks.tables.village_register import VillageRegister
from workbooks.tables.village_table import locate_villages, note_unregistered
from workbooks.text.heading_vocabulary import HeadingVocabulary, heading_vocabulary_of
from workbooks.text.legacy_fonts import LegacyFonts


def parse_report(data: bytes, catalog: Catalog, hints: Hints, limits: Limits | None = None) -> ParsedReport:
    """Parse a file; never raises on a bad file, anything wrong is among the issues.

    Unit and period of a file that cannot be read are taken from its folders and name, as far as these tell.
    """
    required = {indicator.id for indicator in catalog.indicators.values() if indicator.absence is Absence.REFUSE}
    findings = Findings(catalog.texts.issues, required)
    try:
        check_name(hints.file_name, len(data))
        read = without_checks(read_without_marks(data, limits, partly=True), catalog)
        workbook = without_unread(read, catalog, findings)
    except RefusedError as refused:
        findings.add(refused.issue)
        workbook = None
    if workbook is None:
        return _unparsed(catalog, hints, findings)
    _note_strays(workbook, findings)
    fonts = LegacyFonts(workbook, catalog, findings)
    workbook = fonts.workbook
    sources = IdentificationSources(read_stamp(workbook), _headings(catalog, workbook), hints)
    context = FileContext(catalog, workbook, findings)
    table = parse_unit_rows(context, sources)
    if table is not None:
        return table
    form = identify_form(catalog, sources, workbook, findings)
    if form is None:
        return _unparsed(catalog, hints, findings)
    layouts = [layout for layout in catalog.forms.layouts if layout.form == form.id and layout.units_by_sheet]

    def parse(book: Workbook, of_book: IdentificationSources, own: Findings) -> ParsedReport:
        report = _parse_form(catalog, form, book, of_book, own)
        fonts.record(report.observations, own, [sheet.name for sheet in book.sheets])
        return replace(report, repairs=own.repairs)

    of_units = parse_unit_sheets(context, layouts, hints, parse) if layouts else None
    return of_units or parse(workbook, sources, findings)


def _unparsed(catalog: Catalog, hints: Hints, findings: Findings) -> ParsedReport:
    unit, period = _place_by_hints(catalog, hints)
    return ParsedReport(unit, period, None, None, issues=findings.issues)


def _parse_form(
    catalog: Catalog, form: Form, workbook: Workbook, sources: IdentificationSources, findings: Findings
) -> ParsedReport:
    vocabulary = heading_vocabulary_of(catalog)
    layouts = sorted(
        (layout for layout in catalog.forms.layouts if layout.form == form.id),
        key=lambda layout: layout.valid_from,
        reverse=True,
    )
    sheet = choose_form_sheet(workbook, layouts, findings)
    if sheet is not None:
        headings = (
            _heading(sheet, layouts, vocabulary),
            *_village_headings(workbook, sheet, layouts, vocabulary),
            *_covers(workbook, layouts, vocabulary),
        )
        sources = replace(sources, headings=headings)
    period = identify_period(form, catalog.forms.calendar_of(form.id), vocabulary, sources, findings)
    layout = identify_layout(catalog, form, period, (sources.stamp, workbook), findings)
    if period is not None:
        unit = identify_unit(catalog, form.level, catalog.forms.last_day(form.id, period), sources, findings)
    else:
        unit = _unit_of_any_period(catalog, form, sources, findings)
    due = due_indicators(catalog, form.id, unit, period) if unit is not None and period is not None else None
    observations: list[Observation] = []
    if sheet is not None and layout is not None:
        note_renamed(sheet, layout.sheet, findings)
        context = SheetContext(catalog, sheet, findings)
        form_table = locate_lines(catalog.indicators, workbook, sheet, layout, findings)
        observations.extend(parse_line(context, line, unit.code if unit else "") for line in form_table.lines)
        note_split(context, workbook, layout, form_table)
        note_other_figures(context, layout, form_table.lines, period)
        note_provisional_words(context, layout, form_table.lines, sources.headings, period)
        note_comments(context, observations)
        check_units(context, layout, form_table.lines)
        check_totals(context, form_table.totals, observations)
        if due is not None:
            labels = {line.indicator: line.label for line in form_table.lines}
            note_unused_figures(context, observations, labels, due)
    if layout is not None and due is not None:
        observations.extend(_parse_villages(catalog, workbook, layout, due, findings, form_sheet=sheet))
    return ParsedReport(
        unit,
        period,
        form.id,
        layout.version if layout else None,
        tuple(observations) if unit else (),
        findings.repairs,
        findings.issues,
    )


def _parse_villages(
    catalog: Catalog,
    workbook: Workbook,
    layout: Layout,
    due: DueIndicators,
    findings: Findings,
    *,
    form_sheet: Sheet | None,
) -> tuple[Observation, ...]:
    sheet = choose_village_sheet(workbook, layout, form_sheet, findings)
    register = VillageRegister(due.villages)
    if sheet is not None and not register.villages:
        note_unregistered(sheet, layout, findings)
        return ()
    table = locate_villages(workbook, sheet, layout, register, findings) if sheet is not None else None
    if sheet is None or table is None:
        return ()
    note_renamed(sheet, layout.village_sheet or "", findings)
    context = SheetContext(catalog, sheet, findings)
    parsed = parse_villages(context, layout, table, register)
    note_comments(context, parsed.observations)
    check_totals(context, parsed.totals, parsed.observations)
    labels = {column.indicator: column.header for column in layout.village_columns if column.indicator is not None}
    note_unused_figures(context, parsed.observations, labels, due)
    return parsed.observations


def _headings(catalog: Catalog, workbook: Workbook) -> tuple[Heading, ...]:
    """Return the heading above each table that looks like a form's, or of every sheet if there is none."""
    candidates = find_form_candidates(workbook, [layout.columns for layout in catalog.forms.layouts])
    vocabulary = heading_vocabulary_of(catalog)
    if candidates:
        return tuple(read_heading(candidate.sheet, candidate.header.top, vocabulary) for candidate in candidates)
    return tuple(read_heading(sheet, None, vocabulary) for sheet in workbook.sheets if sheet.name != META_SHEET)


def _heading(sheet: Sheet, layouts: list[Layout], vocabulary: HeadingVocabulary) -> Heading:
    headers = (find_header(sheet, layout.columns) for layout in layouts)
    header = next((header for header in headers if header is not None), None)
    return read_heading(sheet, header.top if header else None, vocabulary)


def _village_headings(
    workbook: Workbook, form_sheet: Sheet, layouts: list[Layout], vocabulary: HeadingVocabulary
) -> Iterator[Heading]:
    """Yield the heading of the village sheet, which shows a sheet left over from another month or unit."""
    sheet = find_village_sheet(workbook, layouts)
    columns = next((layout.village_columns for layout in layouts if layout.village_columns), ())
    header = find_header(sheet, columns) if sheet is not None and sheet is not form_sheet else None
    if sheet is not None and header is not None:
        yield read_heading(sheet, header.top, vocabulary)


def _unit_of_any_period(
    catalog: Catalog, form: Form, sources: IdentificationSources, findings: Findings
) -> OrgUnit | None:
    """Return the unit whose report it is in every period that it may be of: that unit is answered."""
    calendar, vocabulary = catalog.forms.calendar_of(form.id), heading_vocabulary_of(catalog)
    days = [calendar.last_day(period) for period in stated_periods(form, calendar, vocabulary, sources)]
    units = {identify_unit(catalog, form.level, day, sources, Findings({})) for day in days}
    only = next(iter(units)) if len(units) == 1 else None
    return only or identify_unit(catalog, form.level, None, sources, findings)


def _covers(workbook: Workbook, layouts: list[Layout], vocabulary: HeadingVocabulary) -> Iterator[Heading]:
    """Yield the months stated at the top of visible sheets that hold neither form nor villages."""
    columns = [layout.columns for layout in layouts] + [layout.village_columns for layout in layouts]
    of_tables = {candidate.sheet.name for candidate in find_form_candidates(workbook, filter(None, columns))}
    for sheet in workbook.sheets:
        if sheet.state is SheetState.VISIBLE and sheet.name not in of_tables:
            yield read_cover(sheet, vocabulary)


def _note_strays(workbook: Workbook, findings: Findings) -> None:
    for sheet in workbook.sheets:
        if sheet.strays:
            findings.issue("stray_spaces", FigurePlace(sheet.name, sheet.strays[0]), found=", ".join(sheet.strays[:5]))


def _place_by_hints(catalog: Catalog, hints: Hints) -> tuple[OrgUnit | None, Period | None]:
    """Return unit and period as folders and file name give them, so that a refused file has a sender."""
    vocabulary = heading_vocabulary_of(catalog)
    for form in catalog.forms.by_id.values():
        period = agree(list(hinted_periods(form, vocabulary, hints))).value
        if period is not None:
            sources = IdentificationSources(Stamp(()), (), hints)
            day = catalog.forms.last_day(form.id, period)
            return identify_unit(catalog, form.level, day, sources, Findings({})), period
    return None, None

"""Check a catalogue before it is put to use: what lacks a document, what ends soon, which forms cannot be read back."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole, Layout
from domain.periods import Frequency, Period
from domain.texts import Lang
from domain.units import OrgUnit
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.sample.figures import ReportFigures, invent_figures
from workbooks.sample.fill import entries_of, fill
from workbooks.sample.series import SampleSeries
from workbooks.template.assignment import Assignment, assign
from workbooks.template.save import save
from workbooks.template.stamp import remove_stamp
from workbooks.template.unit_table import FIRST_ROW, make_unit_table
from workbooks.template.workbook import make_blank

_AHEAD: Final = timedelta(days=60)
"""How long before an end it is warned of: time for next year's plan or notice to come and to be entered."""
_MOST_NAMES: Final = 8
_LONGEST: Final = 12
"""Most periods after a layout's first day in which its first report is looked for."""
_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class CatalogNotice:
    """Something that a catalogue in order still lacks: key and facts of its text in `messages/`.

    `is_fault`: the catalogue should not be put to use like this.
    """

    key: str
    facts: Mapping[str, object]
    is_fault: bool = False


def check_catalog(catalog: Catalog, today: date, lang: Lang) -> tuple[CatalogNotice, ...]:
    """Return what a catalogue lacks on a day, names in a language.

    Every layout is filled in with invented figures and read back.
    """
    return (
        *_unread_layouts(catalog),
        *_ending_layouts(catalog, today),
        *_ending_targets(catalog, today, lang),
        *_ending_holidays(catalog, today),
        *_without_document(catalog, lang),
    )


def _unread_layouts(catalog: Catalog) -> Iterator[CatalogNotice]:
    if catalog.sample.typical is None:
        yield CatalogNotice("catalog_layouts_untried", {})
        return
    series = SampleSeries(catalog, _SEED)
    for layout in catalog.forms.layouts:
        fault = _unread(catalog, layout, series)
        if fault is not None:
            facts = {"form": catalog.forms.form(layout.form).number, "version": layout.version, "fault": fault}
            yield CatalogNotice("catalog_layout_unread", facts, is_fault=True)


def _unread(catalog: Catalog, layout: Layout, series: SampleSeries) -> str | None:
    """Return what is wrong with a layout's workbook, filled in by its first reporting unit and read; None: nothing."""
    period = _first_period(catalog, layout)
    unit = None if period is None else _first_unit(catalog, layout.form, period)
    if period is None or unit is None:
        return "–"
    if layout.unit_columns:
        return _misread_table(catalog, layout, unit, period)
    assignment = assign(catalog, layout.form, unit, period)
    figures = invent_figures(series, assignment)
    return _misread(assignment, figures, has_stamp=True) or _misread(assignment, figures, has_stamp=False)


def _misread_table(catalog: Catalog, layout: Layout, unit: OrgUnit, period: Period) -> str | None:
    """Return what is read otherwise than it was written from a table of one unit; None: nothing."""
    blank, counts = make_unit_table(catalog, layout.form, unit.code, period), set[int]()
    for number, column in enumerate(layout.unit_columns, 1):
        if column.role in {ColumnRole.DENOMINATOR, ColumnRole.NUMERATOR}:
            blank.workbook.worksheets[0].cell(FIRST_ROW, number, number)
            counts.add(number)
    report = parse_report(save(blank), catalog, Hints(blank.assignment.file_name))
    observations = [each for part in report.parts for each in part.observations]
    figures = [figure for each in observations for figure in (each.numerator, each.denominator) if figure is not None]
    issues = [f"{issue.code} {issue.cell or ''}".strip() for part in report.whole for issue in part.issues]
    is_read = {figure.number for figure in figures} == counts
    return ", ".join(issues[:_MOST_NAMES]) or (None if is_read else layout.version)


def _misread(assignment: Assignment, figures: ReportFigures, *, has_stamp: bool) -> str | None:
    """Return what is read otherwise than it was written, from the form itself or from a copy without stamp."""
    blank = make_blank(assignment)
    if not has_stamp:
        remove_stamp(blank.workbook)
    data, layout = fill(blank, entries_of(blank, figures), None), assignment.layout
    report = parse_report(data, assignment.catalog, Hints(assignment.file_name))
    if (report.unit, report.period, report.layout_version) != (assignment.unit, assignment.period, layout.version):
        return ", ".join(issue.code for issue in report.issues) or report.layout_version
    read = {
        (seen.indicator, role): figure.number
        for seen in report.observations
        if seen.unit == assignment.unit.code
        for role, figure in ((ColumnRole.NUMERATOR, seen.numerator), (ColumnRole.DENOMINATOR, seen.denominator))
        if figure is not None
    }
    wrong = [f"{name}.{role}" for (name, role), number in _written(figures, layout) if read.get((name, role)) != number]
    wrong += [f"{issue.code} {issue.cell or ''}".strip() for issue in report.issues]
    return ", ".join(wrong[:_MOST_NAMES]) or None


def _written(figures: ReportFigures, layout: Layout) -> Iterator[tuple[tuple[str, ColumnRole], int]]:
    """Yield the figures of the form sheet's own lines."""
    return ((place, number) for place, number in figures.form.items() if place[0] in layout.indicators)


def _first_period(catalog: Catalog, layout: Layout) -> Period | None:
    first = Period(layout.valid_from.year, layout.valid_from.month, Frequency.MONTH)
    period = first.within(catalog.forms.form(layout.form).frequency)
    for _ in range(_LONGEST):
        day = catalog.forms.last_day(layout.form, period)
        if layout.holds_on(day) and catalog.forms.layout_for(layout.form, period) is layout:
            return period
        period = period.shift(1)
    return None


def _first_unit(catalog: Catalog, form: str, period: Period) -> OrgUnit | None:
    """Return a unit that owes a form, with registered villages where any has them."""
    day = catalog.forms.last_day(form, period)
    areas = sorted(catalog.obligations.areas_owing(form, day))
    units = [unit for area in areas for unit in catalog.owing_units(form, area, period)]
    return next((unit for unit in units if catalog.units.villages(unit, day)), units[0] if units else None)


def _ending_layouts(catalog: Catalog, today: date) -> Iterator[CatalogNotice]:
    """Yield the forms whose last layout, or whose last obligation, ends without one that follows."""
    for form in catalog.forms.by_id.values():
        layouts = [layout.valid_to for layout in catalog.forms.layouts if layout.form == form.id]
        obligations = [owing.valid_to for owing in catalog.obligations.obligations if owing.form == form.id]
        for key, ends in (("catalog_layout_ends", layouts), ("catalog_obligation_ends", obligations)):
            last = max((end or date.max for end in ends), default=None)
            if last is None or last <= today + _AHEAD:
                yield CatalogNotice(key, {"form": form.number, "day": "–" if last is None else f"{last:%d/%m/%Y}"})


def _ending_targets(catalog: Catalog, today: date, lang: Lang) -> Iterator[CatalogNotice]:
    last_years: dict[str, int] = {}
    for target in catalog.targets.rows:
        last_years[target.indicator] = max(target.year, last_years.get(target.indicator, 0))
    by_year: dict[int, list[str]] = defaultdict(list)
    for indicator, year in last_years.items():
        by_year[year].append(indicator)
    for year, indicators in sorted(by_year.items()):
        january = Period(year + 1, 1, Frequency.MONTH)
        first_day = min(calendar.first_day(january) for calendar in catalog.forms.calendars.values())
        lacking = [indicator for indicator in indicators if catalog.indicators[indicator].holds_on(first_day)]
        if lacking and first_day <= today + _AHEAD:
            facts = {"year": year, "next": year + 1, "day": f"{first_day:%d/%m/%Y}"}
            yield CatalogNotice("catalog_targets_end", facts | _named(catalog, lacking, lang))


def _ending_holidays(catalog: Catalog, today: date) -> Iterator[CatalogNotice]:
    year = max((day.year for day in catalog.forms.holidays), default=today.year - 1)
    if date(year, 12, 31) <= today + _AHEAD:
        yield CatalogNotice("catalog_holidays_end", {"year": year, "next": year + 1})


def _without_document(catalog: Catalog, lang: Lang) -> Iterator[CatalogNotice]:
    """Yield the indicators whose source names no document, by number or year, and those with assumed targets."""
    unsourced = [
        indicator.id for indicator in catalog.indicators.values() if not any(map(str.isdigit, indicator.source))
    ]
    if unsourced:
        yield CatalogNotice("catalog_no_source", _named(catalog, unsourced, lang))
    assumed = [target.indicator for target in catalog.targets.rows if target.assumed]
    if assumed:
        facts = {"rows": len(assumed), "all": len(catalog.targets.rows)}
        yield CatalogNotice("catalog_targets_assumed", facts | _named(catalog, dict.fromkeys(assumed), lang))


def _named(catalog: Catalog, indicators: Mapping[str, None] | list[str], lang: Lang) -> dict[str, object]:
    """Return how many indicators there are, and the names of the first with their ids."""
    names = [f"{catalog.indicators[name].name.get(lang)} ({name})" for name in indicators]
    shown = "; ".join(names[:_MOST_NAMES]) + ("; …" if len(names) > _MOST_NAMES else "")
    return {"count": len(names), "names": shown}

"""Instruction sheet of a template: how to fill in the form, and the definition of each indicator."""

from openpyxl.worksheet.worksheet import Worksheet

from workbooks.template.assignment import Assignment, short_date
from workbooks.template.page import PagedSheet
from workbooks.template.styles import StyleName

_WIDTHS = (7, 42, 42, 42, 14)


def write_guide_sheet(sheet: Worksheet, assignment: Assignment) -> None:
    """Fill the instruction sheet."""
    page, text = PagedSheet(sheet, _WIDTHS), assignment.text
    page.put_across(1, 1, page.last_column, text("guide_title", number=assignment.form.number), StyleName.TITLE)
    page.put_across(3, 1, page.last_column, text("guide_steps"), StyleName.GUIDE_HEAD)
    row = 4
    for step in _steps(assignment):
        page.put(row, 1, "-", StyleName.SIGN_HINT)
        page.put_across(row, 2, page.last_column, step, StyleName.GUIDE)
        row += 1
    row += 1
    page.put_across(row, 1, page.last_column, text("guide_definitions"), StyleName.GUIDE_HEAD)
    last_row = _write_definitions(page, row + 1, assignment)
    page.set_up_print((row + 1, row + 1), last_row, text("form_number", number=assignment.form.number), text("page"))
    page.protect()


def _steps(assignment: Assignment) -> list[str]:
    text, layout = assignment.text, assignment.layout
    steps = [
        text(
            "guide_period",
            name=assignment.period_name,
            first=short_date(assignment.first_day),
            last=short_date(assignment.last_day),
            deadline=short_date(assignment.deadline),
            receiver=assignment.receiver,
        ),
        text("guide_inputs", sheet=layout.sheet),
    ]
    if layout.village_sheet is not None:
        is_registered = bool(assignment.catalog.units.villages(assignment.unit, assignment.last_day))
        key = "guide_villages" if is_registered else "guide_villages_unregistered"
        steps.append(text(key, sheet=layout.village_sheet))
    if assignment.past:
        steps.append(text("guide_prefilled"))
    steps += [
        text("guide_numbers"),
        text("guide_three_states", mark=assignment.not_applicable_mark),
        text("guide_required", mark=assignment.not_applicable_mark),
        text("guide_ratio"),
        text("guide_register"),
        text("guide_not_due"),
        *([text("guide_checks")] if layout.checks else []),
        text("guide_correction"),
    ]
    return steps


def _write_definitions(page: PagedSheet, row: int, assignment: Assignment) -> int:
    """Write the table of indicators; return its last row."""
    headers = ("order", "indicator", "numerator", "denominator", "frequency")
    for number, header in enumerate(headers, 1):
        page.put(row, number, assignment.text(f"guide_column_{header}"), StyleName.HEADER)
    layout, indicators = assignment.layout, assignment.catalog.indicators
    for order, entry in enumerate(layout.indicators + layout.village_indicators, 1):
        row += 1
        indicator = indicators[entry]
        page.put(row, 1, order, StyleName.CENTRED)
        texts = (indicator.name, indicator.numerator, indicator.denominator)
        for number, item in enumerate(texts, 2):
            page.put_fitting(row, number, item.vi if item else "", StyleName.LABEL)
        page.put(row, len(headers), assignment.text(f"frequency_{indicator.frequency.value}"), StyleName.CENTRED)
    return row

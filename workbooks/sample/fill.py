"""Filling in and saving of a form: figures, answers and the date of signing."""

from collections.abc import Mapping
from datetime import date

from domain.layouts import Input
from workbooks.sample.figures import ReportFigures
from workbooks.template.blank import Blank
from workbooks.template.save import save

CellValue = str | int | float | None
CellEntries = dict[tuple[str, str], CellValue]
"""Entered values by sheet and A1 address."""


def entries_of(blank: Blank, figures: ReportFigures) -> CellEntries:
    """Return the entries for these figures, without denominators that are prefilled."""
    form = blank.form
    entries: CellEntries = {
        (form.sheet, form.figures[place]): number for place, number in figures.form.items() if place in form.figures
    }
    villages = blank.villages
    if villages is not None and villages.registered:
        for cells, line in zip(villages.lines, figures.villages, strict=True):
            for indicator, number in line.items():
                entries[villages.sheet, cells[indicator]] = _answer(blank, indicator, number)
    return entries


def fill(blank: Blank, entries: Mapping[tuple[str, str], CellValue], signed: date | None) -> bytes:
    """Write entries and date into the form, and save it with the percentages that Excel would compute."""
    for (sheet, address), value in entries.items():
        cell = blank.workbook[sheet][address]
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
    if signed is not None:
        blank.workbook[blank.form.sheet][blank.form.place].value = blank.assignment.place_line(signed)
    return save(blank)


def _answer(blank: Blank, indicator: str, number: int) -> CellValue:
    columns = blank.assignment.layout.village_columns
    if any(column.indicator == indicator and column.input is Input.YES_NO for column in columns):
        return blank.assignment.text("yes" if number else "no")
    return number

"""What an input cell takes: a whole number, a number, or a choice, with a hint and an answer in Vietnamese."""

from collections.abc import Iterable

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from workbooks.template_assignment import Assignment


def take_numbers(sheet: Worksheet, cells: Iterable[str], decimals: int, assignment: Assignment) -> None:
    """Let cells take numbers from 0, whole ones unless decimals are allowed.

    Anything else is asked about, not refused outright: the mark for "not applicable" is text, and has to be possible.
    """
    kind = "decimal" if decimals else "count"
    mark = assignment.not_applicable_mark
    rule = DataValidation(
        type="decimal" if decimals else "whole",
        operator="greaterThanOrEqual",
        formula1="0",
        allow_blank=True,
        errorStyle="warning",
        showErrorMessage=True,
        showInputMessage=True,
        errorTitle=assignment.text("refused_title"),
        error=assignment.text(f"refused_{kind}", mark=mark),
        promptTitle=assignment.text("input_title"),
        prompt=assignment.text(f"input_{kind}", mark=mark),
    )
    _apply(sheet, rule, cells)


def take_yes_or_no(sheet: Worksheet, cells: Iterable[str], assignment: Assignment) -> None:
    """Let cells take yes or no, from a list."""
    yes, no = assignment.text("yes"), assignment.text("no")
    rule = DataValidation(
        type="list",
        formula1=f'"{yes},{no}"',
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=True,
        errorTitle=assignment.text("refused_title"),
        error=assignment.text("refused_choice", yes=yes, no=no),
        promptTitle=assignment.text("input_title"),
        prompt=assignment.text("input_choice", yes=yes, no=no),
    )
    _apply(sheet, rule, cells)


def _apply(sheet: Worksheet, rule: DataValidation, cells: Iterable[str]) -> None:
    wanted = " ".join(cells)
    if wanted:
        rule.sqref = wanted
        sheet.add_data_validation(rule)

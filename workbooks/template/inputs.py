"""Data validation of input cells: whole numbers, decimals or a choice, with prompt and message in Vietnamese."""

from collections.abc import Iterable

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from domain.periods import Period
from workbooks.template.assignment import Assignment


def take_numbers(
    sheet: Worksheet,
    cells: Iterable[str],
    decimals: int,
    assignment: Assignment,
    filled_from: Period | None = None,
    *,
    is_required: bool = False,
) -> None:
    """Accept numbers from 0 up, whole ones unless decimals are allowed; `filled_from`: period of filled-in values.

    Other entries raise a warning and are not blocked, because the mark for "not applicable" is text.
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
        error=assignment.text("refused_required" if is_required else f"refused_{kind}", mark=mark),
        promptTitle=assignment.text("input_title"),
        prompt=_hint(f"input_{kind}_required" if is_required else f"input_{kind}", assignment, filled_from, mark=mark),
    )
    _apply(sheet, rule, cells)


def take_yes_or_no(
    sheet: Worksheet, cells: Iterable[str], assignment: Assignment, filled_from: Period | None = None
) -> None:
    """Accept yes or no from a list; see `take_numbers`."""
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
        prompt=_hint("input_choice", assignment, filled_from, yes=yes, no=no),
    )
    _apply(sheet, rule, cells)


def _hint(kind: str, assignment: Assignment, filled_from: Period | None, **facts: str) -> str:
    if filled_from is None:
        return assignment.text(kind, **facts)
    return assignment.text("input_prefilled", name=assignment.name_of(filled_from), **facts)


def _apply(sheet: Worksheet, rule: DataValidation, cells: Iterable[str]) -> None:
    wanted = " ".join(cells)
    if wanted:
        rule.sqref = wanted
        sheet.add_data_validation(rule)

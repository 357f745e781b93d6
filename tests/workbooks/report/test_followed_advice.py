"""Following the advice of an issue improves what the next reading finds: on every case of an issue at a cell."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from domain.submissions import ParsedReport
from tests.workbooks.cases import WorkbookCase, load_cases, make, open_case
from tests.workbooks.workbook_edits import save
from workbooks.cells.addresses import split_address
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report

_CASES = load_cases()
_ENOUGH = 2
"""Cases tried of each issue."""


def _cell(workbook: Workbook, address: str, issue: Issue) -> Cell:
    sheet = workbook[issue.sheet or ""]
    row, column = split_address(address) or (1, 1)
    for merged in [merged for merged in sheet.merged_cells.ranges if merged.min_row <= row <= merged.max_row]:
        if merged.min_col <= column <= merged.max_col and merged.size["columns"] > 1:
            sheet.unmerge_cells(str(merged))
    cell = sheet.cell(row, column)
    assert not isinstance(cell, MergedCell)
    return cell


def _retype(workbook: Workbook, issue: Issue) -> None:
    """Enter a whole number with the format General, in a cell that people see."""
    cell = _cell(workbook, issue.cell or "", issue)
    sheet = workbook[issue.sheet or ""]
    cell.number_format, cell.font = "General", Font()
    cell.value, cell.comment = 75, None
    sheet.conditional_formatting = ConditionalFormattingList()
    sheet.row_dimensions[cell.row].hidden = False
    sheet.column_dimensions[cell.column_letter].hidden = False


def _clear(workbook: Workbook, issue: Issue) -> None:
    cell = _cell(workbook, issue.cell or "", issue)
    cell.value = cell.comment = None


def _clear_figures(workbook: Workbook, issue: Issue) -> None:
    """Clear the figures of a line, in the columns of the shipped layout."""
    row, _ = split_address(issue.cell or "") or (0, 0)
    for column in "DEF":
        _cell(workbook, f"{column}{row}", issue).value = None


def _expected(workbook: Workbook, issue: Issue) -> None:
    """Write what the template has, as the issue quotes it."""
    _cell(workbook, issue.cell or "", issue).value = issue.expected


def _candidate(workbook: Workbook, issue: Issue) -> None:
    _cell(workbook, issue.cell or "", issue).value = issue.facts["candidates"].split("; ")[0]


def _mark(workbook: Workbook, issue: Issue) -> None:
    """Put a number in place of the mark for not applicable."""
    _cell(workbook, issue.facts["mark_cell"], issue).value = 100


def _counts(workbook: Workbook, issue: Issue) -> None:
    """Give both counts beside a percentage, in the columns of the shipped layout."""
    row, _ = split_address(issue.cell or "") or (0, 0)
    for column, number in (("D", 100), ("E", 75)):
        _cell(workbook, f"{column}{row}", issue).value = number


def _answer(workbook: Workbook, issue: Issue) -> None:
    _cell(workbook, issue.cell or "", issue).value = "Có"


def _uncomment(workbook: Workbook, issue: Issue) -> None:
    _cell(workbook, issue.cell or "", issue).comment = None


def _own_sheet(workbook: Workbook, issue: Issue) -> None:
    """Keep the unit's form of the period, and delete the other sheet."""
    del workbook[issue.found or ""]


def _period_line(workbook: Workbook, _issue: Issue) -> None:
    """Write the line of the period as the text has it, where the shipped layout has it."""
    workbook["Biểu 01-T"]["A6"].value = "Kỳ báo cáo: Tháng 5/2025"


def _period_line_there(workbook: Workbook, issue: Issue) -> None:
    _cell(workbook, issue.cell or "", issue).value = "Kỳ báo cáo: Tháng 5/2025"


def _unit_line(workbook: Workbook, _issue: Issue) -> None:
    workbook["Biểu 01-T"]["A2"].value = "UBND XÃ LÂM SƠN"


def _superior_line(workbook: Workbook, _issue: Issue) -> None:
    workbook["Biểu 01-T"]["A1"].value = "UBND HUYỆN BẮC QUANG"


def _signature(workbook: Workbook, issue: Issue) -> None:
    """Correct the day of the signature to one in the days after the period."""
    _cell(workbook, issue.cell or "", issue).value = "Lâm Sơn, ngày 16 tháng 5 năm 2025"


def _as_result(workbook: Workbook, issue: Issue) -> None:
    """Move a figure to the column of results."""
    cell = _cell(workbook, issue.cell or "", issue)
    workbook[issue.sheet or ""].cell(cell.row, 5).value, cell.value = cell.value, None


def _one_row(workbook: Workbook, issue: Issue) -> None:
    """Keep the first of two rows."""
    workbook[issue.sheet or ""].delete_rows((split_address(issue.cell or "") or (1, 1))[0])


_RETYPED = (
    "text_where_number", "percent_where_count", "date_where_number", "fraction_where_count", "shown_otherwise",
    "shown_rounded", "shown_with_words", "shown_by_condition", "unseen_figure", "zero_not_shown", "struck_figure",
    "scaled_number", "unit_not_known", "share_where_count", "error_value", "formula_without_value", "ambiguous_number",
    "number_too_large", "too_many_decimals", "hidden_figure", "merged_figure",
)  # fmt: skip
_FOLLOWED: dict[str, Callable[[Workbook, Issue], None]] = {
    **dict.fromkeys(_RETYPED, _retype),
    **dict.fromkeys(
        ("percent_error", "percent_unreadable", "heading_provisional", "note_of_doubt", "content_out_of_bounds"), _clear
    ),
    **dict.fromkeys(("unit_changed", "unit_scaled", "heading_changed", "village_renamed"), _expected),
    **dict.fromkeys(("figure_on_section", "figure_without_label"), _clear_figures),
    **dict.fromkeys(("period_missing", "period_unreadable", "period_of_other_kind"), _period_line),
    "period_cumulative": _period_line_there,
    **dict.fromkeys(("signed_early", "signed_late"), _signature),
    "unit_missing": _unit_line,
    "unit_ambiguous": _superior_line,
    "figure_not_asked": _as_result,
    **dict.fromkeys(("line_twice", "village_twice"), _one_row),
    "label_unplaced": _candidate,
    "figure_beside_not_applicable": _mark,
    "percent_alone": _counts,
    "yes_no_expected": _answer,
    "cell_comment": _uncomment,
    "second_form": _own_sheet,
}
"""What a person does who follows the advice, by issue."""


_UNCLEAR = ("two_lines_in_one_row", "heading_that_lost_its_font")
"""Cases with several remedies, between which only a person can choose, or of another unit than the remedy writes."""


_SAVED_ANEW = (
    "file_empty", "file_too_large", "encrypted", "old_xls", "old_office_file", "xlsb", "ods", "xml_2003", "html_file",
    "text_file", "not_a_workbook", "lock_file", "result_sent_back", "zip_truncated", "zip_damaged", "zip_password",
    "zip_duplicate_part", "zip_too_many_parts", "zip_part_too_large", "zip_too_large", "zip_bomb", "part_missing",
    "sheet_without_part", "part_encoding", "part_too_complex", "xml_damaged", "xml_doctype", "no_sheets",
    "too_many_texts", "text_too_long", "too_many_cells", "duplicate_cell", "cell_damaged", "stray_spaces",
)  # fmt: skip
"""Issues whose remedy is to send the workbook itself, saved by a spreadsheet program without what was damaged."""

_ISSUED_FORM = (
    "unknown_form", "form_disagrees", "unknown_layout_version", "no_layout_in_force", "layout_not_in_force",
    "stamp_unreadable", "form_sheet_missing", "several_form_sheets", "village_sheet_missing", "too_many_sheets",
    "sheet_ignored", "form_split", "header_missing", "column_missing", "column_twice", "column_ignored", "line_missing",
    "label_disagrees", "label_unknown", "label_changed", "label_ambiguous", "code_disagrees", "code_unknown",
    "line_of_villages", "table_twice", "table_ignored", "table_transposed", "heading_of_others", "heading_spans",
    "figure_misplaced", "figure_in_notes", "village_unknown", "village_disagrees", "font_mixed", "font_lost",
    "unit_disagrees", "period_disagrees", "period_days_differ", "unknown_unit", "unit_name_unknown",
    "unit_not_in_force", "unit_not_yet_valid", "total_differs",
    "page_header_provisional", "note_of_money",
)  # fmt: skip
"""Issues whose remedy is to leave or restore the words, columns and lines of the unit's issued form."""

_NOT_FOLLOWED = {
    "the figures decide, which a person alone knows": ("share_disagrees", "percent_unclear", "figure_not_due"),
    "the office has to act": ("villages_not_registered", "not_owed", "period_not_open", "refused_by_person"),
    "there is nothing to do": ("percent_without_parts", "period_folder_differs", "period_tab_differs"),
    "an officer decides": ("correction_blanks_figure", "every_flow_moved", "withdrawn_before", "sender_not_authorised"),
    "the name or place is no report's": ("file_missing", "file_unreadable", "folder_without_workbook", "hidden_file"),
    "the file was well and is sent again as it is": ("landed_file_damaged",),
    "the file is never opened": ("file_infected", "file_too_large_to_scan"),
    "reading was stopped from outside": ("took_too_long", "took_too_much_memory", "reading_stopped"),
    "two files are judged together": ("two_deliveries_no_order",),
    "it is about one of many units, whose rows and sheets only their office knows": (
        "unit_twice", "unit_not_in_table", "sheet_of_no_unit", "unit_row_unknown", "unit_row_disagrees",
        "unit_row_elsewhere", "units_missing",
    ),
    "no reading yields them, the warehouse guards itself": (
        "figure_given_twice", "figure_beyond_limits", "figure_unreadable",
    ),
}  # fmt: skip
"""Issues whose advice cannot be carried out on a file, by reason."""


_OTHER_STARTS = ("results", "unit_table")
"""Starts of cases that are no unit's form."""


def _tried() -> list[tuple[WorkbookCase, str]]:
    """Return the cases in which an issue with followed advice is expected, a few of each issue."""
    counts: dict[str, int] = {}
    chosen: list[tuple[WorkbookCase, str]] = []
    for case in _CASES:
        is_made = not {"text", "hex", "zip"} & case.given.keys() and case.given.get("start") not in _OTHER_STARTS
        for code in dict.fromkeys(case.codes) if is_made and "catalog" not in case.given else ():
            if code in _FOLLOWED and case.id not in _UNCLEAR and counts.get(code, 0) < _ENOUGH:
                counts[code] = counts.get(code, 0) + 1
                chosen.append((case, code))
    return chosen


_TRIED = _tried()
_FIRST = list({_FOLLOWED[code]: (case, code) for case, code in reversed(_TRIED)}.values())
"""The first case of each thing that a person does; with the others `make test-services` goes on."""


def _criticals(report: ParsedReport) -> int:
    return sum(issue.severity is Severity.CRITICAL for issue in report.issues)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        pytest.param(*tried, id=f"{tried[1]}-{tried[0].id}", marks=[] if tried in _FIRST else [pytest.mark.long])
        for tried in _TRIED
    ],
)
def test_the_next_reading_finds_less(case: WorkbookCase, code: str, catalog: Catalog) -> None:
    """The issue is gone once its advice was followed at its cell, and nothing critical came instead."""
    data, hints, limits = make(case, catalog)
    report = parse_report(data, catalog, hints, limits)
    issue = next(issue for issue in report.issues if issue.code == code)
    workbook = open_case(case, catalog)
    _FOLLOWED[code](workbook, issue)
    again = parse_report(save(workbook), catalog, Hints(hints.file_name, hints.folders), limits)
    assert (code, issue.place) not in {(other.code, other.place) for other in again.issues}
    assert _criticals(again) <= _criticals(report) - (issue.severity is Severity.CRITICAL)


def test_every_followed_advice_is_tried() -> None:
    """Each issue of the list has a case."""
    assert {code for _, code in _TRIED} == set(_FOLLOWED)


def test_the_report_written_anew_is_read(catalog: Catalog) -> None:
    """The issue is gone, and nothing critical came instead, in the form as it was issued or the report saved anew."""
    reports: dict[str, ParsedReport] = {}
    remaining: list[tuple[str, str]] = []
    for code in (*_SAVED_ANEW, *_ISSUED_FORM):
        case = next(case for case in _CASES if code in case.codes and case.given.get("period", "2025-05") < "2025-07")
        kept = {"unit", "period"}
        if code in _SAVED_ANEW and case.given.get("start") != "results":
            kept |= {"start", "edits"}
        facts = {name: value for name, value in case.given.items() if name in kept}
        if str(facts) not in reports:
            data, hints, limits = make(replace(case, given=facts), catalog)
            reports[str(facts)] = parse_report(data, catalog, hints, limits)
        issues = reports[str(facts)].issues
        remaining += [
            (code, issue.code) for issue in issues if issue.code == code or issue.severity is Severity.CRITICAL
        ]
    assert remaining == []


def test_the_advice_of_every_issue_is_followed(catalog: Catalog) -> None:
    """A new issue needs a place in one of the lists: how its advice is followed, or why it cannot be."""
    lists = [*_FOLLOWED, *_SAVED_ANEW, *_ISSUED_FORM, *(code for codes in _NOT_FOLLOWED.values() for code in codes)]
    assert sorted(lists) == sorted(catalog.texts.issues)


def test_advice_on_a_required_line_is_another(catalog: Catalog) -> None:
    """The text for a required line says what becomes of the report without it, that for another to leave it blank."""
    case = next(case for case in _CASES if case.id == "error_typed_as_text")
    data, hints, limits = make(case, catalog)
    (issue,) = parse_report(data, catalog, hints, limits).issues
    assert "báo cáo bị trả lại" in catalog.issue_action(issue, "vi")
    assert "để trống" not in catalog.issue_action(issue, "vi")

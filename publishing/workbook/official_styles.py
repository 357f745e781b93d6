"""Cell styles of the official sheets: black on white, Times New Roman, as forms that are signed are printed."""

import xlsxwriter
from xlsxwriter.format import Format

_BASE: dict[str, object] = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
# Quoted, so that editing a cell which holds a person's text does not turn it into a formula.
_LINE: dict[str, object] = {**_BASE, "quote_prefix": True}
_MIDDLE: dict[str, object] = {**_LINE, "align": "center", "text_wrap": True}
_BODY: dict[str, object] = {**_BASE, "border": 1}
_WORDS: dict[str, object] = {**_BODY, "quote_prefix": True, "text_wrap": True}
_STYLES: dict[str, dict[str, object]] = {
    "body": {**_MIDDLE, "bold": True, "font_size": 13},
    "nation": {**_MIDDLE, "bold": True},
    "motto": {**_MIDDLE, "bold": True, "font_size": 13, "underline": True},
    "number": {**_MIDDLE, "font_size": 13},
    "place": {**_MIDDLE, "italic": True, "font_size": 13},
    "form_title": {**_MIDDLE, "bold": True, "font_size": 14},
    "form_subtitle": {**_MIDDLE, "italic": True, "font_size": 13},
    "form_state": {**_MIDDLE, "bold": True},
    "signatory": {**_MIDDLE, "bold": True, "font_size": 13},
    "hint": {**_MIDDLE, "italic": True},
    "foot": {**_LINE, "italic": True, "font_size": 11},
    "head": {**_WORDS, "bold": True, "align": "center"},
    "column": {**_WORDS, "italic": True, "align": "center", "font_size": 10},
    "theme": {**_WORDS, "bold": True},
    "theme_number": {**_WORDS, "bold": True, "align": "center"},
    "text": _WORDS,
    "centre": {**_WORDS, "align": "center"},
    "count": {**_BODY, "num_format": "#,##0"},
    "decimal": {**_BODY, "num_format": "#,##0.0###"},
    "percent": {**_BODY, "num_format": '0.00"%"'},
    "sum_text": {**_WORDS, "bold": True},
    "sum_count": {**_BODY, "bold": True, "num_format": "#,##0"},
    "sum_decimal": {**_BODY, "bold": True, "num_format": "#,##0.0###"},
    "sum_percent": {**_BODY, "bold": True, "num_format": '0.00"%"'},
    "sum_centre": {**_WORDS, "bold": True, "align": "center"},
}  # fmt: skip


def make_official_styles(workbook: xlsxwriter.Workbook) -> dict[str, Format]:
    """Add the formats to a workbook and return them by name; a format belongs to its workbook."""
    return {name: workbook.add_format(properties) for name, properties in _STYLES.items()}

"""Cell styles of the published workbook."""

import xlsxwriter
from xlsxwriter.format import Format

INK, MUTED, LINE, BRAND, GOOD, POOR = "#1F2933", "#5B6770", "#C9D1D9", "#0B4F6C", "#14613A", "#8A3B00"
_BASE: dict[str, object] = {"font_name": "Times New Roman", "font_size": 11, "font_color": INK, "valign": "vcenter"}
_BODY: dict[str, object] = {**_BASE, "border": 1, "border_color": LINE}
# Quoted, so that editing a cell which holds a person's text does not turn it into a formula.
_WORDS: dict[str, object] = {**_BODY, "quote_prefix": True, "text_wrap": True, "indent": 1}

_STYLES: dict[str, dict[str, object]] = {
    "title": {**_BASE, "bold": True, "font_size": 16, "font_color": BRAND},
    "subtitle": {**_BASE, "quote_prefix": True},
    "warning": {**_BASE, "bold": True, "font_color": POOR, "quote_prefix": True},
    "section": {**_BASE, "bold": True, "font_size": 13, "font_color": BRAND},
    "header": {
        **_BODY, "bold": True, "font_color": "#FFFFFF", "bg_color": BRAND, "border_color": BRAND,
        "text_wrap": True, "align": "center",
    },
    "text": _WORDS,
    "strong": {**_WORDS, "bold": True},
    "centre": {**_WORDS, "align": "center", "indent": 0},
    "code": {**_WORDS, "font_name": "Consolas", "font_size": 9, "font_color": MUTED},
    "count": {**_BODY, "num_format": "#,##0"},
    "decimal": {**_BODY, "num_format": "#,##0.0###"},
    # Stored as 0 to 100, as in the CSV file, so that formulas see the same number in both.
    "percent": {**_BODY, "num_format": '0.00"%"'},
    "good": {**_WORDS, "align": "center", "indent": 0, "font_color": GOOD, "bg_color": "#E3F4EA"},
    "poor": {**_WORDS, "align": "center", "indent": 0, "font_color": POOR, "bg_color": "#FCEBDD"},
}  # fmt: skip


def make_styles(workbook: xlsxwriter.Workbook) -> dict[str, Format]:
    """Add the formats to a workbook and return them by name; a format belongs to its workbook."""
    return {name: workbook.add_format(properties) for name, properties in _STYLES.items()}

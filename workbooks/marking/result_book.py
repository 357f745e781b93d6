"""Result workbook: returned when the commune's own file cannot carry marks (an .xls, an unreadable file)."""

import io
import zipfile
from collections.abc import Iterable

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Repair
from domain.texts import Lang
from workbooks.cells.guards import Limits
from workbooks.marking.book import Book
from workbooks.marking.cell_styles import EMPTY, CellStyles
from workbooks.marking.package import Package
from workbooks.marking.relations import TRANSITIONAL
from workbooks.marking.result_lines import UnitOutcome, issue_lines, repair_lines
from workbooks.marking.result_sheet import ResultSheet, result_sheet

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_FORMAT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BOOK, _STYLES = "xl/workbook.xml", "xl/styles.xml"
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/{_BOOK}" ContentType="{_FORMAT}.sheet.main+xml"/>'
    f'<Override PartName="/{_STYLES}" ContentType="{_FORMAT}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{TRANSITIONAL}/officeDocument" Target="{_BOOK}"/></Relationships>',
    _BOOK: f'<workbook xmlns="{_MAIN}" xmlns:r="{TRANSITIONAL}"><sheets/></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{TRANSITIONAL}/styles" Target="styles.xml"/></Relationships>',
    _STYLES: EMPTY.format(_MAIN),
}
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def result_workbook(
    file_name: str,
    issues: Iterable[Issue],
    repairs: Iterable[Repair],
    catalog: Catalog,
    lang: Lang,
    *,
    units: Iterable[UnitOutcome] = (),
) -> bytes:
    """Return a new .xlsx with the result sheet for the file of that name; `units` as in `annotate`.

    Equal content gives equal bytes.
    """
    package = Package(_nothing(), Limits())
    book, styles = Book(package), CellStyles(package, _STYLES)
    result = ResultSheet(
        notes=(
            catalog.texts.text("workbooks.result_file", lang, name=file_name),
            catalog.texts.text("workbooks.result_send_original", lang),
        ),
        issues=tuple(issue_lines(issues, catalog, lang)),
        repairs=tuple(repair_lines(repairs, catalog.texts, lang)),
        sheets=frozenset(),
        units=tuple(units),
    )
    content, titles = result_sheet(result, styles, book.namespace, catalog.texts, lang)
    book.add_sheet(catalog.texts.text("workbooks.result_sheet", lang), content, TRANSITIONAL, titles)
    return package.save()


def _nothing() -> bytes:
    """Return a workbook without sheets, the base to which the result sheet is added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _PARTS.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

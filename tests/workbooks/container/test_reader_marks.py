"""Reading of unusual markup in sheets, written by other programs or by none."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from tests.workbooks.workbook_edits import pack
from workbooks.cells.cells import Cell, CellKind, Workbook
from workbooks.container.reader import read_workbook

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read_rows(rows: str, *, texts: str = "", styles: str = "", book: str = "", main: str = _MAIN) -> Workbook:
    """Read a workbook with one sheet whose rows have this markup."""
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="b" Type="{_OFFICE}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{_OFFICE}">{book}<sheets>'
        '<sheet name="Một" sheetId="1" r:id="s"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="s" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="t" Type="{_OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="y" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}">{styles}</styleSheet>',
    }
    return read_workbook(pack([(name, content.encode()) for name, content in parts.items()]))


def _day(year: int, month: int, day: int) -> datetime:
    """Return midnight of a day, without time zone."""
    return datetime.combine(date(year, month, day), time())


def only_cell(rows: str, **parts: str) -> Cell:
    """Return the only cell of these rows."""
    cells = read_rows(rows, **parts).sheets[0].cells
    assert len(cells) == 1
    return next(iter(cells.values()))


def test_texts_in_runs_are_joined_and_reading_aids_left_out() -> None:
    """Rich text is joined, and phonetic guides are left out."""
    texts = "<si><r><t>Lâm </t></r><r><t>Sơn</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>"
    assert only_cell('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', texts=texts).value == "Lâm Sơn"


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("<si><t> a </t></si>", "a"),
        ('<si><t xml:space="preserve"> a </t></si>', " a "),
        ("<si><t>a_x000D_b</t></si>", "a\rb"),
        ("<si><t>_x005F_x000D_</t></si>", "_x000D_"),
        ("<si><t>_xD800__x0000_</t></si>", "_xD800__x0000_"),
        ("<si><t/></si>", ""),
    ],
)
def test_spaces_and_escapes_of_a_text(item: str, text: str) -> None:
    """Outer spaces are kept only where declared; escapes are restored, except for invalid characters."""
    assert only_cell('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', texts=item).value == text


def test_inline_text_with_a_value_beside_it() -> None:
    """A cell of inline text is its text, regardless of a value beside it."""
    cell = only_cell('<row r="1"><c r="A1" t="inlineStr"><v>9</v><is><t>a</t></is></c></row>')
    assert (cell.kind, cell.value) == (CellKind.TEXT, "a")


def test_inline_text_given_as_a_value() -> None:
    """Inline text that is written as a value is read."""
    assert only_cell('<row r="1"><c r="A1" t="inlineStr"><v>a</v></c></row>').value == "a"


def test_cells_without_addresses_follow_one_another() -> None:
    """Rows and cells without addresses continue from those before them."""
    sheet = read_rows('<row><c><v>1</v></c><c><v>2</v></c></row><row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row>')
    assert [(cell.a1, cell.value) for cell in sheet.sheets[0].cells.values()] == [
        ("A1", 1), ("B1", 2), ("C5", 3), ("D5", 4),
    ]  # fmt: skip


def test_an_empty_style_is_the_first() -> None:
    """A cell with an empty style attribute is shown as General."""
    assert only_cell('<row r="1"><c r="A1" s=""><v>1</v></c></row>').number_format == "General"


def test_date_written_in_words_of_the_standard() -> None:
    """A date cell with ISO text is that date."""
    assert only_cell('<row r="1"><c r="A1" t="d"><v>2025-05-14</v></c></row>').value == _day(2025, 5, 14)


def test_dates_since_1904() -> None:
    """A workbook with the 1904 epoch counts days from 1904."""
    styles = '<cellXfs><xf numFmtId="14"/></cellXfs>'
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    assert only_cell(rows, styles=styles, book='<workbookPr date1904="1"/>').value == _day(1904, 1, 2)
    assert only_cell(rows, styles=styles).value == _day(1900, 1, 1)


def test_number_no_date_can_have_stays_a_number() -> None:
    """A negative number with a date format stays a number."""
    cell = only_cell('<row r="1"><c r="A1"><v>-1</v></c></row>', styles='<cellXfs><xf numFmtId="14"/></cellXfs>')
    assert (cell.kind, cell.value) == (CellKind.NUMBER, Decimal(-1))


def test_formula_with_an_empty_text_has_a_value() -> None:
    """A formula whose result is an empty text has a stored result."""
    cell = only_cell('<row r="1"><c r="A1" t="str"><f>IF(1,"")</f><v></v></c></row>')
    assert (cell.kind, cell.value, cell.has_formula) == (CellKind.TEXT, "", True)


@pytest.mark.parametrize("marks", ["<f>1+1</f>", "<f>1+1</f><v></v>", '<f t="shared" si="0"/>'])
def test_formula_without_a_stored_result(marks: str) -> None:
    """A formula without a stored result is neither blank nor zero."""
    cell = only_cell(f'<row r="1"><c r="A1">{marks}</c></row>')
    assert (cell.kind, cell.value, cell.has_formula) == (CellKind.UNCACHED, None, True)


def test_strict_workbooks_are_read() -> None:
    """Workbooks of the strict format have another namespace and the same cells."""
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    assert only_cell('<row r="1"><c r="A1"><v>7</v></c></row>', main=strict).value == 7


def test_exact_number_of_seventeen_digits() -> None:
    """0.10000000000000001 in the file is read as 0.1."""
    assert only_cell('<row r="1"><c r="A1"><v>0.10000000000000001</v></c></row>').value == Decimal("0.1")


def test_elements_of_foreign_namespaces_inside_a_cell_are_no_values() -> None:
    """A value in an extension's namespace is not the cell's value."""
    rows = '<row r="1"><c r="A1"><x:v xmlns:x="urn:x">9</x:v><v>1</v></c></row>'
    assert only_cell(rows).value == 1

"""Tests of the checks on a form: where they stand, that none are read, and forms without them go on."""

import io
import re
import zipfile

import pytest

from domain.catalog.catalog import Catalog
from tests.builders import assignment_for, make_template, make_workbook, open_workbook, with_checks
from workbooks.cells.guards import Limits
from workbooks.direct.parse import DirectParser
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.template.workbook import make_blank

UNIT, PERIOD = "22813", "2025-05"
_SHOWN = re.compile(rb'(<c r="(?:H[0-9]+|G[0-9]+|A10)"[^>]*)>(<f>(?:TRIM\()?_checks!A[0-9]+\)?</f>)</c>')


@pytest.fixture(scope="module")
def checked(catalog: Catalog) -> Catalog:
    """Return a catalogue whose forms have checks, with villages too."""
    return with_checks(catalog)


@pytest.fixture(scope="module")
def trained(checked: Catalog) -> DirectParser:
    """Return a parser that knows forms with checks."""
    parser = DirectParser(checked)
    for _ in range(2):
        parser.parse(computed(make_workbook(checked, UNIT, PERIOD), "SAI ô D15: 7"), Hints("x.xlsx"), Limits())
    return parser


def computed(data: bytes, shown: str) -> bytes:
    """Return a form as if a program had computed what it shows of itself."""
    buffer = io.BytesIO()
    value = rb'\1 t="str">\2<v>' + shown.encode() + b"</v></c>"
    with zipfile.ZipFile(io.BytesIO(data)) as own, zipfile.ZipFile(buffer, "w") as other:
        for name in own.namelist():
            part = own.read(name)
            other.writestr(name, _SHOWN.sub(value, part) if re.search(r"sheet[12]\.xml", name) else part)
    return buffer.getvalue()


def test_checks_stand_beside_the_printed_form(checked: Catalog) -> None:
    """The column is locked and not printed; the sheet with its formulas is hidden; marks of required lines stay."""
    book = open_workbook(make_template(checked, UNIT, PERIOD))
    form = book.worksheets[0]
    assert form["H15"].value == "=TRIM(_checks!A3)"
    assert form["H15"].protection.locked
    assert "$G$" in form.print_area
    assert "H" not in form.print_area
    assert form["A10"].value == "=_checks!A1"
    assert form["B15"].value.endswith("(*)")
    assert (book["_checks"].sheet_state, book["_checks"].protection.sheet) == ("hidden", True)
    assert len(form.conditional_formatting) == 2


def test_layout_of_2026_has_checks_and_the_one_before_none(catalog: Catalog) -> None:
    """Forms that were handed out stay as they were."""
    has_checks = {layout.version: layout.checks for layout in catalog.forms.layouts if layout.lines}
    assert has_checks == {"2025.1": False, "2026.1": True}
    assert make_blank(assignment_for(catalog, UNIT, PERIOD)).checks is None


def test_forms_that_are_alike_share_their_checks(checked: Catalog) -> None:
    """Rules are compiled once, not for every form."""
    first, again = (make_blank(assignment_for(checked, UNIT, period)).checks for period in (PERIOD, "2025-04"))
    assert first is not None
    assert again is not None
    assert first.part is again.part


@pytest.mark.parametrize("shown", ["", "THIẾU ô D15, E15: số liệu sơ bộ 1234", "dự thảo"])
def test_what_a_form_says_of_itself_is_not_read(
    catalog: Catalog, checked: Catalog, trained: DirectParser, shown: str
) -> None:
    """A form reads as the same form without checks, both ways, whatever its checks show."""
    plain = parse_report(make_workbook(catalog, UNIT, PERIOD), catalog, Hints("x.xlsx"))
    data = computed(make_workbook(checked, UNIT, PERIOD), shown)
    assert parse_report(data, checked, Hints("x.xlsx")) == plain
    assert trained.parse_known(data, Hints("x.xlsx"), Limits()) == plain


def test_copied_sheet_is_read_without_its_checks(catalog: Catalog, checked: Catalog) -> None:
    """A sheet that was copied has no names and no sheet of checks: the heading tells the column."""
    data = computed(make_workbook(checked, UNIT, PERIOD), "SAI ô D15: 1234")
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as own, zipfile.ZipFile(buffer, "w") as copied:
        for name in own.namelist():
            copied.writestr(name, own.read(name).replace(b"TH.checks.", b"TH.other."))
    assert parse_report(buffer.getvalue(), checked, Hints("x.xlsx")) == parse_report(
        make_workbook(catalog, UNIT, PERIOD), catalog, Hints("x.xlsx")
    )


def test_note_in_place_of_a_check_is_read(checked: Catalog) -> None:
    """Only formulas are left out: a figure that someone typed into the column is noted as in any other."""
    data = make_workbook(checked, UNIT, PERIOD, edits={"Biểu 01-T!H16": 1234})
    assert [issue.code for issue in parse_report(data, checked, Hints("x.xlsx")).issues] == ["column_ignored"]


def test_form_from_before_its_layout_had_checks_goes_directly(catalog: Catalog, checked: Catalog) -> None:
    """A form that was handed out without checks goes straight to its cells, and is read as before."""
    parser, data = DirectParser(checked), make_workbook(catalog, UNIT, PERIOD)
    for _ in range(2):
        parser.parse(data, Hints("x.xlsx"), Limits())
    assert parser.parse_known(data, Hints("x.xlsx"), Limits()) == parse_report(data, catalog, Hints("x.xlsx"))

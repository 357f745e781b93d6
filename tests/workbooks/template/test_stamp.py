"""Stamp, print set-up and deterministic saving of a template."""

import io
import zipfile

import pytest
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.layouts import ColumnRole
from domain.periods import parse_period
from tests.builders import assignment_for, make_template, make_workbook, open_workbook
from workbooks.cells.cells import CellKind
from workbooks.cells.stamp import FigureCellName, VillageCellName, parse_name
from workbooks.container.reader import read_workbook
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.template.workbook import build_template


@pytest.fixture(scope="module")
def data(catalog: Catalog) -> bytes:
    """Return the template of xã Lâm Sơn for May 2025."""
    return make_template(catalog, "22813", "2025-05")


@pytest.fixture(scope="module")
def may(data: bytes) -> Workbook:
    """Return the opened template."""
    return open_workbook(data)


WANTED = {"form": "cds_x_t", "layout_version": "2025.1", "unit": "22813", "period": "2025-05"}


def test_hidden_sheet_carries_the_stamp(may: Workbook) -> None:
    """The hidden sheet has keys and values as text."""
    sheet = may["_meta"]
    assert sheet.sheet_state == "hidden"
    assert dict(sheet.iter_rows(values_only=True)) == WANTED


def test_document_properties_carry_the_stamp(may: Workbook) -> None:
    """The document properties repeat the four keys, in case the hidden sheet is lost."""
    properties = {prop.name: prop.value for prop in may.custom_doc_props.props}
    assert properties == {f"tonghop_{key}": value for key, value in WANTED.items()}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("TH.hsskdt.numerator", FigureCellName("hsskdt", ColumnRole.NUMERATOR)),
        ("TH.tk_15.percent", FigureCellName("tk_15", ColumnRole.PERCENT)),
        ("th.hsskdt.DENOMINATOR", FigureCellName("hsskdt", ColumnRole.DENOMINATOR)),
        ("TH.V.12.tcnscd_thon", VillageCellName(12, "tcnscd_thon")),
        ("TH.hsskdt.note", None),
        ("_xlnm.Print_Area", None),
    ],
)
def test_defined_names_are_parsed(name: str, what: object) -> None:
    """Defined names of a template are parsed regardless of case; others give None."""
    assert parse_name(name) == what


def test_reader_takes_the_filled_template_without_a_word(catalog: Catalog) -> None:
    """A report filled in through the template is read without repairs or issues."""
    report = parse_report(make_workbook(catalog, "22813", "2025-05"), catalog, Hints("x.xlsx", ()))
    assert (report.issues, report.repairs) == ((), ())
    assert report.unit is not None
    assert (report.unit.code, str(report.period), report.form) == ("22813", "2025-05", "cds_x_t")


def test_printed_as_wide_as_the_page(may: Workbook) -> None:
    """The form prints on A4, one page wide, with header rows on each page."""
    sheet = may["Biểu 01-T"]
    assert sheet.page_setup.paperSize == int(sheet.PAPERSIZE_A4)
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    properties = sheet.sheet_properties.pageSetUpPr
    assert properties is not None
    assert properties.fitToPage
    assert sheet.print_title_rows == "$11:$12"
    assert sheet.freeze_panes == "A13"


def test_village_sheet_is_printed_upright(may: Workbook) -> None:
    """The village sheet prints in portrait."""
    assert may["Thôn, khu phố"].page_setup.orientation == "portrait"


def test_equal_arguments_give_equal_bytes(catalog: Catalog, data: bytes) -> None:
    """A template generated twice has one hash."""
    assert make_template(catalog, "22813", "2025-05") == data


def test_no_clock_time_inside(data: bytes) -> None:
    """No entry and no property contains the time of generation."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("2025-05-14T00:00:00Z") == 2


def test_percentages_are_stored_with_their_formula(catalog: Catalog) -> None:
    """Formula results are stored, rounded half-up, for programs that do not calculate."""
    data = make_workbook(catalog, "22813", "2025-05", figures={"hsskdt": (69586, 91032)})
    place = next(iter(open_workbook(data).defined_names["TH.hsskdt.percent"].destinations))[1].replace("$", "")
    sheet = next(sheet for sheet in read_workbook(data).sheets if sheet.name == "Biểu 01-T")
    cell = next(cell for row in sheet.rows.values() for cell in row if cell.a1 == place)
    assert (cell.kind, cell.raw) == (CellKind.NUMBER, "76.44")


def test_period_of_another_kind_is_refused(catalog: Catalog) -> None:
    """A monthly form has no template for a quarter."""
    unit = catalog.units.get("22813", catalog.forms.last_day("cds_x_t", parse_period("2025-05")))
    with pytest.raises(UsageError, match="2025-Q2"):
        build_template(catalog, "cds_x_t", unit, parse_period("2025-Q2"))


def test_unit_of_another_time_is_refused(catalog: Catalog) -> None:
    """A commune that no longer exists has no template."""
    old = catalog.units.get("22813", catalog.forms.last_day("cds_x_t", parse_period("2025-05")))
    with pytest.raises(UsageError, match="does not exist"):
        build_template(catalog, "cds_x_t", old, parse_period("2025-08"))


def test_unit_that_owes_nothing_is_refused(catalog: Catalog) -> None:
    """A district has no template of a commune's form."""
    district = catalog.units.get("585", catalog.forms.last_day("cds_x_t", parse_period("2025-05")))
    with pytest.raises(UsageError, match="does not owe"):
        build_template(catalog, "cds_x_t", district, parse_period("2025-05"))


@pytest.mark.parametrize(
    ("code", "period", "name"),
    [
        ("22813", "2025-06", "BC_22813_Lam-Son_2025-06.xlsx"),
        ("00226", "2025-12", "BC_00226_Van-Mieu-Quoc-Tu-Giam_2025-12.xlsx"),
        ("00004", "2025-12", "BC_00004_Ba-Dinh_2025-12.xlsx"),
    ],
)
def test_file_names_state_unit_and_period(catalog: Catalog, code: str, period: str, name: str) -> None:
    """File names are ASCII, and the reader identifies unit and period even of an empty file."""
    assert assignment_for(catalog, code, period).file_name == name
    report = parse_report(b"", catalog, Hints(name))
    assert report.unit is not None
    assert (report.unit.code, str(report.period)) == (code, period)

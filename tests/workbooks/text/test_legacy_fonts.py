"""Tests that reports typed for pre-Unicode fonts parse like their Unicode twins, with every conversion recorded."""

import io
import unicodedata
from collections.abc import Callable
from random import Random

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole
from domain.observations import Figure, Observation
from domain.periods import parse_period
from domain.submissions import ParsedReport
from tests.builders import make_workbook, open_workbook
from tests.examples import examples
from tests.workbooks.report.planting import PERIOD, QUIRKS, UNIT, Shape, misreads, plant
from tests.workbooks.text.legacy_typing import UNICODE, FontRun, in_several_fonts, in_tcvn3, in_vni, retype, to_tcvn3
from tests.workbooks.workbook_edits import FORM, make_handmade, save
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.text.catalog_cache import cached_per_catalog

_UNIT = "22828"
_RULES = {"tcvn3_font", "vni_font"}
Typed = Callable[[str], list[FontRun]]
_WAYS = pytest.mark.parametrize("typed", [in_tcvn3, in_vni, in_several_fonts])


@cached_per_catalog
def _filled_data(catalog: Catalog) -> bytes:
    return make_workbook(catalog, _UNIT, PERIOD)


def _filled(catalog: Catalog) -> Workbook:
    return open_workbook(_filled_data(catalog))


def _read(data: bytes, catalog: Catalog) -> ParsedReport:
    return parse_report(data, catalog, Hints("report", ()))


def _codes(report: ParsedReport) -> tuple[object, ...]:
    """Return the contents of a report; raw texts in small letters, because some fonts display those as capitals."""
    repairs = [repair for repair in report.repairs if repair.rule not in _RULES]
    return (
        report.unit,
        report.period,
        report.form,
        report.layout_version,
        [_plain(observation) for observation in report.observations],
        [issue.code for issue in report.issues],
        [(repair.rule, repair.cell, repair.after) for repair in repairs],
    )


def _plain(observation: Observation) -> Observation:
    def plain(figure: Figure | None) -> Figure | None:
        return figure and figure._replace(raw=figure.raw.casefold())

    numerator = observation.numerator._replace(raw=observation.numerator.raw.casefold())
    return observation._replace(
        numerator=numerator, denominator=plain(observation.denominator), stated=plain(observation.stated)
    )


@pytest.mark.long
@_WAYS
@pytest.mark.parametrize("made", ["template", "handmade"])
def test_report_in_legacy_fonts_parses_like_its_twin(catalog: Catalog, made: str, typed: Typed) -> None:
    """Texts in legacy fonts, as whole cells or runs, give the same unit, period and figures, and no new issue."""

    def start() -> Workbook:
        return _filled(catalog) if made == "template" else make_handmade(catalog, _UNIT, PERIOD)

    twin, old = _read(save(start()), catalog), _read(save(retype(start(), typed)), catalog)
    assert twin.is_placeable
    assert twin.observations
    assert _codes(old) == _codes(twin)
    assert {repair.rule for repair in old.repairs} & _RULES


@pytest.mark.long
@_WAYS
def test_xls_report_in_legacy_fonts_parses_like_its_twin(catalog: Catalog, typed: Typed) -> None:
    """The same holds for .xls, where runs refer to fonts by number."""
    made = make_handmade(catalog, _UNIT, PERIOD)
    old = _read(_as_xls(retype(made, typed), typed=True), catalog)
    twin = _read(_as_xls(make_handmade(catalog, _UNIT, PERIOD), typed=False), catalog)
    assert twin.observations
    assert _codes(old) == _codes(twin)


def _as_xls(made: Workbook, *, typed: bool) -> bytes:
    book = xlwt.Workbook()
    for sheet in made.worksheets:
        copy = book.add_sheet(sheet.title)
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and cell.value is not None:
                    _write_xls(copy, cell, cell.font.name if typed else UNICODE)
    return _bytes(book)


def _write_xls(sheet: xlwt.Worksheet, cell: Cell, own: str) -> None:
    row, column = cell.row - 1, cell.column - 1
    style = xlwt.XFStyle()
    style.font = _xls_font(own)
    if isinstance(cell.value, list):
        runs = [
            (part, style.font) if isinstance(part, str) else (part.text, _xls_font(part.font.rFont))
            for part in cell.value
        ]
        sheet.write_rich_text(row, column, runs, style)
    else:
        sheet.write(row, column, cell.value, style)


def _xls_font(name: str) -> xlwt.Font:
    font = xlwt.Font()
    font.name = name
    return font


def _bytes(book: xlwt.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_runs_of_shared_strings_keep_their_fonts(catalog: Catalog) -> None:
    """Runs in the shared strings, as Excel itself writes them, are decoded by their fonts as well."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Biểu")
        old, new = book.add_format({"font_name": ".VnTime"}), book.add_format({"font_name": UNICODE})
        sheet.write_rich_string("A1", old, "Kú b¸o c¸o: ", new, "Tháng ", old, "5 n¨m 2025", old)
        sheet.write_rich_string("A2", new, "Biểu số: ", new, "01-T/CĐS-X")
    report = _read(buffer.getvalue(), catalog)
    assert report.form == "cds_x_t"
    assert [(repair.rule, repair.cell) for repair in report.repairs] == [("tcvn3_font", "A1")]
    assert report.repairs[0].after == "Kỳ báo cáo: Tháng 5 năm 2025"


def test_labels_of_a_sheet_are_one_repair(catalog: Catalog) -> None:
    """Labels and headings of a sheet share one repair; each figure's cell has its own, to show in its lineage."""
    made = retype(make_handmade(catalog, _UNIT, PERIOD), in_tcvn3)
    report = _read(save(made), catalog)
    results = [repair for repair in report.repairs if repair.rule in _RULES]
    assert [repair.cell.count(":") for repair in results if repair.sheet == made.worksheets[0].title] == [1]
    answers = {
        observation.numerator.cell
        for observation in report.observations
        if observation.sheet == made.worksheets[1].title
    }
    assert {repair.cell for repair in results if repair.before == to_tcvn3("Có")} <= answers
    assert all(repair.after == "Có" for repair in results if repair.cell in answers)


def test_decomposed_letters_parse_like_composed_ones(catalog: Catalog) -> None:
    """A report typed on a machine that stores letters and combining marks separately is the same report."""
    made = retype(_filled(catalog), lambda text: [(UNICODE, unicodedata.normalize("NFD", text))])
    twin, apart = _read(save(_filled(catalog)), catalog), _read(save(made), catalog)
    assert (apart.unit, apart.period, apart.issues) == (twin.unit, twin.period, twin.issues)
    assert [observation.numerator.number for observation in apart.observations] == [
        observation.numerator.number for observation in twin.observations
    ]


def test_valid_reports_have_no_font_issues(catalog: Catalog) -> None:
    """Nothing in our own workbooks looks as if it were typed for a legacy font or had lost it."""
    for data in (save(_filled(catalog)), save(make_handmade(catalog, _UNIT, PERIOD))):
        report = _read(data, catalog)
        assert {issue.code for issue in report.issues} & {"font_lost", "font_mixed"} == set()
        assert {repair.rule for repair in report.repairs} & _RULES == set()


@settings(max_examples=examples(4), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rng=st.randoms(use_true_random=False))
def test_any_mixture_of_cells_parses_like_its_twin(catalog: Catalog, rng: Random) -> None:
    """Texts typed for random fonts, or left in Unicode in a legacy font, give the same report."""

    def typed(text: str) -> list[FontRun]:
        pasted = [(rng.choice([".VnTime", ".VnTimeH", "VNI-Times", UNICODE]), text)]
        return rng.choice([in_tcvn3(text), in_vni(text), in_several_fonts(text), pasted])

    unit = rng.choice(["22810", "22813", "22816", "22819", "22822", "22825", "22828", "22831"])
    twin = _read(save(make_handmade(catalog, unit, PERIOD)), catalog)
    assert _codes(_read(save(retype(make_handmade(catalog, unit, PERIOD), typed)), catalog)) == _codes(twin)


@_WAYS
@settings(max_examples=examples(4), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rng=st.randoms(use_true_random=False))
def test_no_figure_is_misread_in_legacy_fonts(catalog: Catalog, typed: Typed, rng: Random) -> None:
    """Known figures in odd spellings and legacy fonts are each parsed as planted, or have an issue."""
    layout = catalog.forms.layout_for(FORM, parse_period(PERIOD))
    truth = {
        (indicator, ColumnRole.NUMERATOR): rng.choice([0, 7, 450, 2450, 1_234_567]) for indicator in layout.indicators
    }
    quirks = {key: rng.choice(QUIRKS) if rng.random() < 0.3 else QUIRKS[0] for key in truth}
    data, cells = plant(catalog, Shape(), truth, quirks)
    made = openpyxl.load_workbook(io.BytesIO(data), rich_text=True)
    report = parse_report(save(retype(made, typed)), catalog, Hints(f"{UNIT}_{PERIOD}.xlsx"))
    assert misreads(report, truth, cells) == []


def test_unicode_in_a_legacy_font_needs_no_repair(catalog: Catalog) -> None:
    """A whole report in Unicode that someone set in .VnTime stays as it is."""
    for font in (".VnTime", ".VnTimeH", "VNI-Times"):
        report = _read(save(retype(_filled(catalog), lambda text, font=font: [(font, text)])), catalog)
        assert _codes(report) == _codes(_read(save(_filled(catalog)), catalog))
        assert {repair.rule for repair in report.repairs} & _RULES == set()

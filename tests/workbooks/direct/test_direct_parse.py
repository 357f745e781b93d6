"""Tests of direct parsing: unchanged forms go directly, all else carefully, and both ways give equal reports."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from tests.builders import assignment_for, make_workbook
from tests.examples import examples
from tests.tools.two_ways import PERIOD, UNITS, forms, mutants, saved_by_openpyxl, trained_parser
from workbooks.cells.guards import Limits
from workbooks.direct.parse import DirectParser
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.template.workbook import make_blank

pytestmark = pytest.mark.xdist_group("direct")  # a parser is trained once

UNIT = UNITS[0]
NAMED = Hints(f"BC_{UNIT}_{PERIOD}.xlsx", (PERIOD, f"{UNIT} Xã Lâm Sơn"))


@pytest.mark.long
@settings(max_examples=examples(25), deadline=None)
@given(st.integers(0, 10**9))
def test_both_ways_are_equal_on_mutants(catalog: Catalog, seed: int) -> None:
    """A mutant that goes directly has the report of the careful way."""
    for data in mutants(forms(catalog), 4, seed):
        report = trained_parser(catalog).parse_known(data, Hints("report.xlsx"), Limits())
        assert report is None or report == parse_report(data, catalog, Hints("report.xlsx"))


@pytest.mark.parametrize("is_saved_again", [False, True])
def test_filled_in_form_goes_directly(catalog: Catalog, *, is_saved_again: bool) -> None:
    """Other figures, notes and signers' names leave the form as the template made it, villages included."""
    data = make_workbook(catalog, UNIT, PERIOD, seed=5, change=lambda book: _sign(book, catalog))
    data = saved_by_openpyxl(data) if is_saved_again else data
    report = trained_parser(catalog).parse_known(data, NAMED, Limits())
    assert report == parse_report(data, catalog, NAMED)
    assert any(observation.unit != UNIT for observation in report.observations)


def test_skeleton_is_learnt_at_its_second_file(catalog: Catalog) -> None:
    """The third report of a form goes directly, of another period too."""
    parser = DirectParser(catalog)
    for period, is_direct in ((PERIOD, False), (PERIOD, False), (PERIOD, True), ("2025-04", True)):
        data = make_workbook(catalog, UNIT, period)
        assert (parser.parse_known(data, Hints(""), Limits()) is not None) is is_direct
        assert parser.parse(data, Hints(""), Limits()) == parse_report(data, catalog, Hints(""))


def test_what_a_parser_learnt_is_handed_to_others(catalog: Catalog) -> None:
    """A parser in another process parses its first file directly."""
    teacher, pupil, data = DirectParser(catalog), DirectParser(catalog), forms(catalog)[0]
    for _ in range(2):
        teacher.parse(data, Hints(""), Limits())
    pupil.adopt(pickle.loads(pickle.dumps(teacher.learnt())))  # noqa: S301 # our own
    assert pupil.parse_known(data, Hints(""), Limits()) == parse_report(data, catalog, Hints(""))
    assert not teacher.learnt()


def test_unit_whose_name_is_read_with_care_teaches_no_plan(catalog: Catalog) -> None:
    """Forms of "Văn Miếu - Quốc Tử Giám" never go directly: making plans of them would only take time."""
    parser, own = DirectParser(catalog), make_workbook(catalog, "00181", PERIOD)
    for _ in range(2):
        parser.parse(own, Hints(""), Limits())
    assert parser.parse_known(make_workbook(catalog, "00004", PERIOD), Hints(""), Limits()) is None


@pytest.mark.parametrize(
    "hints",
    [
        Hints("BC_22813_2025-04.xlsx"),
        Hints("BC_22816_2025-05.xlsx"),
        Hints("x.xlsx", ("tháng 4",)),
        Hints("Xã Lương Sơn"),
    ],
    ids=lambda hints: hints.file_name,
)
def test_name_of_another_unit_or_period_is_read_with_care(catalog: Catalog, hints: Hints) -> None:
    """A file or folder whose name disagrees with the form does not go directly."""
    assert trained_parser(catalog).parse_known(forms(catalog)[0], hints, Limits()) is None


@pytest.mark.parametrize("note", ["Số liệu tháng 4", "Dự thảo", "Số đúng là 12", "nghìn hộ", "Tổng cộng"])
def test_note_that_bears_upon_figures_is_read_with_care(catalog: Catalog, note: str) -> None:
    """A note about the figures does not go directly."""
    data = make_workbook(catalog, UNIT, PERIOD, change=lambda book: _sign(book, catalog, note))
    assert trained_parser(catalog).parse_known(data, NAMED, Limits()) is None


@pytest.mark.parametrize("place", [8, 16, 24], ids=["flags", "checksum", "size"])
def test_known_part_does_not_hide_a_false_directory(catalog: Catalog, place: int) -> None:
    """A part that is known from another file is refused where this file's directory misstates it."""
    data, parser = forms(catalog)[0], trained_parser(catalog)
    assert parser.parse_known(data, Hints(""), Limits()) is not None
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/styles.xml"))
    false = bytearray(data)
    false[entry + place] ^= 1
    assert parser.parse_known(bytes(false), Hints(""), Limits()) is None
    assert "zip" in parse_report(bytes(false), catalog, Hints("")).issues[0].code


def _sign(book: Workbook, catalog: Catalog, note: str = "Tăng so với tháng trước") -> None:
    form = make_blank(assignment_for(catalog, UNIT, PERIOD)).form
    sheet = book[form.sheet]
    sheet[next(iter(form.notes.values()))].value = note
    sheet[form.maker].value = "Nguyễn Văn An"
    sheet[form.chair].value = "Trần Thị Bích Hằng"

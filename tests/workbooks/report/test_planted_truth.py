"""Tests of known figures in odd shapes and spellings: each is read as planted, or has an issue."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole
from domain.periods import parse_period
from tests.examples import examples
from tests.workbooks.report.planting import PERIOD, QUIRKS, UNIT, Key, Quirk, Shape, misreads, plant
from tests.workbooks.workbook_edits import FORM, figure_cell_of, open_template, save
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report

pytestmark = pytest.mark.long

_HINTS = Hints(f"{UNIT}_{PERIOD}.xlsx")
_SETTINGS = settings(
    max_examples=examples(20),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
_NUMBERS = st.one_of(st.integers(1, 99), st.integers(100, 9_999_999), st.sampled_from([0, 1000, 2450, 120_000]))
_SHAPES = st.builds(
    Shape,
    down=st.integers(0, 12),
    right=st.integers(0, 4),
    order=st.permutations(range(7)),
    sheet=st.sampled_from(["Biểu 01-T", "BIEU 01-T ", "Sheet1", "Tháng 5"]),
    split_heading=st.booleans(),
    column_numbers=st.booleans(),
    blank_rows=st.frozensets(st.integers(0, 30), max_size=4),
    wrong_numbering=st.booleans(),
    notes=st.booleans(),
    hidden=st.frozensets(st.integers(0, 30), max_size=2),
    second_table=st.booleans(),
)


def _keys(catalog: Catalog) -> list[Key]:
    """Return the keys of all figures of the form: the numerator of each line, and its denominator if it has one."""
    layout = catalog.forms.layout_for(FORM, parse_period(PERIOD))
    return [
        (indicator, role)
        for indicator in layout.indicators
        for role in (ColumnRole.NUMERATOR, ColumnRole.DENOMINATOR)
        if role is ColumnRole.NUMERATOR or catalog.indicators[indicator].denominator is not None
    ]


@_SETTINGS
@given(shape=_SHAPES, data=st.data())
def test_hand_made_forms(catalog: Catalog, shape: Shape, data: st.DataObject) -> None:
    """No figure is silently misread, wherever the table is and however figures are typed."""
    keys = _keys(catalog)
    truth = dict(zip(keys, data.draw(st.lists(_NUMBERS, min_size=len(keys), max_size=len(keys))), strict=True))
    odd = data.draw(st.dictionaries(st.sampled_from(keys), st.sampled_from(QUIRKS), max_size=8))
    quirks = {key: odd.get(key, QUIRKS[0]) for key in keys}
    content, cells = plant(catalog, shape, truth, quirks)
    assert misreads(parse_report(content, catalog, _HINTS), truth, cells) == []


@pytest.mark.parametrize("quirk", QUIRKS, ids=[quirk.name for quirk in QUIRKS])
@pytest.mark.parametrize("number", [7, 12, 450, 2450, 120_000, 1_234_567])
def test_every_quirk(catalog: Catalog, quirk: Quirk, number: int) -> None:
    """Each spelling of a figure gives the figure or an issue."""
    keys = [key for key in _keys(catalog) if catalog.indicators[key[0]].denominator is None][:1] or _keys(catalog)[:1]
    truth = dict.fromkeys(keys, number)
    content, cells = plant(catalog, Shape(), truth, dict.fromkeys(keys, quirk))
    assert misreads(parse_report(content, catalog, _HINTS), truth, cells) == []


@_SETTINGS
@given(data=st.data())
def test_lines_of_a_template_exchanged(catalog: Catalog, data: st.DataObject) -> None:
    """If lines of a template were moved but not its defined names, figures follow their labels or have an issue."""
    workbook = open_template(catalog, UNIT, PERIOD)
    keys = _keys(catalog)
    truth = {key: number for number, key in enumerate(keys, start=11)}
    for key, number in truth.items():
        sheet, address = figure_cell_of(workbook, catalog, *key)
        workbook[sheet][address] = number
    form = workbook["Biểu 01-T"]
    first_row, second_row = (
        form[figure_cell_of(workbook, catalog, indicator, "numerator")[1]].row
        for indicator in data.draw(st.permutations(sorted({key[0] for key in keys})))[:2]
    )
    if data.draw(st.booleans(), label="label heading retyped"):
        heading = next(cell for row in form.iter_rows() for cell in row if cell.value == "Nội dung")
        heading.value = "Nội dung báo cáo"
    cells = {key: figure_cell_of(workbook, catalog, *key)[1] for key in keys}
    for column in range(1, form.max_column + 1):
        first, second = form.cell(first_row, column), form.cell(second_row, column)
        first.value, second.value = second.value, first.value
    assert misreads(parse_report(save(workbook), catalog, _HINTS), truth, cells) == []


@pytest.mark.parametrize("is_named", [True, False], ids=["stamped", "unstamped"])
def test_headings_of_two_columns_exchanged(catalog: Catalog, is_named: bool) -> None:
    """Figures under exchanged headings are read by the headings, or have an issue."""
    workbook = open_template(catalog, UNIT, PERIOD)
    keys = _keys(catalog)
    truth = {key: number for number, key in enumerate(keys, start=11)}
    cells = {key: figure_cell_of(workbook, catalog, *key)[1] for key in keys}
    form = workbook["Biểu 01-T"]
    heads = [
        next(c for row in form.iter_rows() for c in row if " ".join(str(c.value).split()) == text)
        for text in _EXCHANGED
    ]
    heads[0].value, heads[1].value = heads[1].value, heads[0].value
    columns = dict(zip((ColumnRole.DENOMINATOR, ColumnRole.NUMERATOR), (head.column for head in heads), strict=True))
    for (indicator, role), number in truth.items():
        form.cell(form[cells[indicator, role]].row, columns[role], number)
    if not is_named:
        workbook.defined_names.clear()
    assert misreads(parse_report(save(workbook), catalog, _HINTS), truth, cells) == []


_EXCHANGED = ("Kết quả (tử số)", "Tổng số (mẫu số)")

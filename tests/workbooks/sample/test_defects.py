"""Tests that planted defects are in the workbook's bytes, and nothing else is wrong."""

from dataclasses import replace

import pytest
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from domain.indicators import Absence
from domain.layouts import ColumnRole, Line
from domain.periods import parse_period, periods_between
from tests.builders import open_workbook, place_of, value_of
from workbooks.cells.stamp import figure_name
from workbooks.sample.defects import DefectKind, PlantedDefect
from workbooks.sample.inbox import SampleFile, make_sample

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("defects")]  # the workbooks are made once

MONTHS = periods_between(parse_period("2024-09"), parse_period("2024-10"))


@pytest.fixture(scope="module")
def with_village_line(catalog: Catalog) -> Catalog:
    """Return the catalogue with a form that also contains the commune's own number of teams."""
    layout = catalog.forms.layout_for("cds_x_t", MONTHS[0])
    line = Line("9", "Số thôn, khu phố có Tổ công nghệ số cộng đồng", "tcnscd_thon")
    layouts = (replace(layout, lines=(*layout.lines, line)),)
    return replace(catalog, forms=replace(catalog.forms, layouts=layouts))


@pytest.fixture(scope="module")
def defective(with_village_line: Catalog) -> list[SampleFile]:
    """Return two months of the sample district in which every workbook has a defect."""
    return list(make_sample(with_village_line, "585", MONTHS, 12, 1.0))


@pytest.fixture(scope="module")
def sound(with_village_line: Catalog) -> list[SampleFile]:
    """Return the first of the months without defects."""
    return list(make_sample(with_village_line, "585", MONTHS[:1], 12, 0.0))


def villages_saying_yes(workbook: Workbook) -> int:
    """Return how many villages have a team according to the village sheet."""
    names = [name for name in workbook.defined_names if name.startswith("TH.V.") and name.endswith(".tcnscd_thon")]
    return sum(value_of(workbook, name) == "Có" for name in names)


def is_there(catalog: Catalog, workbook: Workbook, defect: PlantedDefect) -> bool:
    """Return whether a workbook contains a planted defect."""
    assert place_of(workbook, figure_name(defect.indicator, ColumnRole.NUMERATOR)) == f"{defect.sheet}!{defect.cell}"
    value = workbook[defect.sheet][defect.cell].value
    match defect.kind:
        case DefectKind.NUMERATOR_ABOVE_DENOMINATOR:
            return int(str(value)) > int(str(value_of(workbook, figure_name(defect.indicator, ColumnRole.DENOMINATOR))))
        case DefectKind.TEXT_FOR_NUMBER:
            return isinstance(value, str) and catalog.marks.state_of(value) is None
        case DefectKind.MISSING_REQUIRED:
            return value is None and catalog.indicators[defect.indicator].absence is Absence.REFUSE
        case DefectKind.VILLAGE_SUM:
            return value != villages_saying_yes(workbook)
        case DefectKind.NEGATIVE:
            return int(str(value)) < 0


def test_every_recorded_defect_is_in_the_bytes(with_village_line: Catalog, defective: list[SampleFile]) -> None:
    """The cell named in each record contains the recorded defect."""
    assert all(len(file.defects) == 1 for file in defective)
    for file in defective:
        assert is_there(with_village_line, open_workbook(file.data), file.defects[0]), (file.path, file.defects)


def test_all_kinds_are_planted(defective: list[SampleFile]) -> None:
    """Every kind of defect occurs in sixteen workbooks."""
    assert {file.defects[0].kind for file in defective} == set(DefectKind)


def test_nothing_else_is_wrong(defective: list[SampleFile], sound: list[SampleFile]) -> None:
    """A defective workbook differs from the sound one in the planted cell only."""
    for file, original in zip(defective, sound, strict=False):  # the first month
        assert file.path == original.path
        wrong, right = open_workbook(file.data), open_workbook(original.data)
        moved = [
            (sheet.title, cell.coordinate)
            for sheet in wrong.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if cell.value != right[sheet.title][cell.coordinate].value
        ]
        assert moved == [(file.defects[0].sheet, file.defects[0].cell)]


def test_sound_workbooks_agree_with_their_villages(sound: list[SampleFile]) -> None:
    """The commune's figure is the sum of its villages' figures."""
    for file in sound:
        workbook = open_workbook(file.data)
        assert value_of(workbook, "TH.tcnscd_thon.numerator") == villages_saying_yes(workbook)


def test_share_of_defects(catalog: Catalog) -> None:
    """A third of 13 workbooks is four or five, at random."""
    files = list(make_sample(catalog, "582", [parse_period("2025-03")], 2, 1 / 3))
    assert sum(bool(file.defects) for file in files) in {4, 5}


def test_no_defects_by_default(catalog: Catalog) -> None:
    """With a share of zero there are no defects outside the sample district's own month."""
    assert not any(file.defects for file in make_sample(catalog, "585", [parse_period("2025-04")], 2, 0.0))

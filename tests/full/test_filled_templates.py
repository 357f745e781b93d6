"""A template that LibreOffice opened, computed and saved is read like the original."""

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole
from domain.observations import PastObservation
from domain.periods import parse_period
from tests.builders import assignment_for, make_workbook, open_workbook, value_of
from tests.cli.test_area_templates import fill_in
from workbooks.cells.stamp import figure_name
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.template.workbook import build_template

pytestmark = pytest.mark.full
UNIT, MAY, JUNE = "22813", "2025-05", "2025-06"


@pytest.mark.parametrize("is_prefilled", [False, True])
def test_saved_by_libreoffice_it_has_the_same_figures(
    catalog: Catalog, save_again: Callable[[Path], Path], tmp_path: Path, *, is_prefilled: bool
) -> None:
    """It has no issues, the same figures in the same cells, and computed percentages."""
    past: list[PastObservation] = []
    if is_prefilled:
        before = parse_report(make_workbook(catalog, UNIT, MAY), catalog, Hints("x.xlsx"))
        past = [PastObservation(parse_period(MAY), observation) for observation in before.observations]
    task = assignment_for(catalog, UNIT, JUNE)
    empty = build_template(catalog, task.form.id, task.unit, task.period, past)
    path = tmp_path / task.file_name
    path.write_bytes(fill_in(empty, catalog, UNIT))
    saved = save_again(path)
    typed, computed = (parse_report(file.read_bytes(), catalog, Hints(file.name)) for file in (path, saved))
    assert (computed.issues, computed.repairs) == ((), ())
    assert [_figures(observation) for observation in computed.observations] == [
        _figures(observation) for observation in typed.observations
    ]
    assert open_workbook(saved.read_bytes())["_meta"].sheet_state == "hidden"
    percent = figure_name("hsskdt", ColumnRole.PERCENT)
    assert str(value_of(open_workbook(saved.read_bytes()), percent)).startswith("=")
    shares = [
        observation
        for observation in computed.observations
        if observation.stated is not None and observation.stated.number is not None
    ]
    assert len(shares) > 10


def _figures(observation: object) -> tuple[object, ...]:
    names = ("unit", "indicator", "sheet", "numerator", "denominator")
    return tuple(getattr(observation, name) for name in names)

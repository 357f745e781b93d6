"""Two versions of a form: the later one is an additional YAML file, and both are read in one nightly run."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole
from domain.periods import parse_period
from flows.support.context import AppContext
from tests.catalogs import add_next_version, small_catalog
from tests.flows.pipeline.nightly_runs import AREA, codes_of, context_of, deliver, rows_of, run_plainly
from warehouse.models import ObservationRow, SubmissionRow
from warehouse.store.engine import reading
from workbooks.cells.addresses import parse_reference
from workbooks.cells.stamp import FigureCellName, parse_name
from workbooks.sample.inbox import SampleFile, make_sample

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("runs_publish_figures")]

AFTER_JUNE = datetime(2025, 6, 20, 18, 0, tzinfo=UTC)
"""Time of the run: after the deadline of 2025-06, the first period of the later version."""
LATE = frozenset({"22813", "22816", "22831"})
"""Communes that use the old template."""

Truth = dict[tuple[str, str], Decimal]


@pytest.fixture
def context(home: Path, tmp_path: Path) -> AppContext:
    """Build a context whose catalogue has the next version of the form beside the first."""
    return context_of(home, AFTER_JUNE, catalog=add_next_version(tmp_path / "catalog", small_catalog()))


def _unit_of(file: SampleFile) -> str:
    return file.path.name.split("_")[1]


def _reports(catalog: Catalog, period: str) -> dict[str, SampleFile]:
    files = make_sample(catalog, AREA, [parse_period(period)], seed=1)
    return {_unit_of(file): file for file in files if not file.is_correction}


def _typed(file: SampleFile) -> Truth:
    """Read the numerators of a workbook's form by its defined names."""
    workbook = openpyxl.load_workbook(io.BytesIO(file.data), data_only=True)
    numerators: Truth = {}
    for name, defined in workbook.defined_names.items():
        what, reference = parse_name(name), parse_reference(defined.value)
        if isinstance(what, FigureCellName) and what.role is ColumnRole.NUMERATOR and reference is not None:
            value = workbook[reference.sheet].cell(reference.row, reference.column).value
            if isinstance(value, int):
                numerators[_unit_of(file), what.indicator] = Decimal(value)
    return numerators


def _kept(context: AppContext) -> Truth:
    """Read the numerators of communes from the warehouse."""
    with reading(context.engine) as session:
        rows = session.execute(
            select(ObservationRow.unit_code, ObservationRow.indicator, ObservationRow.numerator)
            .join(SubmissionRow, SubmissionRow.id == ObservationRow.submission_id)
            .where(SubmissionRow.unit_code == ObservationRow.unit_code)
        )
        return {(unit, indicator): number for unit, indicator, number in rows if number is not None}


def test_both_versions_are_read_in_one_run(context: AppContext, home: Path, catalog: Catalog) -> None:
    """If some communes use the old template and some the new, the figures of both are stored."""
    old, new = _reports(catalog, "2025-06"), _reports(context.catalog, "2025-06")
    sent = {unit: old[unit] if unit in LATE else new[unit] for unit in new}
    deliver(home, sent.values())
    assert run_plainly(context).refused == ()
    versions = dict(rows_of(home, "SELECT unit_code, layout_version FROM submission"))  # type: ignore[arg-type] # pairs
    assert versions == {unit: "2025.1" if unit in LATE else "2025.2" for unit in sent}
    truth = {key: number for file in sent.values() for key, number in _typed(file).items()}
    assert ("22819", "taphuan_cb") in truth
    assert _kept(context) == truth


def test_the_old_version_is_warned_of_after_its_end(context: AppContext, home: Path, catalog: Catalog) -> None:
    """From the first day of the new version, the old one is read with a warning; before, without."""
    june, may = _reports(catalog, "2025-06")["22813"], _reports(catalog, "2025-05")["22816"]
    deliver(home, [june, may])
    assert run_plainly(context).refused == ()
    assert codes_of(home, june.path.name) & {"layout_in_force", "layout_not_in_force"} == {"layout_in_force"}
    assert "layout_in_force" not in codes_of(home, may.path.name)

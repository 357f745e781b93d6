"""Two versions of the form side by side: the later one is a YAML file more, and both are read in one night."""

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
from tests.catalogs import add_next_version
from tests.flows.pipeline.nightly_runs import AREA, codes_of, context_of, deliver, rows_of, run_plainly
from warehouse.models import ObservationRow, SubmissionRow
from warehouse.store.engine import reading
from workbooks.cells.addresses import parse_reference
from workbooks.cells.stamp import FigureCellName, parse_name
from workbooks.sample.inbox import SampleFile, make_sample

AFTER_JUNE = datetime(2025, 6, 20, 18, 0, tzinfo=UTC)
"""When the night takes place: after 2025-06, the first period of the later version, has closed."""
LATE = frozenset({"22813", "22816", "22831"})
"""Communes that go on with the old template."""

Truth = dict[tuple[str, str], Decimal]


@pytest.fixture
def context(home: Path, tmp_path: Path) -> AppContext:
    """A house whose catalogue has the next version of the form beside the first."""
    return context_of(home, AFTER_JUNE, catalog=add_next_version(tmp_path / "catalog"))


def _unit_of(file: SampleFile) -> str:
    return file.path.name.split("_")[1]


def _reports(catalog: Catalog, period: str) -> dict[str, SampleFile]:
    files = make_sample(catalog, AREA, [parse_period(period)], seed=1)
    return {_unit_of(file): file for file in files if not file.is_correction}


def _typed(file: SampleFile) -> Truth:
    """The numerators of a workbook's form, as its defined names point at them."""
    workbook = openpyxl.load_workbook(io.BytesIO(file.data), data_only=True)
    results: Truth = {}
    for name, defined in workbook.defined_names.items():
        what, reference = parse_name(name), parse_reference(defined.value)
        if isinstance(what, FigureCellName) and what.role is ColumnRole.NUMERATOR and reference is not None:
            value = workbook[reference.sheet].cell(reference.row, reference.column).value
            if isinstance(value, int):
                results[_unit_of(file), what.indicator] = Decimal(value)
    return results


def _kept(context: AppContext) -> Truth:
    """The numerators of communes that the warehouse holds."""
    with reading(context.engine) as session:
        rows = session.execute(
            select(ObservationRow.unit_code, ObservationRow.indicator, ObservationRow.numerator)
            .join(SubmissionRow, SubmissionRow.id == ObservationRow.submission_id)
            .where(SubmissionRow.unit_code == ObservationRow.unit_code)
        )
        return {(unit, indicator): number for unit, indicator, number in rows if number is not None}


def test_both_versions_are_read_in_one_night(context: AppContext, home: Path, catalog: Catalog) -> None:
    """Some communes send the old template and some the new: every figure typed into either is kept."""
    old, new = _reports(catalog, "2025-06"), _reports(context.catalog, "2025-06")
    sent = {unit: old[unit] if unit in LATE else new[unit] for unit in new}
    deliver(home, sent.values())
    assert run_plainly(context).refused == ()
    versions = dict(rows_of(home, "SELECT unit_code, layout_version FROM submission"))  # type: ignore[arg-type] # pairs
    assert versions == {unit: "2025.1" if unit in LATE else "2025.2" for unit in sent}
    truth = {key: number for file in sent.values() for key, number in _typed(file).items()}
    assert ("22819", "taphuan_cb") in truth
    assert _kept(context) == truth


def test_the_old_version_is_told_so_after_its_time(context: AppContext, home: Path, catalog: Catalog) -> None:
    """From the new version's first day on, the old one is read and its sender warned; before it, nobody is."""
    june, may = _reports(catalog, "2025-06")["22813"], _reports(catalog, "2025-05")["22816"]
    deliver(home, [june, may])
    assert run_plainly(context).refused == ()
    assert "layout_not_in_force" in codes_of(home, june.path.name)
    assert "layout_not_in_force" not in codes_of(home, may.path.name)

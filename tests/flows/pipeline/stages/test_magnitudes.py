"""Workbooks with figures of a wrong size, or without a village's, from the inbox to the published row."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from flows.pipeline.outcome import RunOutcome
from tests.builders import CellValue, make_workbook
from tests.flows.pipeline.nightly_runs import AREA, context_of, prepare_home, put, run_plainly
from warehouse.queries import Revision, revision
from warehouse.store.engine import reading

UNIT, NEIGHBOUR, FORM = "22813", "22816", "cds_x_t"
OF_HUNDREDS, WITH_NOTE = "22822", "22831"
APRIL, MAY = parse_period("2025-04"), parse_period("2025-05")
NOW = datetime(2025, 5, 20, tzinfo=UTC)

Issues = set[tuple[str, str | None]]
"""Code and cell of each issue."""


def send(home: Path, data: bytes, period: str, unit: str = UNIT) -> None:
    """Drop a commune's workbook into the inbox."""
    put(home / "inbox" / period / unit / "bao-cao.xlsx", data, NOW)


@pytest.mark.long
def test_population_of_the_district_is_refused_beside_last_month(home: Path, catalog: Catalog) -> None:
    """Residents seven times those of April are refused at their cell."""
    send(home, make_workbook(catalog, UNIT, APRIL), APRIL.id)
    context = context_of(home, NOW)
    run_plainly(context, "april")
    context.engine.dispose()
    send(home, make_workbook(catalog, UNIT, MAY, figures={"hsskdt": (9701, 91_032)}), MAY.id)
    (outcome,) = run_plainly(context_of(home, NOW), "may").verdicts
    assert not outcome.accepted
    assert ("denominator_moves_far", "D49") in {(issue.code, issue.cell) for issue in outcome.issues}


@pytest.fixture(scope="module")
def may(
    tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path, catalog: Catalog
) -> tuple[RunOutcome, Revision]:
    """Return outcome and rollup of a run over four communes' workbooks, three of them with something to notice."""
    home = prepare_home(tmp_path_factory.mktemp("may") / "home", mirrored_warehouse)
    layout = catalog.forms.layout_for(FORM, MAY)
    due = {
        indicator.id: indicator
        for indicator in catalog.due_indicators(FORM, catalog.units.get(UNIT, catalog.forms.last_day(FORM, MAY)), MAY)
    }
    figures = {
        name: (60, 100)
        for name in layout.indicators
        if name in due and due[name].denominator is not None and due[name].register_level is None
    }
    figures["dvc_motphan"] = (30, 100)
    send(home, make_workbook(catalog, OF_HUNDREDS, MAY, figures=figures), MAY.id, OF_HUNDREDS)
    edits: Mapping[str, CellValue] = {"Biểu 01-T!G33": "triệu đồng"}
    send(home, make_workbook(catalog, WITH_NOTE, MAY, edits=edits), MAY.id, WITH_NOTE)
    send(home, make_workbook(catalog, NEIGHBOUR, MAY), MAY.id, NEIGHBOUR)
    send(home, make_workbook(catalog, UNIT, MAY, edits={"TH.V.1.tcnscd_tv": None}), MAY.id)
    context = context_of(home, NOW)
    outcome = run_plainly(context, "may")
    with reading(context.engine) as session:
        published = revision(session, AREA, MAY)
    context.engine.dispose()
    return outcome, published


def issues_of(outcome: RunOutcome, unit: str) -> Issues:
    """Return the issues of a commune's report, which was accepted."""
    (verdict,) = [each for each in outcome.verdicts if each.unit and each.unit.code == unit]
    assert verdict.accepted
    return {(issue.code, issue.cell) for issue in verdict.issues}


def test_same_denominator_on_every_line_is_asked_about(may: tuple[RunOutcome, Revision]) -> None:
    """Without any history a hundred on every line is a warning at its first cell."""
    assert ("same_number_everywhere", "D15") in issues_of(may[0], OF_HUNDREDS)


def test_money_noted_beside_a_count_is_asked_about(may: tuple[RunOutcome, Revision]) -> None:
    """The note's cell is marked, and the report counts."""
    assert issues_of(may[0], WITH_NOTE) == {("note_of_money", "G33")}


def test_blank_village_makes_the_row_partial(may: tuple[RunOutcome, Revision]) -> None:
    """Of four communes the one without a village's members is missing from their number, and named."""
    rows = {row.indicator: row for row in may[1].rows}
    teams, members = rows["tcnscd_thon"], rows["tcnscd_tv"]
    assert (teams.units_accepted, teams.units_missing) == (4, 4)
    assert (members.units_accepted, members.units_missing, members.status) == (3, 5, "partial")
    assert "chưa điền đủ số liệu của chỉ tiêu này: 22813 Xã Lâm Sơn" in members.notes


def test_totals_that_count_something_else_are_not_compared(home: Path, catalog: Catalog) -> None:
    """Household businesses bound to e-invoices are others since 2026; establishments with a till stay the same ones."""
    totals = {"2025-12": 100, "2026-01": 300}
    for period, total in totals.items():
        figures = {"hddt_hkd": (90, total), "hddt_mtt": (90, total)}
        send(home, make_workbook(catalog, UNIT, parse_period(period), figures=figures), period)
    context = context_of(home, datetime(2026, 1, 15, 8, tzinfo=UTC), areas=(AREA,))  # nothing is rolled up
    *_, outcome = run_plainly(context, "january").verdicts
    context.engine.dispose()
    moved = {issue.indicator for issue in outcome.issues if issue.code == "denominator_moves"}
    assert moved == {"hddt_mtt"}

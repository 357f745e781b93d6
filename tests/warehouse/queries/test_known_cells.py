"""Cells that a large area's facts name already are not read again, and its facts are the same."""

from dataclasses import dataclass, replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings

from domain.periods import Period, parse_period
from domain.rollups import Boundary
from domain.submissions import ParsedReport
from publishing.site import facts_file
from publishing.site.facts_file import known_cells, write_facts
from tests.examples import examples
from tests.warehouse.rollups.random_histories import STOCK, RandomHistory, Send, Step, histories
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, taken_back
from warehouse.queries import RevisionRef, revision_to_publish
from warehouse.rollups.rollups import roll_up
from warehouse.store.engine import Session, reading

PERIODS = (MAY, parse_period("2025-Q2"))


@dataclass
class MovingCells(RandomHistory):
    """A history in which each workbook has its figures in a row of its own."""

    def _report(self, step: Send) -> ParsedReport:
        report, row = super()._report(step), 100 + len(self.files)
        observations = (
            each._replace(numerator=each.numerator._replace(cell=f"E{row + line}"))
            for line, each in enumerate(report.observations)
        )
        return replace(report, observations=tuple(observations))


@pytest.fixture
def _every_area_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let areas of any size have the facts of a large one."""
    monkeypatch.setattr(facts_file, "MOST_UNITS_LISTED", 0)


def new_revision(session: Session, builder: WarehouseBuilder, period: Period) -> RevisionRef | None:
    """Roll a district up and return its new revision, if there is one."""
    area = builder.catalog.area("585", FORM, period, Boundary.AS_THEN, builder.clock.date())
    number = roll_up(session, builder.catalog, area, FORM, period, run_id="run-1", at=builder.now())
    return number and RevisionRef("585", FORM, period, number, Boundary.AS_THEN, area.valid_from)


@pytest.mark.long
@pytest.mark.usefixtures("_every_area_is_large")
@settings(max_examples=examples(7), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(with_structure=True))
def test_facts_by_known_cells_equal_facts_of_all_cells(builder: WarehouseBuilder, history: list[Step]) -> None:
    """Holds for random histories of corrections, withdrawals, exemptions and a merger, of a month and a quarter."""
    shipped, began = builder.catalog, builder.clock
    facts: dict[Period, bytes] = {}
    with taken_back(builder.engine) as session:
        story = MovingCells(builder, session)
        for step in history:
            story.apply(step)
            for period in PERIODS:
                if ref := new_revision(session, builder, period):
                    catalog, known = builder.catalog, known_cells(BytesIO(facts.get(period, b"")))
                    facts[period] = write_facts(revision_to_publish(session, catalog, ref), catalog.forms)
                    spared = revision_to_publish(session, catalog, ref, known)
                    assert write_facts(spared, catalog.forms, known) == facts[period]
    builder.catalog, builder.clock = shipped, began


@pytest.mark.usefixtures("_every_area_is_large")
def test_cells_are_read_of_new_files_alone(builder: WarehouseBuilder) -> None:
    """After a correction of one commune the other one's contribution has no cells."""
    facts = b""
    for unit, numbers in (("22813", (1, 2)), ("22816", (1, 2)), ("22816", (2, 2))):
        builder.accept(builder.report(unit, {STOCK: numbers}))
        builder.roll_up()
        known = known_cells(BytesIO(facts))
        number = builder.revision().number
        with reading(builder.engine) as session:
            ref = RevisionRef("585", FORM, MAY, number, Boundary.AS_THEN, builder.area().valid_from)
            revision = revision_to_publish(session, builder.catalog, ref, known)
        facts = write_facts(revision, builder.catalog.forms, known)
    assert [(each.unit, bool(each.sources)) for each in revision.contributions] == [("22813", False), ("22816", True)]

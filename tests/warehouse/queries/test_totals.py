"""A large area published by its totals and the facts of the revision before equals one of which all is read."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings

from domain.periods import Period, parse_period
from domain.rollups import Boundary
from domain.submissions import ParsedReport
from publishing.figures import assemble
from publishing.publish import bundle
from publishing.site import report_figures
from publishing.site.facts_file import write_facts
from publishing.site.report_figures import earlier_facts, gather_figures
from publishing.workbook import official_sheets
from tests.examples import examples
from tests.warehouse.rollups.random_histories import STOCK, RandomHistory, Send, Step, histories
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, taken_back
from warehouse.queries import RevisionRef, revision_to_publish
from warehouse.queries.revisions import contributions_in_parts
from warehouse.rollups.rollups import roll_up
from warehouse.store.engine import Session, reading

APRIL = parse_period("2025-04")
PERIODS = (APRIL, MAY, parse_period("2025-Q2"))
FIRST = tuple(
    Send(unit, month, (5, 9, *numbers), passes=True, late=unit == "22813", asks=unit != "22816")
    for month in (APRIL, MAY)
    for unit, numbers in (
        ("22738", (3, 4, 5, 6)),
        ("22813", (3, None, 5, 6)),
        ("22816", (1, 1, 1, 1)),
        ("22834", (2, 3, None, None)),
    )
)
"""What comes before a random history: reports of three districts, in two months, that ask something."""


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
    """Let areas of any size be published as a large one is."""
    for module in (report_figures, assemble, official_sheets):
        monkeypatch.setattr(module, "MOST_UNITS_LISTED", 0)


def new_revisions(session: Session, builder: WarehouseBuilder, code: str) -> Iterator[RevisionRef]:
    """Roll an area up and yield its new revisions."""
    for period in PERIODS:
        area = builder.catalog.area(code, FORM, period, Boundary.AS_THEN, builder.clock.date())
        number = roll_up(session, builder.catalog, area, FORM, period, run_id="run-1", at=builder.now())
        if number is not None:
            yield RevisionRef(code, FORM, period, number, Boundary.AS_THEN, area.valid_from)


@pytest.mark.long
@pytest.mark.usefixtures("_every_area_is_large")
@settings(max_examples=examples(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(with_structure=False, longest=12) | histories(with_structure=True))
def test_files_and_facts_by_totals_equal_those_of_all(builder: WarehouseBuilder, history: list[Step]) -> None:
    """Holds for random histories of corrections, withdrawals, exemptions and a merger, of months and a quarter."""
    shipped, began = builder.catalog, builder.clock
    written: dict[Period, bytes] = {}
    with taken_back(builder.engine) as session:
        story = MovingCells(builder, session)
        for each in FIRST:
            story.apply(each)
        for step in history:
            story.apply(step)
            for ref in new_revisions(session, builder, "58"):
                catalog, before = builder.catalog, None
                if ref.period in written:
                    before = earlier_facts(BytesIO(written[ref.period]))
                whole = revision_to_publish(session, catalog, ref)
                written[ref.period] = write_facts(whole, catalog.forms)
                spared = revision_to_publish(session, catalog, ref, 0, before.keys if before else ())
                parts = contributions_in_parts(session, ref, spared)
                figures = gather_figures(spared, parts, before) if spared.totals else None
                assert write_facts(spared, catalog.forms, figures) == written[ref.period]
                assert bundle(spared, catalog) == bundle(whole, catalog)
    builder.catalog, builder.clock = shipped, began


@pytest.mark.usefixtures("_every_area_is_large")
def test_contributions_of_a_district_that_did_not_move_are_not_read(builder: WarehouseBuilder) -> None:
    """After a correction the province's revision has those of the corrected district."""
    before = None
    for unit, numbers in (("22738", (1, 2)), ("22813", (1, 2)), ("22813", (2, 2))):
        builder.accept(builder.report(unit, {STOCK: numbers}))
        number = builder.roll_up("58")
        assert number is not None
        with reading(builder.engine) as session:
            ref = RevisionRef("58", FORM, MAY, number, Boundary.AS_THEN, builder.area("58").valid_from)
            revision = revision_to_publish(session, builder.catalog, ref, 0, before.keys if before else ())
            parts = list(contributions_in_parts(session, ref, revision))
        figures = gather_figures(revision, parts, before)
        before = earlier_facts(BytesIO(write_facts(revision, builder.catalog.forms, figures)))
    assert [each.unit for part in parts for each in part] == ["22813"]
    assert {unit.code for unit in revision.giving(STOCK)} == {"22738", "22813"}

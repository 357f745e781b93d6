"""Whatever reads observations or contributions says the same whether they lie in tables or in files."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from domain.indicators import Measure
from domain.periods import Period, parse_period
from domain.rollups import Boundary
from domain.units import Level, UnitKey
from tests.warehouse.archive.archiving import BY, archive_period
from tests.warehouse.warehouse_builder import FORM, MAY, WARNS, Cells, WarehouseBuilder, warning
from warehouse.models import (
    LineBurdenRow,
    ObservationRow,
    QualityPeriodRow,
    RollupContributionRow,
)
from warehouse.queries import explain
from warehouse.queries.as_of import revision_as_of
from warehouse.queries.desk.report import report_dossier
from warehouse.queries.desk.warning_effects import ranked_warnings
from warehouse.queries.earlier.excerpt import earlier_rows_of
from warehouse.queries.last_known import last_known
from warehouse.queries.revisions import RevisionSelector, find_revision, read_to_publish, record_publication, ref_of
from warehouse.rollups.closings import key_columns
from warehouse.rollups.consultations import begin_consultation, consultations_of_unit
from warehouse.rollups.excerpts import revision_rows_of
from warehouse.rollups.newest_figures import newest_figures
from warehouse.rollups.reporting_facts import count_reporting
from warehouse.rollups.revision_rows import newest_revision
from warehouse.rollups.rollups import RevisionOrigin, draft_of
from warehouse.rollups.scope import RollupKey
from warehouse.rollups.sums import reported_amounts_of_villages
from warehouse.store.engine import Session, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.peers import peers
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.staging import history
from warehouse.submissions.waivers import WarningSelector, waive
from warehouse.submissions.withdrawal import Decision

pytestmark = pytest.mark.long

FIRST, OTHER, THIRD = "22813", "22816", "22828"
APRIL, JUNE, QUARTER = parse_period("2025-04"), parse_period("2025-06"), parse_period("2025-Q2")
AFTER = date(2025, 7, 20)


def lead_of(builder: WarehouseBuilder) -> str:
    """Return a headline ratio that communes report."""
    leads = builder.catalog.lead_indicators(tuple(builder.catalog.indicators))
    due = {each.id for each in builder.catalog.due_indicators(FORM, builder.area().members[0], MAY)}
    return next(each for each in leads if each in due and builder.catalog.indicators[each].measure is Measure.RATIO)


def key_of(builder: WarehouseBuilder, unit: str) -> UnitKey:
    """Return the key of a commune before July 2025."""
    return builder.catalog.units.get(unit, builder.catalog.forms.last_day(FORM, MAY)).key


def send(builder: WarehouseBuilder, unit: str, period: Period, number: int) -> None:
    """Send a report with a headline, a count and a figure of two villages, accepted with a warning of the headline."""
    lead, by_village = lead_of(builder), builder.indicator_of(Measure.RATIO, Level.VILLAGE)
    figures: dict[str, Cells] = {lead: (number, 20), builder.indicator_of(Measure.COUNT): (number + 1,)}
    villages = {f"{unit}-0{each}": {by_village: (each, 4)} for each in (1, 2)}
    report = builder.report(unit, figures, villages, period=period)
    builder.load(JudgedReport(builder.check(report), report, (warning(lead),)))


def give_out(builder: WarehouseBuilder, period: Period) -> None:
    """Roll the district up and publish it."""
    builder.roll_up(period=period)
    key = RollupKey(builder.area(period=period), FORM, period)
    with transaction(builder.engine) as session:
        head = newest_revision(session, key_columns(key))
        assert head is not None
        record_publication(session, ref_of(head), path=f"{period}/585", at=builder.now())


@pytest.fixture
def filled(archiving: WarehouseBuilder) -> WarehouseBuilder:
    """Three months and their quarter, published; one unit did not report after April, and a warning is answered."""
    for period, units in ((APRIL, (FIRST, OTHER, THIRD)), (MAY, (FIRST, OTHER)), (JUNE, (FIRST,))):
        for number, unit in enumerate(units, 5):
            send(archiving, unit, period, number + period.last_month)
        if period is MAY:
            answered = WarningSelector(ReportKey(key_of(archiving, FIRST), FORM, MAY), WARNS, None)
            with transaction(archiving.engine) as session:
                waive(session, answered, date(2025, 12, 31), Decision(DecisionReason("right", "an"), archiving.now()))
        give_out(archiving, period)
    give_out(archiving, QUARTER)
    with transaction(archiving.engine) as session:
        key = RollupKey(archiving.area(), FORM, MAY)
        begin_consultation(session, key, AFTER, Decision(DecisionReason("ask", "an"), archiving.now()), partial=True)
    return archiving


Reader = Callable[[WarehouseBuilder, Session], Any]


def _to_publish(builder: WarehouseBuilder, session: Session) -> Any:  # noqa: ANN401 # what one reader says
    periods = APRIL, MAY, JUNE, QUARTER
    heads = [find_revision(session, "585", each, RevisionSelector()) for each in periods]
    return [read_to_publish(session, builder.catalog, head) for head in heads]


def _excerpts(builder: WarehouseBuilder, session: Session) -> Any:  # noqa: ANN401
    head = find_revision(session, "585", JUNE, RevisionSelector())
    revision = read_to_publish(session, builder.catalog, head)
    before = find_revision(session, "585", MAY, RevisionSelector())
    return earlier_rows_of(session, builder.catalog, revision, head.id), revision_rows_of(session, before)


def _amounts(_: WarehouseBuilder, session: Session) -> Any:  # noqa: ANN401
    newest = newest_figures(session)
    return sorted(newest.amounts([head.key for head in newest.heads]), key=str)


def _drafts(builder: WarehouseBuilder, session: Session) -> Any:  # noqa: ANN401
    keys = [RollupKey(builder.area(period=each), FORM, each) for each in (APRIL, MAY, QUARTER)]
    keys.append(RollupKey(builder.area(), FORM, MAY, Boundary.AS_NOW))
    drafts = [draft_of(session, builder.catalog, key, RevisionOrigin(0, "run", BY.at)) for key in keys]
    return [(draft.rows, draft.contributions) for draft in drafts]


def _judged_by(_: WarehouseBuilder, session: Session) -> Any:  # noqa: ANN401
    ids = range(1, 7)
    return history(session, "run", ids), sorted(peers(session, "run", ids), key=str)


READERS: dict[str, Reader] = {
    "to publish": _to_publish,
    "explanation": lambda builder, session: explain(session, "585", MAY, lead_of(builder)),
    "as of": lambda builder, session: revision_as_of(
        session, builder.catalog, RollupKey(builder.area(), FORM, MAY), builder.clock
    ),
    "excerpts": _excerpts,
    "data files": _amounts,
    "rollups": _drafts,
    "judging": _judged_by,
    "villages": lambda builder, session: reported_amounts_of_villages(
        session, {2: [f"{FIRST}-01"], 4: [f"{FIRST}-01"]}, builder.catalog.indicators.values()
    ),
    "dossier": lambda builder, session: [
        report_dossier(session, ReportKey(key_of(builder, FIRST), FORM, each)) for each in (APRIL, MAY)
    ],
    "warnings": lambda builder, session: ranked_warnings(session, builder.catalog, FORM, MAY, builder.clock),
    "consultation": lambda _, session: consultations_of_unit(session, FIRST),
    "last known": lambda builder, session: last_known(
        session, key_of(builder, OTHER), FORM, [MAY, APRIL], builder.catalog.indicators
    ),
}


def say(builder: WarehouseBuilder) -> dict[str, Any]:
    """Return what each reader says."""
    results = {}
    for name, read in READERS.items():
        with reading(builder.engine) as session:
            results[name] = read(builder, session)
    with transaction(builder.engine) as session:
        session.execute(delete(QualityPeriodRow))
        count_reporting(session, BY.at)
        burden = LineBurdenRow.__table__
        results["burden"] = [tuple(each) for each in session.execute(select(burden).order_by(*burden.primary_key))]
    return results


def test_readers_see_no_difference(filled: WarehouseBuilder) -> None:
    """Revisions, explanations, rollups, rules, data files, bundles and the desk say the same of archived periods."""
    before = say(filled)
    assert all(before.values())
    for period in (APRIL, MAY, QUARTER):
        archive_period(filled, period.id)
    with reading(filled.engine) as session:
        for row in (ObservationRow, RollupContributionRow):
            assert session.scalar(select(func.count()).select_from(row)) not in {0, None}  # those of June
    after = say(filled)
    assert [name for name in before if after[name] != before[name]] == []


def test_the_next_revision_is_compared_with_an_archived_one(filled: WarehouseBuilder) -> None:
    """A correction of an archived report changes what it changes beside rows in the table, put down to its file."""
    archive_period(filled, MAY.id)
    send(filled, FIRST, MAY, 19)
    filled.roll_up()
    revision = filled.revision()
    of_lead = [each for each in revision.changes if (each.indicator, each.column) == (lead_of(filled), "numerator")]
    (changed,) = of_lead  # one row for each file whose part differs
    assert (changed.before, changed.after, changed.sha256 in revision.file_names) == ("21", "30", True)
